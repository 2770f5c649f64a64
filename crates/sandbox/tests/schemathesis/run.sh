#!/usr/bin/env bash
# Lets schemathesis try the sandbox against the document, with all of its checks and one seed.
# MAX_EXAMPLES says how many requests it makes up for each operation.
set -euo pipefail
cd "$(dirname "$0")/../../../.."
target="${CARGO_TARGET_DIR:-target}"
venv="$target/schemathesis-venv"
if [ ! -x "$venv/bin/schemathesis" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --requirement crates/sandbox/tests/schemathesis/requirements.txt
fi
cargo build --quiet --package pingone-sandbox --example standalone

# The sandbox runs for as long as its input stays open.
coproc SANDBOX { "$target/debug/examples/standalone"; }
while read -r line <&"${SANDBOX[0]}"; do
  case "$line" in
    export*) eval "$line" ;;
    *) break ;;
  esac
done
export SCHEMATHESIS_HOOKS="crates/sandbox/tests/schemathesis/hooks.py"
status=0
# The document has two servers; schemathesis takes one address for all of its operations.
for server in platform auth; do
  "$venv/bin/python" crates/sandbox/tests/schemathesis/narrow.py spec/pingone.yaml "$server" > "$target/schemathesis-$server.json"
  case "$server" in
    platform) url="$PINGONE_PLATFORM_URL" ;;
    auth) url="$PINGONE_AUTH_URL" ;;
  esac
  "$venv/bin/schemathesis" --config-file crates/sandbox/tests/schemathesis/schemathesis.toml run \
    "$target/schemathesis-$server.json" \
    --url "$url" \
    --header "Authorization: Bearer $PINGONE_TOKEN" \
    --checks all \
    --seed 1 \
    --generation-deterministic \
    --max-examples "${MAX_EXAMPLES:-20}" \
    --suppress-health-check all \
    --no-color \
    || status=1
done
exec {SANDBOX[1]}>&-
wait "$SANDBOX_PID" || true
exit "$status"
