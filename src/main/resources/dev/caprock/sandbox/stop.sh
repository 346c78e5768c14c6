# Stops a run, whatever state it is in. Repeatable.
#   $1 the run's folder, relative to home   $2 seconds that the agent has to end by itself
# Exits with 0 when nothing of it is alive and its exit file is there, 33 when nothing is alive and no exit file will come
# (it had not started, or its runner is gone), 1 when something is still alive.
. ./common.sh
cd "$HOME/$1" 2>/dev/null || exit 33
mkdir go 2>/dev/null # if it has not started, it never will

group_lives() { # a stranger who has got the leader's number since is not of our group
  alive agent || ! born "${pid:-0}" || return 1
  [ -n "$pid" ] && kill -0 "-$pid" 2>/dev/null
}

deadline=$(($(date +%s) + $2))
asked=no
while [ ! -f exit ] && { alive pid || group_lives; }; do
  now=$(date +%s)
  if group_lives; then
    if [ "$asked" = no ]; then
      kill -TERM "-$pid" 2>/dev/null
      asked=yes
    elif [ "$now" -ge "$deadline" ]; then
      kill -KILL "-$pid" 2>/dev/null
    fi
  fi
  [ "$now" -lt $((deadline + 10)) ] || break
  sleep 0.1
done
[ ! -f exit ] || exit 0
if group_lives; then exit 1; fi
rm -f launch prompt
exit 33
