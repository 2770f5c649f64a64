// A sandbox to look at, and a browser to look with.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const executablePath =
  process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
assert.ok(executablePath, "no Chromium found; CHROMIUM names one");

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const sandbox = spawn(join(target, "debug", "examples", "standalone"), { stdio: ["pipe", "pipe", "inherit"] });

// What a client must know.
export const env = {};
for await (const line of createInterface(sandbox.stdout)) {
  const variable = line.match(/^export (\w+)='(.*)'$/);
  if (variable) env[variable[1]] = variable[2];
  else break;
}

export const origin = env.PINGONE_AUTH_URL;
export const launch = () => chromium.launch({ executablePath, args: ["--no-sandbox"] });
export const stop = () => sandbox.stdin.end();
