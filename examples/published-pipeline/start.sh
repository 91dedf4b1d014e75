#!/bin/sh
# Starts a job from any build system and waits for it: curl and a key are all it takes.
#
#   KEY=... ./start.sh http://127.0.0.1:7584/api/v1/published-pipelines/weekly-report/jobs BUILD_ID '{"region": "south"}'
set -eu
address=$1 build=$2 inputs=$3
answer=$(curl --silent --show-error --fail-with-body --retry 5 --retry-connrefused "$address" \
  --header "Authorization: Bearer $KEY" --header 'Content-Type: application/json' \
  --header "Idempotency-Key: $build" \
  --data "{\"inputs\": $inputs, \"tags\": {\"BuildId\": \"$build\"}}")
text() { printf '%s' "$answer" | grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }
url=$(text url)
echo "started $(text name)"
while :; do
  case $(text status) in
    Completed) echo completed; exit 0 ;;
    Failed | Canceled) echo "$answer"; exit 1 ;;
  esac
  sleep 1
  answer=$(curl --silent --show-error --fail-with-body --retry 5 --header "Authorization: Bearer $KEY" "$url")
done
