# The mount, its files, and who keeps it: worker.sh itself or keeper.sh.
# In the folder state lie
#   wanted-user, wanted-root   which keeper shall mount      daemon   mesa's number and birth
#   of-root   root mounts, so only its keeper may signal it   shown   its keeper sees it
#   asked, told, unmount   what flush.sh wants of it   exit   mesa's exit code
# shellcheck disable=SC2034 # not every script wants all of them
base=$HOME/.caprock
point=$HOME/.local/share/mesa/mnt
environment=$base/mount.env
layout=$base/mount.layout
state=$base/mount

# Mounts, and returns when the mount has ended. Mesa stays our child, so that its exit code is seen: it says whether every
# edit went home.
keep_mounted() {
  while IFS=' ' read -r name value; do
    case $name in
      MESA_*) export "$name=$(printf %s "$value" | base64 -d)" ;;
      layout) printf %s "$value" | base64 -d >"$layout" ;;
    esac
  done <"$environment"
  set -- mount -y
  [ ! -f "$layout" ] || set -- "$@" --layout "$layout"
  export MESA_MOUNT_POINT="$point" MESA_RUNTIME_DIR="$base/mesa"
  umask 022
  fusermount3 -u "$point" 2>/dev/null # what a dead mount left behind
  (cd "$HOME" && exec mesa "$@") >>"$base/mesa.log" 2>&1 &
  mesa=$!
  born "$mesa"
  # shellcheck disable=SC2154 # common.sh sets it
  put "$state/daemon" "$mesa $born"
  wait "$mesa"
  put "$state/exit" "$?"
}
