#!/usr/bin/env bash
# Looks at the page of the sandbox in headless Chromium, and calls the API from a page of another origin.
# CHROMIUM names the browser, SCREENSHOTS a folder for pictures.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --silent
cargo build --quiet --package pingone-sandbox --example standalone
node page.test.js
node cross_origin.test.js
