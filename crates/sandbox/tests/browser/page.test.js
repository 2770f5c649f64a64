// A person's way through the page: a code appears, runs out, and a fault is planned and met.
import assert from "node:assert/strict";
import { join } from "node:path";
import { env, launch, origin, stop } from "./support.js";

const pictures = process.env.SCREENSHOTS;
const user = `${env.PINGONE_PLATFORM_URL}/environments/${env.PINGONE_ENVIRONMENT_ID}/users/8376797d-641c-4e7f-8bb9-8fd3b4bd1bf1`;
const post = (path, action) =>
  fetch(user + path, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${env.PINGONE_TOKEN}`,
      "Content-Type": `application/vnd.pingidentity.${action}+json`,
    },
  });

const browser = await launch();
try {
  const page = await browser.newPage({ colorScheme: "light" });
  const problems = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(`${origin}/_sandbox`);
  await page.getByText("Up to date.").waitFor();
  await page.getByRole("button", { name: "Freeze" }).click();
  await page.locator(".clock").getByText("frozen").waitFor();

  // A code appears without a reload.
  assert.equal((await post("/password", "password.sendRecoveryCode")).status, 200);
  const row = page.locator("#outbox tbody tr").filter({ hasText: "recovery code" });
  await row.getByText("valid 5:00").waitFor();
  const code = await row.locator(".code").textContent();
  const { messages } = await (await fetch(`${origin}/_sandbox/outbox`)).json();
  assert.equal(code, messages[0].code);

  // Time runs out by keyboard.
  await page.getByRole("button", { name: "+5 min" }).focus();
  await page.keyboard.press("Enter");
  await row.getByText("expired").waitFor();

  // A fault is planned, met and seen.
  await page.getByLabel("What goes wrong").selectOption({ label: "503 Service Unavailable" });
  await page.locator("select[name=operation]").selectOption("sendVerificationCode");
  await page.getByLabel("How often").fill("1");
  await page.getByRole("button", { name: "Plan the fault" }).click();
  const fault = page.locator("#faults tbody tr");
  await fault.getByText("0 of 1").waitFor();
  assert.equal((await post("", "user.sendVerificationCode")).status, 503);
  await fault.getByText("1 of 1").waitFor();
  assert.equal((await post("", "user.sendVerificationCode")).status, 200);
  await page.locator("#users").getByText("VERIFICATION_REQUIRED").waitFor();
  assert.equal((await post("", "user.dance")).status, 415);
  const miss = page.locator("#journal details").first();
  await miss.locator("summary").click();
  await miss.getByText("is not among").waitFor();
  // What is open stays open when something happens.
  assert.equal((await post("", "user.sendVerificationCode")).status, 200);
  await page.locator("#outbox tbody tr").nth(2).waitFor();
  assert.equal(await page.locator("#journal details[open]").count(), 1);

  // A user is created, and a flow started.
  await page.locator("input[name=username]").fill("created");
  await page.getByRole("button", { name: "Create the user" }).click();
  await page.locator("#users tbody").getByText("created").waitFor();
  await page.getByRole("button", { name: "Start the flow" }).click();
  await page.locator("#flows tbody tr").nth(1).waitFor();

  // Every control can be reached by keyboard and has a name.
  for (const control of await page.locator("button, select, input, a").all()) {
    const name = await control.evaluate((node) => node.labels?.[0]?.textContent || node.textContent);
    assert.ok(name.trim(), await control.evaluate((node) => node.outerHTML));
  }
  const hidden = await page.locator('[tabindex="-1"]').count();
  assert.equal(hidden, 0);
  const foreign = await page.evaluate(() => performance.getEntriesByType("resource").map((entry) => entry.name));
  assert.ok(foreign.every((address) => address.startsWith(origin) || address.startsWith("data:")), String(foreign));

  // Nothing is cut off on a telephone.
  if (pictures) await page.screenshot({ path: join(pictures, "light.png"), fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  if (pictures) await page.screenshot({ path: join(pictures, "dark.png"), fullPage: true });
  await page.setViewportSize({ width: 390, height: 800 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `the page is ${width} pixels wide`);
  if (pictures) await page.screenshot({ path: join(pictures, "narrow.png") });
  assert.deepEqual(problems, []);

  // Without a script the page says and does the same.
  const plain = await browser.newPage({ javaScriptEnabled: false });
  await plain.goto(`${origin}/_sandbox`);
  await plain.locator("#outbox").getByText("recovery code").waitFor();
  const reset = plain.getByRole("button", { name: "Reset everything" });
  assert.ok(!(await reset.isVisible()), "a reset asks first");
  await plain.getByText("Reset…").click();
  await reset.click();
  await plain.getByText("Nothing was sent yet.").waitFor();
  console.log("the page: a code appeared and ran out, a fault was planned and met, nothing was cut off");
} finally {
  await browser.close();
  stop();
}
