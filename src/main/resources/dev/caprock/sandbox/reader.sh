# Copies a run's output files to our own standard output and standard error, byte for byte, from two offsets on.
#   $1 the run's folder, relative to home   $2 $3 offsets in stdout and stderr   $4 seconds until we end by ourselves
# Prints nothing of its own: what it knows is its exit code (see FollowEnd).
#   0 the run has ended   70 it is gone without an exit file   72 a file is shorter than its offset   75 follow again
. ./common.sh
umask 077
cd "$HOME/$1" || exit 70
: >>stdout
: >>stderr

longer() { # are the files at least this long?
  [ "$(wc -c <stdout)" -ge "$1" ] && [ "$(wc -c <stderr)" -ge "$2" ]
}

deliver() { # all that the files hold now
  tail -c "+$(($2 + 1))" stdout 2>/dev/null
  tail -c "+$(($3 + 1))" stderr >&2 2>/dev/null
}

longer "$2" "$3" || exit 72
beats=100
until [ -f pid ] || [ -f failed ] || [ "$beats" -eq 0 ]; do # its runner may just have begun
  beats=$((beats - 1))
  sleep 0.1
done
if ! alive pid || [ -f exit ]; then
  ended=70
  if [ -f exit ]; then ended=0; fi # looked for after the runner's end, so nothing comes any more
  deliver "$@"
  exit "$ended"
fi

tail -c "+$(($2 + 1))" -f stdout 2>/dev/null &
out=$!
tail -c "+$(($3 + 1))" -f stderr >&2 2>/dev/null &
err=$!
trap 'kill "$out" "$err" 2>/dev/null' EXIT
trap 'exit 75' HUP INT TERM
deadline=$(($(date +%s) + $4))
beat=0
# We cannot know how far the two have come. The next reader starts from what arrived and finds the rest in the files.
while [ ! -f exit ]; do
  sleep 0.1
  beat=$((beat + 1))
  if [ "$beat" -eq 20 ]; then
    beat=0
    longer "$2" "$3" || exit 72
    alive pid || break
    [ "$(date +%s)" -lt "$deadline" ] || break
  fi
done
exit 75
