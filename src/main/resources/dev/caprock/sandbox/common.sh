# What our scripts share. They run in any sandbox: POSIX sh; GNU, busybox or BSD programs.
# These functions use the names born, parent, stat, line, life, pid, birth, rest and beats.

# Sets $born to one word that tells the process $1 from any other that has had its number, and $parent to its parent's
# number; fails when it is not alive.
# shellcheck disable=SC2034 # not every script wants the parent
born() {
  born='' parent=''
  if [ -r /proc/self/stat ]; then
    stat=
    { while read -r line; do stat=$line; done <"/proc/$1/stat"; } 2>/dev/null
    # shellcheck disable=SC2086 # the fields after the program's name, which may hold blanks and brackets itself
    set -- ${stat##*) }
    [ "$#" -ge 20 ] || return 1
    life=$1 parent=$2
    shift 19
    born=$1
  else
    life=$(ps -o state= -p "$1" 2>/dev/null | tr -d ' ')
    parent=$(ps -o ppid= -p "$1" 2>/dev/null | tr -d ' ')
    born=$(ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' '_')
  fi
  # Nobody may ever bury a dead process here: where the first process is no init, zombies stay.
  case $life in Z* | X*) born='' ;; esac
  [ -n "$born" ]
}

# Is the process whose number and birth are in the file $1 alive? Sets $pid.
alive() {
  pid='' birth=''
  { read -r pid birth rest <"$1"; } 2>/dev/null
  [ -n "$birth" ] && born "$pid" && [ "$born" = "$birth" ]
}

# Writes the line $2 to the file $1, which is never seen half written.
put() {
  printf '%s\n' "$2" >"$1.new" && mv -f "$1.new" "$1"
}

# Runs a program for at most $1 seconds.
bounded() {
  if command -v timeout >/dev/null 2>&1; then
    timeout "$@"
  else
    shift
    "$@"
  fi
}

# Is the folder $1 a mount that answers?
mounted() {
  if command -v mountpoint >/dev/null 2>&1; then
    bounded 5 mountpoint -q "$1" 2>/dev/null
  else
    mount | grep -qF " on $1 "
  fi
}

# Starts a program in a session of its own, so that it outlives us; its number is not $!.
detach() {
  if command -v setsid >/dev/null 2>&1; then
    setsid "$@" </dev/null >/dev/null 2>&1 &
  else
    perl -MPOSIX -e 'POSIX::setsid(); exec @ARGV' -- "$@" </dev/null >/dev/null 2>&1 &
  fi
}

# Has the upload $1 arrived, its last line being "end", within $2 tenths of a second?
arrived() {
  beats=$2
  until [ "$(tail -n 1 "$1" 2>/dev/null)" = end ]; do
    [ "$beats" -gt 0 ] || return 1
    beats=$((beats - 1))
    sleep 0.1
  done
}
