# Mounts in a command of its own once worker.sh wants that, and lives as long as the mount: a sandbox may take away what an
# ended command has left running, and may keep what a user mounts from the user's other commands.
#   $1 nothing to mount as oneself; else we are root, and this is the home folder of the user to mount for
. ./common.sh
who=user
if [ -n "$1" ]; then
  who=root
  export HOME="$1"
fi
. ./keep.sh
umask 077
PATH=$PATH:/usr/local/bin:$HOME/.local/bin
beats=12000 # longer than preparing may take
until [ -f "$state/wanted-$who" ] && mv "$state/wanted-$who" "$state/taken" 2>/dev/null; do # there may be two of us
  if [ "$beats" -eq 0 ] || [ ! -d "$HOME" ]; then exit 0; fi
  beats=$((beats - 1))
  sleep 0.1
done

show() {
  until mounted "$point"; do
    if [ -f "$state/exit" ] || [ ! -d "$state" ]; then return 0; fi
    sleep 0.1
  done
  : >"$state/shown"
}

obey() { # a user cannot end what is root's
  told=no
  until [ -f "$state/exit" ] || [ ! -d "$state" ]; do
    if [ "$told" = no ] && [ -f "$state/asked" ] && alive "$state/daemon"; then
      kill -TERM "$pid"
      told=yes
    fi
    [ ! -f "$state/unmount" ] || bounded 5 fusermount3 -u "$point"
    sleep 0.2
  done
}

if [ "$who" = root ]; then
  umask 022 # the user reads what we write
  # shellcheck disable=SC2046 # its fields
  set -- $(ls -ldn "$HOME")
  export MESA_UID="$3" MESA_GID="$4"
  : >"$state/of-root"
  obey &
fi
show &
keep_mounted
