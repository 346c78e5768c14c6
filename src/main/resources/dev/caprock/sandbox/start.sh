# Starts a run's runner, once, and says what became of the run. A second start only says.
#   $1 the text of runner.sh   $2… its parameters: the run's folder, seconds to wait for the mount, mount point, folders
# Prints one line: "caprock:started <agent> <epoch seconds>" and exits with 0, or "caprock:failed <mount|launch> <reason>"
# and exits with 23 for mount, 24 for launch.
. ./common.sh
runner=$1
shift
umask 077
if ! cd "$HOME/$1" 2>/dev/null; then
  echo 'caprock:failed launch the run has no folder'
  exit 24
fi
chmod 700 "$HOME/.caprock" . 2>/dev/null
chmod 600 launch prompt 2>/dev/null

report() { # and end, if there is something to say
  if [ -f ready ] && [ -f agent ]; then
    read -r number birth since <agent
    echo "caprock:started $number $since"
    exit 0
  fi
  [ -f failed ] || return 0
  read -r cause reason <failed
  echo "caprock:failed $cause $reason"
  [ "$cause" = mount ] && exit 23
  exit 24
}

# Whoever makes the folder "go" decides: the runner, that it launches; anyone else, that it never will.
give_up() {
  mkdir go 2>/dev/null || ! alive pid || return 0
  report
  put failed "$1"
  report
}

[ -d lock ] || detach sh -c "$runner" caprock "$@"
now=$(date +%s)
appear=$((now + 10))
deadline=$((now + $2 + 15))
while report; do
  now=$(date +%s)
  if [ -f pid ]; then
    alive pid || give_up 'launch its runner died'
  elif [ "$now" -ge "$appear" ]; then
    give_up 'launch its runner died'
  fi
  [ "$now" -lt "$deadline" ] || give_up 'mount the mount does not answer'
  sleep 0.1
done
