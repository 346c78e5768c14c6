# Prints how a run ended; exits with 34 when it has not. A forged file may be of any length.
#   $1 the run's folder, relative to home
cd "$HOME/$1" 2>/dev/null && [ -f exit ] || exit 34
head -c 1000 exit
