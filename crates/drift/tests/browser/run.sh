#!/usr/bin/env bash
# Looks at a report in headless Chromium. CHROMIUM names the browser, SCREENSHOTS a folder for pictures.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --silent
report="$(mktemp -d)/report.html"
trap 'rm -r "$(dirname "$report")"' EXIT
cargo run --quiet --package pingone-drift --example report >"$report"
node report.test.js "$report"
