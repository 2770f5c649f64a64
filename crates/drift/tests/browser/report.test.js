// A reviewer's way through a report: what is bad stands out, filters leave what is asked for, nothing comes from outside.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const executablePath =
  process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
assert.ok(executablePath, "no Chromium found; CHROMIUM names one");
const pictures = process.env.SCREENSHOTS;
const address = pathToFileURL(process.argv[2]).href;

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const context = await browser.newContext({ colorScheme: "light", viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const problems = [];
  const requests = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(address);

  // Every verdict is there, in a colour of its own that can be read.
  const verdicts = ["breaking", "behaviour", "review", "compatible", "none"];
  const luminance = (colour) => {
    const [red, green, blue] = colour.match(/[\d.]+/g).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const colours = async () => {
    const found = await page.evaluate((names) => {
      const style = (node) => getComputedStyle(node);
      const edges = names.map((name) => style(document.querySelector(`.finding[data-verdict=${name}]`)).borderLeftColor);
      const solid = (node) => {
        for (let at = node; at; at = at.parentElement) {
          if (!/rgba\(.*, 0\)|transparent/.test(style(at).backgroundColor)) return style(at).backgroundColor;
        }
        return "rgb(255, 255, 255)";
      };
      const texts = [...document.querySelectorAll("h1, h2, h3, p, .chip, .badge, .line, .number, .place, a, code, summary, input, output")]
        .filter((node) => node.checkVisibility())
        .map((node) => [node.className || node.localName, style(node).color, solid(node)]);
      return { edges, texts };
    }, verdicts);
    assert.equal(new Set(found.edges).size, verdicts.length, String(found.edges));
    for (const [what, text, ground] of found.texts) {
      const ratio = contrast(text, ground);
      assert.ok(ratio >= 4.5, `${what}: ${text} on ${ground} has a contrast of ${ratio.toFixed(2)}`);
    }
  };
  await colours();

  // What is accepted is hidden until it is asked for.
  const shown = page.locator(".finding:visible");
  const all = await page.locator(".finding").count();
  const accepted = page.getByLabel("accepted");
  assert.equal(await shown.count(), all - 1);
  await accepted.check();
  assert.equal(await shown.count(), all);
  await page.locator("output").getByText(`${all} of ${all}`).waitFor();
  if (pictures) await page.screenshot({ path: join(pictures, "light.png"), fullPage: true });

  // By mouse: one verdict at a time.
  for (const verdict of verdicts) {
    for (const other of verdicts) {
      await page.locator(`input[value=${other}]`).setChecked(other === verdict);
    }
    const left = await shown.evaluateAll((nodes) => nodes.map((node) => node.dataset.verdict));
    assert.ok(left.length > 0 && left.every((name) => name === verdict), `${verdict}: ${left}`);
  }
  for (const verdict of verdicts) await page.locator(`input[value=${verdict}]`).check();

  // By keyboard: from the first control to the search, and only what has the words is left.
  await page.locator(`input[value=breaking]`).focus();
  await page.keyboard.press("Space");
  assert.equal(await page.locator('.finding[data-verdict="breaking"]:visible').count(), 0);
  await page.keyboard.press("Space");
  for (let steps = 0; steps < verdicts.length + 1; steps++) await page.keyboard.press("Tab");
  await page.keyboard.type("LOAN_<LOST>");
  assert.equal(await shown.count(), 1);
  assert.match(await shown.locator("h2").textContent(), /LOAN_<LOST>/);
  await page.keyboard.press("Enter");
  await page.getByRole("searchbox").fill("no finding says this");
  assert.equal(await shown.count(), 0);
  await page.getByText("No finding fits the filters.").waitFor();
  await page.getByRole("searchbox").fill("");

  // A link to a finding leads to it, also behind the header.
  const last = page.locator(".finding").last();
  await last.locator('a[href^="#"]').click();
  const covered = await page.evaluate(() => {
    const finding = document.querySelector(":target").getBoundingClientRect();
    return finding.top < document.querySelector("header").getBoundingClientRect().bottom && scrollY < document.documentElement.scrollHeight - innerHeight - 1;
  });
  assert.ok(!covered, "the header covers the finding");

  // Every control has a name, and long lines break inside of their column.
  for (const control of await page.locator("input, a, summary").all()) {
    const name = await control.evaluate((node) => node.ariaLabel || node.labels?.[0]?.textContent || node.textContent);
    assert.ok(name.trim(), await control.evaluate((node) => node.outerHTML));
  }
  for (const [scheme, width] of [["dark", 1280], ["dark", 390], ["light", 390], ["light", 820]]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(() => scrollTo(0, 0));
    await colours();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `the page is ${wide} pixels wide on ${width}`);
    if (pictures) await page.screenshot({ path: join(pictures, `${scheme}-${width}.png`), fullPage: width > 800 });
  }
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("header form").isHidden(), "paper has no filters");

  assert.deepEqual(requests, [address], "nothing comes from outside");
  assert.deepEqual(problems, []);
  console.log(`the report: ${all} findings, five verdicts, filtered by mouse and keyboard, light and dark, nothing from outside`);
} finally {
  await browser.close();
}
