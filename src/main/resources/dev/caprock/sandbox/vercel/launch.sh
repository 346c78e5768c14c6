# Becomes a command that nobody waits for, in its user's home folder.
#   $1… the command
. ./home.sh
exec "$@" </dev/null >/dev/null 2>&1
