#!/usr/bin/env bash
# Generates a Python client from the document with a generator that knows nothing of this project, and lets it talk to
# the sandbox.
set -euo pipefail
cd "$(dirname "$0")/../../../.."
target="${CARGO_TARGET_DIR:-target}"
venv="$target/python-venv"
here="crates/sandbox/tests/python"
if [ ! -x "$venv/bin/openapi-python-client" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
fi
cargo build --quiet --package pingone-cli
work="$(mktemp -d)"
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

# The generator takes the vendor's media types as JSON if it is told so; it still sends them as the document has them.
{
  echo "post_hooks: []"
  echo "content_type_overrides:"
  grep --only-matching --extended-regexp 'application/vnd\.pingidentity\.[A-Za-z.]+\+json' spec/pingone.yaml |
    sort --unique | sed 's/.*/  &: application\/json/'
} > "$work/config.yaml"
"$venv/bin/openapi-python-client" generate --path spec/pingone.yaml --config "$work/config.yaml" --meta none \
  --output-path "$work/generated" &> "$work/log" || { tail -n 40 "$work/log" >&2; exit 1; }
# It forgets to import a name where an operation has several bodies.
find "$work/generated/api" -name '*.py' -exec sed -i 's/^from \.\.\.types import/& Unset,/' {} +

# Over TLS, since cookies that are secure are not sent without it.
touch "$work/env"
"$target/debug/pingone" sandbox --print-env --empty --tls --tls-ca "$work/ca.pem" > "$work/env" &
for _ in $(seq 100); do
  [ "$(wc -l < "$work/env")" -ge 5 ] && break
  sleep 0.1
done
set -a
# shellcheck disable=SC1091
source "$work/env"
PYTHONPATH="$work" SSL_CERT_FILE="$work/ca.pem" "$venv/bin/python" "$here/journey.py"
