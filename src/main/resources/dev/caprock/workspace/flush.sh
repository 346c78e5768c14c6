# Ends the mount so that no edit is left behind, and says whether it did. Repeatable. Never kills the daemon.
#   $1 seconds that the mount has to bring its edits home
# Exits with 0 when the daemon ended without an error and the mount is gone, 30 when it ended with an error or had to be
# unmounted, 31 when it still hangs there, 32 when there was no mount any more.
. ./common.sh
umask 077
point=$HOME/.local/share/mesa/mnt
rm -f "$HOME/.caprock/mount.env" # a credential that came too late
cd "$HOME/.caprock/mount" 2>/dev/null || exit 32

gone() { # within $1 tenths of a second? What does not answer is not gone.
  beats=$1
  while mounted "$point" || grep -qsF " $point " /proc/mounts; do
    [ "$beats" -gt 0 ] || return 1
    beats=$((beats - 1))
    sleep 0.1
  done
}

spare() { # sets $spared to the daemon and those who run us
  spared=" 1 $pid "
  parent=$$
  while [ "${parent:-0}" -gt 1 ]; do
    spared="$spared$parent "
    born "$parent" || break
  done
}

users() { # the processes that have files, a working directory or memory under the mount; some twice
  {
    ls -l /proc/[0-9]*/cwd /proc/[0-9]*/fd
    grep -lF " $point" /proc/[0-9]*/maps
  } 2>/dev/null | while IFS= read -r line; do
    case $line in
      /proc/*/fd:) # a heading
        user=${line#/proc/}
        user=${user%/fd:}
        continue
        ;;
      /proc/*/maps)
        user=${line#/proc/}
        user=${user%/maps}
        ;;
      *" /proc/"*"/cwd -> $point"*)
        user=${line#* /proc/}
        user=${user%%/*}
        ;;
      *" -> $point"*) ;;
      *) continue ;;
    esac
    case $spared in *" $user "*) continue ;; esac
    echo "$user"
  done
}

# shellcheck disable=SC2046 # a list of numbers
stop_users() {
  set -- $(users)
  [ "$#" -gt 0 ] || return 0
  kill -TERM "$@" 2>/dev/null
  beats=20
  while [ "$beats" -gt 0 ] && [ -n "$(users)" ]; do
    beats=$((beats - 1))
    sleep 0.1
  done
  set -- $(users)
  [ "$#" -eq 0 ] || kill -KILL "$@" 2>/dev/null
}

ended_cleanly() {
  [ -f exit ] && [ "$(cat exit)" = 0 ] && gone 20
}

if [ ! -f asked ]; then
  if ! mounted "$point" || ! alive daemon; then exit 32; fi
  spare
  stop_users
  bounded "$1" sync -f "$point" 2>/dev/null || bounded "$1" sync
  : >asked # from here on its end is our doing
fi
# Told once, though we may be two: a second signal may end it without its edits. One of root's is told by its keeper.
if [ ! -f of-root ] && alive daemon && mkdir told 2>/dev/null; then kill -TERM "$pid" 2>/dev/null; fi
deadline=$(($(date +%s) + $1))
while [ ! -f exit ] && alive daemon && [ "$(date +%s)" -lt "$deadline" ]; do
  sleep 0.1
done
beats=50 # its keeper writes the file just after its end, on a busy machine a little later
until [ -f exit ] || alive daemon || [ "$beats" -eq 0 ]; do
  beats=$((beats - 1))
  sleep 0.1
done
if ended_cleanly; then exit 0; fi
if ! gone 0; then
  : >unmount
  bounded 5 fusermount3 -u "$point"
fi
gone 20 || exit 31
exit 30
