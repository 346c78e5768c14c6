# Runs one agent, detached from whoever asked for it (see start.sh).
#   $1 the run's folder, relative to home   $2 seconds to wait for the mount   $3 mount point, or nothing
#   $4… folders that must be there; these and the mount point relative to home, or absolute
# In the run's folder lie
#   lock/ the runner has begun     pid its number and birth      go/ the launch is decided    ready the launch file is read
#   agent the agent's number (also of its group), birth and start    failed why it never started   exit how it ended
#   stdout, stderr what it printed   prompt, launch what came from outside, removed as soon as they are not needed
. ./common.sh
umask 077
caprock_run=$HOME/$1
cd "$caprock_run" || exit 1
mkdir lock 2>/dev/null || exit 0
born "$$"
put pid "$$ $born"
PATH=$PATH:/usr/local/bin:$HOME/.local/bin
# The agent's own PATH may lack these.
caprock_base64=$(command -v base64) caprock_setsid=$(command -v setsid) caprock_env=$(command -v env)

fail() { # $1 mount or launch   $2 a reason
  [ -f "$caprock_run/failed" ] || put "$caprock_run/failed" "$1 $2"
  rm -f "$caprock_run/launch" "$caprock_run/prompt"
  exit 1
}

absolute() {
  case $1 in /*) path=$1 ;; *) path=$HOME/$1 ;; esac
}

possible() { # sets $cause and $reason if not
  cause=launch reason='the launch file did not arrive'
  [ "$(tail -n 1 launch 2>/dev/null)" = end ] || return 1
  cause=mount reason="no mount at $3"
  absolute "$3"
  [ -z "$3" ] || mounted "$path" || return 1
  shift 3
  for folder; do
    reason="cannot read the folder $folder"
    absolute "$folder"
    [ -d "$path" ] && [ -r "$path" ] && [ -x "$path" ] || return 1
  done
}

decode() { # sets $caprock_text; the x keeps line feeds at its end
  caprock_text=$(printf %s "$1" | "$caprock_base64" -d && printf x) || fail launch 'the launch file is broken'
  caprock_text=${caprock_text%x}
}

# Becomes the agent. Variables that a caller may set come last, and our own names are out of their way.
launch() {
  [ -f prompt ] || fail launch 'there is no prompt'
  exec 3<launch
  rm -f launch
  set --
  while IFS=' ' read -r caprock_kind caprock_name caprock_value <&3; do
    case $caprock_kind in
      cwd)
        decode "$caprock_name"
        if ! cd "$HOME" || ! cd "$caprock_text"; then fail launch 'there is no such working directory'; fi
        ;;
      arg)
        decode "$caprock_name"
        set -- "$@" "$caprock_text"
        ;;
      env)
        decode "$caprock_value"
        export "$caprock_name=$caprock_text"
        ;;
      end) break ;;
    esac
  done
  exec 3<&-
  umask 022
  export CAPROCK_PROMPT_FILE="$caprock_run/prompt"
  command -v "$1" >/dev/null || fail launch 'the program was not found'
  # A shell has its background children ignore interrupts; the agent's own tools should not.
  if "$caprock_env" --default-signal=INT,QUIT true 2>/dev/null; then
    set -- "$caprock_env" --default-signal=INT,QUIT "$@"
  fi
  : >"$caprock_run/ready"
  [ -z "$caprock_setsid" ] || exec "$caprock_setsid" "$@"
  exec perl -MPOSIX -e 'POSIX::setsid(); exec { $ARGV[0] } @ARGV' -- "$@"
}

group_ends() { # within $1 tenths of a second?
  beats=$1
  while kill -0 "-$agent" 2>/dev/null; do
    [ "$beats" -gt 0 ] || return 1
    beats=$((beats - 1))
    sleep 0.1
  done
}

deadline=$(($(date +%s) + $2))
until possible "$@"; do
  [ ! -d go ] || break
  [ "$(date +%s)" -lt "$deadline" ] || fail "$cause" "$reason"
  sleep 0.1
done
mkdir go 2>/dev/null || fail launch 'it was stopped before it started'

launch <prompt >>stdout 2>>stderr &
agent=$!
born "$agent"
put agent "$agent ${born:-0} $(date +%s)"
wait "$agent"
code=$?
[ -f ready ] || fail launch 'the launch file is broken'

if ! group_ends 0; then
  kill -TERM "-$agent" 2>/dev/null
  group_ends 20 || kill -KILL "-$agent" 2>/dev/null
  group_ends 10
fi
signal=0
if [ "$code" -gt 128 ] && [ "$code" -le 192 ]; then signal=$((code - 128)); fi
rm -f prompt
put exit "code $code
signal $signal
stdout $(($(wc -c <stdout)))
stderr $(($(wc -c <stderr)))
finished $(date +%s)"
