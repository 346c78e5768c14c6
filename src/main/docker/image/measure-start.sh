#!/bin/sh
# How long a start takes, from the plain jar and as the image lays it out: wall and processor seconds until a replica is ready.
# Needs no Docker: a JDK 25 as `java`, the packaged jar, and an empty database that SPRING_DATASOURCE_URL, _USERNAME and _PASSWORD
# name. Calls nobody outside. Usage: src/main/docker/image/measure-start.sh [rounds]
set -eu
image=$(cd "$(dirname "$0")" && pwd)
jar=$(cd "$image/../../../.." && pwd)/target/caprock.jar
rounds=${1:-5}
work=$(mktemp -d)
started=
trap 'if [ -n "$started" ]; then kill "$started"; fi 2>/dev/null; rm -rf "$work"' EXIT

export CAPROCK_SECRETS_MASTER_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= MESA_API_KEY=none E2B_API_KEY=none
export MESA_API_URL=http://127.0.0.1:9/v1 E2B_API_URL=http://127.0.0.1:9 SERVER_ADDRESS=127.0.0.1 SERVER_PORT=0

# The layout and the training are the Dockerfile's.
mkdir "$work/app"
(cd "$work" && java -Djarmode=tools -jar "$jar" extract --layers --destination layers)
for layer in dependencies spring-boot-loader snapshot-dependencies application; do
  cp -a "$work/layers/$layer/." "$work/app/"
done
cp "$image/java.options" "$image/training.properties" "$work/app/"
cd "$work/app"
java @java.options -XX:AOTCacheOutput=caprock.aot -Xlog:aot=error -Dspring.context.exit=onRefresh -jar caprock.jar \
  --spring.config.additional-location=file:training.properties >"$work/training.log" 2>&1
echo "cache: $(wc -c <caprock.aot) bytes"

ticks=$(getconf CLK_TCK)
start() { # name, then the arguments of java
  name=$1
  shift
  : >"$work/log"
  java "$@" >"$work/log" 2>&1 &
  started=$!
  until grep -q 'Started CaprockApplication' "$work/log"; do
    kill -0 "$started" || { cat "$work/log"; exit 1; }
    sleep 0.05
  done
  processor=$(awk -v ticks="$ticks" '{ printf "%.2f", ($14 + $15) / ticks }' "/proc/$started/stat")
  wall=$(sed -n 's/.*process running for \([0-9.]*\)).*/\1/p' "$work/log")
  echo "$name $wall $processor" | tee -a "$work/times"
  kill "$started"
  wait "$started" || true
  started=
}

start first -jar "$jar" >/dev/null # migrates the database
: >"$work/times"
round=0
while [ "$round" -lt "$rounds" ]; do
  start plain -jar "$jar"
  start extracted -jar caprock.jar
  start image @java.options -XX:AOTCache=caprock.aot -jar caprock.jar
  round=$((round + 1))
done
for column in 2 3; do
  for name in plain extracted image; do
    median=$(awk -v name="$name" -v column="$column" '$1 == name { print $column }' "$work/times" | sort -n |
      awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }')
    if [ "$name" = plain ]; then plain=$median; fi
    echo "$([ "$column" = 2 ] && echo wall || echo processor) $name: median $median s, ratio $(awk -v a="$median" -v b="$plain" 'BEGIN { printf "%.2f", a / b }')"
  done
done
