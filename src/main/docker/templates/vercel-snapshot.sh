#!/bin/sh
# Makes a Vercel snapshot in which a session finds everything installed, and prints its id.
#   $1 the runtime to start from; node24 if not given
# Needs curl, jq, VERCEL_TOKEN, VERCEL_TEAM_ID and VERCEL_PROJECT_ID; MESA_CLI_VERSION and VERCEL_API_URL replace defaults.
# It installs by the very script that prepares a session's sandbox. No other credential enters the sandbox.
set -eu
: "${VERCEL_TOKEN:?}" "${VERCEL_TEAM_ID:?}" "${VERCEL_PROJECT_ID:?}"
api=${VERCEL_API_URL:-https://vercel.com/api}
runtime=${1:-node24}
version=${MESA_CLI_VERSION:-0.46.0}
scripts=$(cd "$(dirname "$0")/../../resources/dev/caprock" && pwd)
name=caprock-template-$(date +%s)-$$
umask 077
work=$(mktemp -d)
sandbox=

# What a snapshot was made of is not needed any more. Orphaned snapshots are spared: ours is one.
leave() {
  if [ -n "$sandbox" ]; then call DELETE "/v2/sandboxes/$sandbox" "projectId=$VERCEL_PROJECT_ID" || echo "delete sandbox $sandbox yourself" >&2; fi
  rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM
printf 'Authorization: Bearer %s\n' "$VERCEL_TOKEN" >"$work/headers"

# $1 method   $2 path   $3 further parameters, or nothing   $4 a body, or nothing. The answer is in $work/answer.
call() {
  set -- "$1" "$api$2?teamId=$VERCEL_TEAM_ID${3:+&$3}" "${4:-}"
  status=$(curl -sS --max-time 120 -X "$1" -H "@$work/headers" -H 'Content-Type: application/json' \
    --data-binary "$3" -o "$work/answer" -w '%{http_code}' "$2") || status=000
  case $status in
    2*) ;;
    *)
      echo "$1 ${2%%\?*} was answered $status:" >&2
      cat "$work/answer" >&2
      return 1
      ;;
  esac
}

# Becomes the script that prepares a session's sandbox, with what it sources in place.
worker=$(awk -v rooms="$scripts" '
  /^\. \.\/[a-z]+\.sh$/ {
    file = rooms "/workspace/" substr($2, 3)
    if ((getline line < file) < 0) file = rooms "/sandbox/" substr($2, 3)
    else print line
    while ((getline line < file) > 0) print line
    next
  }
  { print }' "$scripts/workspace/worker.sh")

# shellcheck disable=SC2016 # expanded in the sandbox
run='sh -c "$1" caprock "$2" install "$3" "$4" "$5" ""
cat "$2/phases"
read -r code <"$2/result" || code=21
[ "$code" -eq 0 ] || tail -n 30 "$2/log"
rm -rf "$2"
exit "$code"'

install() { # $1 the agent's program   $2 the npm package that has it
  body=$(jq -n --arg run "$run" --arg worker "$worker" --arg version "$version" --arg program "$1" --arg package "$2" '{
    command: "/bin/sh", cwd: "/", env: {}, sudo: true, timeout: 900000,
    args: ["-c", $run, "caprock", $worker, "/tmp/caprock-template", $version, $program, $package]}')
  call POST "/v2/sandboxes/sessions/$session/cmd" '' "$body"
  command=$(jq -er .command.id "$work/answer")
  looks=600
  until call GET "/v2/sandboxes/sessions/$session/cmd/$command" && jq -e '.command.exitCode != null' "$work/answer" >/dev/null; do
    looks=$((looks - 1))
    [ "$looks" -gt 0 ] || exit 1
    sleep 1
  done
  code=$(jq -r .command.exitCode "$work/answer")
  call GET "/v2/sandboxes/sessions/$session/cmd/$command/logs"
  jq -rj .data "$work/answer" >&2
  [ "$code" -eq 0 ] || exit 1
}

call POST /v2/sandboxes '' "$(jq -n --arg project "$VERCEL_PROJECT_ID" --arg name "$name" --arg runtime "$runtime" \
  '{projectId: $project, name: $name, runtime: $runtime, ports: [], persistent: false, timeout: 1800000}')"
sandbox=$name
session=$(jq -er .session.id "$work/answer")
install claude @anthropic-ai/claude-code
install codex @openai/codex
call POST "/v2/sandboxes/sessions/$session/snapshot" '' '{"expiration": 0}'
snapshot=$(jq -er .snapshot.id "$work/answer")
beats=300
until call GET "/v2/sandboxes/snapshots/$snapshot" && jq -e '.snapshot.status == "created"' "$work/answer" >/dev/null; do
  beats=$((beats - 1))
  [ "$beats" -gt 0 ] || exit 1
  sleep 1
done
echo "$snapshot"
