# Prepares this sandbox and mounts (see prepare.sh): checks first, and installs only what is missing.
#   $1 this attempt's folder   $2 "install" to install only, as root; "mount" to mount too; "user" or "root" to have that
#   one's keeper.sh mount, which runs in another command
#   $3 version of the Mesa CLI, or nothing for any   $4 the agent's program   $5 $6 npm package and version that install it
. ./common.sh
. ./keep.sh
umask 077
mkdir "$1" 2>/dev/null || exit 0
cd "$1" || exit 0
exec </dev/null >log 2>&1
: >phases
born "$$"
put pid "$$ $born"
mode=$2 version=$3 program=$4 package=$5 package_version=$6
PATH=$PATH:/usr/local/bin:$HOME/.local/bin

say() { # $1 state   $2 detail
  printf 'caprock:phase %s %s %s\n' "$phase" "$1" "$2" | cut -c 1-300 >>phases
}

begin() {
  phase=$1
  say started "$2"
}

finish() { # $1 the result   $2 why it is none of the good ones
  say failed "$2"
  echo "$phase: $2"
  put result "$1"
  exit 0
}

has() {
  command -v "$1" >/dev/null 2>&1
}

as_root() {
  if [ "$(id -u)" -ne 0 ]; then
    { has sudo && sudo -n true; } || finish 20 'this needs root'
    set -- sudo -n "$@"
  fi
  (umask 022 && bounded 600 "$@") # what it installs is for everyone
}

has_certificates() {
  [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ] || [ -e /etc/ssl/cert.pem ]
}

add_packages() {
  case $manager in
    apt-get)
      # A fresh machine may be at its own updates, and ships no index.
      as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 update \
        && as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
          install -y --no-install-recommends "$@"
      ;;
    dnf) as_root dnf install -y "$@" ;;
    apk) as_root apk add --no-cache "$@" ;;
    *) return 1 ;;
  esac
}

begin system
manager=none
for candidate in apt-get dnf apk; do
  if has "$candidate"; then
    manager=$candidate
    break
  fi
done
# shellcheck disable=SC1091 # a file of the sandbox
system=$(. /etc/os-release 2>/dev/null && echo "$ID $VERSION_ID")
say 'done' "${system:-unknown}, $manager"

begin packages
set --
has fusermount3 || set -- "$@" fuse3
if ! has mesa; then # what its installer needs
  has curl || set -- "$@" curl
  has_certificates || set -- "$@" ca-certificates
  [ "$manager" != apt-get ] || has gpg || set -- "$@" gpg
  # Mesa's calls stall on musl with libc6-compat.
  [ "$manager" != apk ] || apk info -e gcompat >/dev/null 2>&1 || set -- "$@" gcompat
fi
if [ "$#" -eq 0 ]; then
  say skipped 'nothing is missing'
else
  add_packages "$@" || finish 21 "cannot install $* with $manager"
  say 'done' "installed $*"
fi

begin fuse
changed=
# A device made at boot forgets what an image's build did to it.
if [ -e /dev/fuse ] && { [ "$mode" = install ] || ! [ -r /dev/fuse ] || ! [ -w /dev/fuse ]; }; then
  as_root chmod 666 /dev/fuse || finish 21 'cannot open /dev/fuse to the user'
  changed="$changed /dev/fuse"
fi
# Mesa mounts with allow_other, which only root may do unless this says otherwise.
if { [ "$mode" = install ] || [ "$(id -u)" -ne 0 ]; } && ! grep -qsxF user_allow_other /etc/fuse.conf; then
  as_root tee -a /etc/fuse.conf <<END || finish 21 'cannot allow user_allow_other in /etc/fuse.conf'
user_allow_other
END
  changed="$changed /etc/fuse.conf"
fi
if [ -n "$changed" ]; then say 'done' "changed$changed"; else say skipped 'nothing to change'; fi

begin mesa "$version"
if has mesa; then # of whatever version: a template's author has chosen it
  say skipped 'it is there'
else
  # Not piped into the shell: half a download must not run, and a failed one must be seen.
  bounded 120 curl -fsSL --retry 3 -o install.sh https://mesa.dev/install.sh || finish 21 'cannot download its installer'
  set -- sh install.sh --yes
  [ -z "$version" ] || set -- "$@" --version "$version"
  as_root "$@" || finish 21 'its installer failed'
  has mesa || finish 21 'its installer ended well, yet it is not there'
  say 'done' "installed ${version:-the newest}"
fi

begin agent "$program"
if [ -z "$program" ] || has "$program"; then
  say skipped 'nothing is missing'
elif [ -z "$package" ]; then
  finish 21 "there is no $program, and no package that has it"
elif ! has npm; then
  finish 21 "there is no $program, and no npm to install it with"
else
  as_root env "PATH=$PATH" npm install --global "$package${package_version:+@$package_version}" \
    || finish 21 "npm cannot install $package"
  has "$program" || finish 21 "npm installed $package, yet there is no $program"
  say 'done' "installed $package"
fi

if [ "$mode" = install ]; then
  put result 0
  exit 0
fi

if mounted "$point"; then
  # Who has us prepare uploads a credential too, maybe later: what nobody reads must not stay.
  arrived "$environment" 600
  rm -f "$environment"
  phase=credential
  say skipped 'the mount has one'
  phase=mount
  say skipped 'it is there'
  put result 0
  exit 0
fi

begin credential
arrived "$environment" 600 || finish 22 'it did not arrive'
chmod 600 "$environment"
say 'done'

end_mount() { # within 10 seconds, or leave it to itself
  : >"$state/asked"
  [ -f "$state/of-root" ] || { alive "$state/daemon" && kill "$pid" 2>/dev/null; }
  beats=100
  until [ -f "$state/exit" ] || [ "$beats" -eq 0 ]; do
    beats=$((beats - 1))
    sleep 0.1
  done
}

begin mount
mkdir -p "$state" "$base/mesa" "$point" 2>/dev/null
rm -rf "${state:?}"/* "$layout"
if [ "$mode" = mount ]; then keep_mounted & else put "$state/wanted-$mode" now; fi
deadline=$(($(date +%s) + 60))
looks=20 # of ours since its keeper has seen it
until mounted "$point"; do
  if [ -f "$state/exit" ] || [ "$(date +%s)" -ge "$deadline" ]; then
    if [ -f "$state/exit" ]; then
      read -r code <"$state/exit"
      why="mesa mount ended with exit code $code"
    else
      why='there is no mount after a minute'
      end_mount
    fi
    rm -f "$environment" "$layout"
    tail -n 20 "$base/mesa.log"
    finish 21 "$why"
  fi
  if [ -f "$state/shown" ]; then looks=$((looks - 1)); fi
  if [ "$looks" -eq 0 ]; then
    end_mount
    rm -f "$environment" "$layout"
    if [ "$mode" = user ]; then finish 25 'only its own command sees it'; fi
    finish 21 'only its own command sees it, though root mounted it'
  fi
  sleep 0.1
done
rm -f "$environment" "$layout"
say 'done'
put result 0
