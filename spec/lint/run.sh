#!/bin/sh
# Lints spec/pingone.yaml with Redocly CLI, Spectral and openapi-spec-validator.
# Needs Node.js 20.19 or later, npm and Python 3.10 or later. The three tools are pinned and
# installed under spec/lint/node_modules and target/lint. Any error or warning fails the run.
set -eu

lint=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$lint/../.." && pwd)
document=$root/spec/pingone.yaml
venv=$root/target/lint/venv

# No linter may report its use or look for updates.
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
export SCARF_ANALYTICS=false PIP_DISABLE_PIP_VERSION_CHECK=1

cd "$lint"
npm ci --silent
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --requirement requirements.txt

echo "Redocly CLI"
./node_modules/.bin/redocly lint --config redocly.yaml --max-problems 1000 "$document"

echo "Spectral"
./node_modules/.bin/spectral lint --ruleset .spectral.yaml --fail-severity hint "$document"

echo "openapi-spec-validator"
"$venv/bin/openapi-spec-validator" "$document"
