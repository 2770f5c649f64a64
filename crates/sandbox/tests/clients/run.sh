#!/usr/bin/env bash
# Clients with a TLS stack of their own, transcripts of public clients, and a proxy: curl and Python's requests against
# --tls, what is in the folder CLIENTS, nginx before a public URL.
set -euo pipefail
cd "$(dirname "$0")/../../../.."
target="${CARGO_TARGET_DIR:-target}"
cargo build --quiet --package pingone-cli
work="$(mktemp -d)"
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

# serve ARGUMENT...: starts a sandbox and reads its variables.
serve() {
  "$target/debug/pingone" sandbox --print-env "$@" > "$work/env" &
  for _ in $(seq 100); do
    [ "$(wc -l < "$work/env")" -ge 5 ] && break
    sleep 0.1
  done
  # shellcheck disable=SC1091
  source "$work/env"
}

# token CURL_ARGUMENT...: a token of the worker application.
token() {
  curl --silent --show-error --fail "$@" --user "$PINGONE_CLIENT_ID:$PINGONE_CLIENT_SECRET" \
    --data grant_type=client_credentials "$PINGONE_AUTH_URL/$PINGONE_ENVIRONMENT_ID/as/token" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'
}

serve --tls --tls-ca "$work/ca.pem"
users="$PINGONE_PLATFORM_URL/environments/$PINGONE_ENVIRONMENT_ID/users"
access="$(token --cacert "$work/ca.pem")"
curl --silent --show-error --fail --cacert "$work/ca.pem" --header "Authorization: Bearer $access" "$users" > "$work/users.json"
grep -q lindajones "$work/users.json"
if curl --silent --fail "$users" 2>/dev/null; then
  echo "curl trusts a certificate that nobody told it to trust" >&2
  exit 1
fi
echo "curl: read the users over HTTPS with the written certificate"
if python3 -c 'import requests' 2>/dev/null; then
  REQUESTS_CA_BUNDLE="$work/ca.pem" TOKEN="$access" USERS="$users" python3 - <<'PYTHON'
import os
import requests

answer = requests.get(os.environ["USERS"], headers={"Authorization": "Bearer " + os.environ["TOKEN"]}, timeout=10)
answer.raise_for_status()
assert answer.json()["count"] == 3, answer.text
print("requests: read the users over HTTPS with the written certificate")
PYTHON
else
  echo "skipped: Python has no module requests"
fi

serve --empty
python3 crates/sandbox/tests/clients/replay.py crates/sandbox/tests/clients/transcripts
transcripts="${CLIENTS:-../shared/clients}"
if [ -d "$transcripts" ]; then
  python3 crates/sandbox/tests/clients/replay.py "$transcripts"
else
  echo "skipped: no transcripts of clients at $transcripts; CLIENTS names their folder"
fi

if ! command -v nginx > /dev/null; then
  echo "skipped: nginx is not installed"
  exit 0
fi
front=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
back=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
serve --port "$back" --public-url "http://127.0.0.1:$front/pingone"
cat > "$work/nginx.conf" <<NGINX
daemon off;
pid $work/nginx.pid;
error_log $work/error.log;
events {}
http {
  access_log off;
  client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
  server {
    listen 127.0.0.1:$front;
    location /pingone/ { proxy_pass http://127.0.0.1:$back/; }
  }
}
NGINX
nginx -c "$work/nginx.conf" -e "$work/error.log" &
sleep 1
access="$(token)"
USERS="$PINGONE_PLATFORM_URL/environments/$PINGONE_ENVIRONMENT_ID/users?limit=1" TOKEN="$access" \
  PUBLIC="http://127.0.0.1:$front/pingone/" python3 - <<'PYTHON'
import json
import os
import urllib.request

def links(value):
    if isinstance(value, dict):
        for name, member in value.items():
            if name == "href":
                yield member
            yield from links(member)
    elif isinstance(value, list):
        for member in value:
            yield from links(member)

address, pages, seen = os.environ["USERS"], 0, 0
while address:
    request = urllib.request.Request(address, headers={"Authorization": "Bearer " + os.environ["TOKEN"]})
    page = json.load(urllib.request.urlopen(request, timeout=10))
    for link in links(page):
        assert link.startswith(os.environ["PUBLIC"]), link
        seen += 1
    pages += 1
    address = page["_links"].get("next", {}).get("href")
assert pages == 3, pages
print(f"nginx: {pages} pages, {seen} links, all lead back through it")
PYTHON
