# Goes to a home folder that can be written to. What this chooses is where uploads go as well (see Homes).
if [ -z "$HOME" ] || [ ! -d "$HOME" ] || [ ! -w "$HOME" ]; then
  HOME=/tmp/caprock-home-$(id -u)
  (umask 077 && mkdir -p "$HOME")
fi
export HOME
cd "$HOME" || exit 71
