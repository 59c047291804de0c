#!/usr/bin/env bash
# Tries the running service against its own description with schemathesis.
#
#   API_KEY=tm_… api.sh OPENAPI_FILE URL
#
# Same seed, same examples, same verdict: no 5xx, and no status that the
# description does not name. The key comes by environment, so that no process
# list shows it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
schema=$1
url=$2

# The run's own folder takes what hypothesis remembers: nothing carries over.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/schemathesis.toml" <<'TOML'
[headers]
Authorization = "Bearer ${API_KEY}"

# An issuer that there is: behind it lie most of the handlers.
[parameters]
issuer = "nea"
TOML

export PYTHONPATH="$here" SCHEMATHESIS_HOOKS=hooks PYTHONDONTWRITEBYTECODE=1

cd "$work"
"$here/.venv/bin/schemathesis" --config-file "$work/schemathesis.toml" \
    run "$schema" \
    --url "$url" \
    --checks not_a_server_error,status_code_conformance \
    --phases examples,coverage,fuzzing \
    --seed 20261121 \
    --max-examples 20 \
    --request-timeout 10 \
    --continue-on-failure \
    --no-color
