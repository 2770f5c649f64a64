// A page of another origin on this machine registers a user, verifies the address, recovers the password and signs on,
// with fetch and the cookies of the sandbox.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { env, launch, origin, stop } from "./support.js";

// Another port is another origin, but the same site: browsers may keep the cookies of other sites back.
const host = new URL(origin).hostname;
const server = createServer((_, response) => {
  response.setHeader("content-type", "text/html");
  response.end("<!doctype html><title>Application</title>");
});
await new Promise((listening) => server.listen(0, host, listening));

const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(`http://${host}:${server.address().port}/`);
  // The user reads messages: the control API, which no other origin may call, tells the test.
  await page.exposeFunction("codeOf", async (kind) => {
    const { messages } = await (await fetch(`${origin}/_sandbox/outbox?kind=${kind}`)).json();
    return messages.at(-1).code;
  });
  const outcome = await page.evaluate(
    async ({ origin, environment, client }) => {
      const statuses = [];
      const expect = async (answer) => {
        const body = await answer.json();
        if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${JSON.stringify(body)}`);
        statuses.push(body.status);
        return body;
      };
      const start = async () => {
        const parameters = { client_id: client, response_type: "code", response_mode: "pi.flow", scope: "openid" };
        const body = new URLSearchParams(parameters);
        return expect(await fetch(`${origin}/${environment}/as/authorize`, { method: "POST", body, credentials: "include" }));
      };
      const act = async (flow, action, body) => {
        const headers = { "Content-Type": `application/vnd.pingidentity.${action}+json` };
        const options = { method: "POST", headers, body: JSON.stringify(body), credentials: "include" };
        return expect(await fetch(flow._links[action].href, options));
      };
      const [username, email] = ["newcomer", "newcomer@example.com"];

      let flow = await start();
      flow = await act(flow, "user.register", { username, email, password: "2FederateM0re!" });
      flow = await act(flow, "user.verify", { verificationCode: await codeOf("VERIFICATION_CODE") });

      flow = await start();
      flow = await act(flow, "password.forgot", { username });
      const newPassword = "an0ther-passw0rd";
      flow = await act(flow, "password.recover", { recoveryCode: await codeOf("RECOVERY_CODE"), newPassword });

      flow = await start();
      flow = await act(flow, "usernamePassword.check", { username, password: newPassword });
      const resumed = await fetch(flow.resumeUrl, { credentials: "include" });
      const result = await resumed.json();
      const control = await fetch(`${origin}/_sandbox/outbox`).then(() => "readable", () => "refused");
      return { statuses, code: result.authorizeResponse?.code, control };
    },
    { origin, environment: env.PINGONE_ENVIRONMENT_ID, client: env.PINGONE_CLIENT_ID },
  );
  assert.deepEqual(outcome.statuses, [
    "USERNAME_PASSWORD_REQUIRED",
    "VERIFICATION_CODE_REQUIRED",
    "COMPLETED",
    "USERNAME_PASSWORD_REQUIRED",
    "RECOVERY_CODE_REQUIRED",
    "COMPLETED",
    "USERNAME_PASSWORD_REQUIRED",
    "COMPLETED",
  ]);
  assert.ok(outcome.code, "the flow resumes with a code, as the browser sent its cookie");
  assert.equal(outcome.control, "refused");
  console.log("another origin: registered, verified, recovered and signed on with fetch and cookies");
} finally {
  await browser.close();
  server.close();
  stop();
}
