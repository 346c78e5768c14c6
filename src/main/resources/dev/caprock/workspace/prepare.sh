# Has a detached worker prepare this sandbox, tells what it does while it does it, and ends as it ends.
#   $1 the text of worker.sh   $2 phase lines that the caller has seen   $3… the worker's parameters; $3 is its mode
# A caller that has seen nothing begins a new attempt, unless one is going on. Attempts are folders, numbered from 1.
# Exits with 0 prepared, 20 root is needed, 21 failed, 22 no credential arrived, 25 only the mount's own command sees it
# (then the last line is "caprock:home" and the home folder), 75 the worker died.
. ./common.sh
worker=$1
seen=$2
shift 2
umask 077
attempts=$HOME/.caprock/prepare-$1
mkdir -p "$attempts" && chmod 700 "$HOME/.caprock" && cd "$attempts" || exit 21

going_on() {
  beats=100
  until [ -f "$1/pid" ] || [ "$beats" -eq 0 ]; do # it may just have begun
    beats=$((beats - 1))
    sleep 0.1
  done
  [ ! -f "$1/result" ] && alive "$1/pid"
}

last=0
while [ -d "$((last + 1))" ]; do last=$((last + 1)); done
if [ "$last" -eq 0 ] || { [ "$seen" -eq 0 ] && ! going_on "$last"; }; then
  last=$((last + 1))
  # If another caller does the same now, one of the two workers finds the folder there, and goes.
  detach sh -c "$worker" caprock "$attempts/$last" "$@"
elif [ -f "$last/result" ]; then
  # Nobody reads what this caller uploads: it must not stay. The caller's answer was lost, so this is rare.
  if [ "$1" != install ]; then
    arrived "$HOME/.caprock/mount.env" 100
    rm -f "$HOME/.caprock/mount.env"
  fi
fi

beats=100
until [ -f "$last/pid" ]; do
  [ "$beats" -gt 0 ] || exit 75
  beats=$((beats - 1))
  sleep 0.1
done
cd "$last" || exit 75
exec 3<phases
while [ "$seen" -gt 0 ] && IFS= read -r line <&3; do seen=$((seen - 1)); done
begun=
while :; do
  ended=no
  if [ -f result ] || ! alive pid; then ended=yes; fi
  while IFS= read -r line <&3; do
    printf '%s\n' "$begun$line"
    begun=
  done
  begun=$begun$line
  [ "$ended" = no ] || break
  sleep 0.1
done
[ -f result ] || exit 75
read -r code <result
[ "$code" -ne 25 ] || printf 'caprock:home %s\n' "$HOME"
[ "$code" -eq 0 ] || tail -n 30 log | tail -c 4000 >&2
exit "$code"
