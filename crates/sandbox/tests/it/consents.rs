//! Consent: to the agreement of an environment, and to a device that signs on.

use pingone_models::UserId;
use pingone_sandbox::{NewFlow, Sandbox};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Request, action, linda, sandbox};

const AGREEMENT: &str = "3c9a2f10-7d51-4f7b-8c2a-6b1e0d9f4a21";

/// A flow under way, with its user's cookie.
struct Flow<'s> {
    sandbox: &'s Sandbox,
    path: String,
    cookie: String,
}

impl<'s> Flow<'s> {
    /// A flow whose user has given the password.
    async fn signed_on(sandbox: &'s Sandbox, flow: NewFlow) -> (Self, Reply) {
        let id = sandbox.start_flow(flow);
        let mut flow = Self {
            sandbox,
            path: format!("/{}/flows/{id}", sandbox.environment_id()),
            cookie: String::new(),
        };
        let body = json!({ "username": "lindajones", "password": PASSWORD });
        let reply = flow.act("usernamePassword.check", &body).await.ok();
        let cookie = reply.header("set-cookie").unwrap();
        cookie
            .split(';')
            .next()
            .unwrap()
            .clone_into(&mut flow.cookie);
        (flow, reply)
    }

    async fn act(&self, name: &str, body: &Value) -> Reply {
        let request = Request::new(self.sandbox, "POST", &*self.path);
        let request = request.header("Cookie", &self.cookie);
        request.media_type(action(name)).json(body).send().await
    }
}

async fn consents(sandbox: &Sandbox, user: UserId, below: &str) -> Reply {
    let environment = sandbox.environment_id();
    let path = format!("/v1/environments/{environment}/users/{user}/agreementConsents{below}");
    let request = Request::new(sandbox, "GET", path);
    request.authorized().send().await
}

#[tokio::test]
async fn a_flow_asks_for_consent_until_it_is_given_and_again_after_it_is_revoked() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let below = format!("/{AGREEMENT}");
    assert_eq!(consents(&sandbox, user, &below).await.status, 404);
    let agreement = || NewFlow::sign_on().with_agreement();

    let (flow, reply) = Flow::signed_on(&sandbox, agreement()).await;
    assert_eq!(reply.text("/status"), "AGREEMENT_CONSENT_REQUIRED");
    assert!(
        reply.links().contains(&"user.consent"),
        "{:?}",
        reply.links()
    );
    let accept = json!({ "accept": true });
    let reply = flow.act("user.consent", &accept).await.ok();
    assert_eq!(reply.text("/status"), "COMPLETED");
    let consent = consents(&sandbox, user, &below).await.ok();
    assert_eq!(consent.text("/status"), "ACCEPTED");
    assert_eq!(consent.text("/lastConsent/at"), "2026-01-01T00:00:00.000Z");
    let all = consents(&sandbox, user, "").await.ok();
    assert_eq!(all.text("/_embedded/consents/0/agreement/id"), AGREEMENT);

    let (_, reply) = Flow::signed_on(&sandbox, agreement()).await;
    assert_eq!(reply.text("/status"), "COMPLETED");

    let environment = sandbox.environment_id();
    let path = format!("/v1/environments/{environment}/users/{user}/agreementConsents/{AGREEMENT}");
    let revoke = Request::new(&sandbox, "POST", path).authorized();
    let revoke = revoke.media_type(action("consent.revoke"));
    revoke.send().await.ok();
    let consent = consents(&sandbox, user, &below).await.ok();
    assert_eq!(consent.text("/status"), "PENDING");
    let (_, reply) = Flow::signed_on(&sandbox, agreement()).await;
    assert_eq!(reply.text("/status"), "AGREEMENT_CONSENT_REQUIRED");
}

#[tokio::test]
async fn whoever_does_not_consent_is_not_signed_on() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let (flow, _) = Flow::signed_on(&sandbox, NewFlow::sign_on().with_agreement()).await;
    let reject = json!({ "accept": false });
    let reply = flow.act("user.consent", &reject).await.ok();
    assert_eq!(reply.text("/status"), "FAILED");
    assert_eq!(reply.text("/error/code"), "CONSENT_REJECTED");
    assert!(
        reply.assumed().contains("flow.rejected"),
        "{}",
        reply.assumed()
    );
    let all = consents(&sandbox, user, "").await.ok();
    assert_eq!(all.body["count"], 0);
    // The flow is over.
    let reply = flow.act("user.consent", &json!({ "accept": true })).await;
    assert_eq!(reply.error(), "400 REQUEST_FAILED INVALID_VALUE");
}

#[tokio::test]
async fn a_device_signs_on_with_its_code_and_consent() {
    let sandbox = sandbox().await;
    sandbox.seed_user(linda()).unwrap();
    let device = NewFlow::sign_on().with_device_code("WDJB-MJHT");
    let (flow, reply) = Flow::signed_on(&sandbox, device).await;
    assert_eq!(reply.text("/status"), "DAG_USER_CODE_REQUIRED");
    let verify = "deviceAuthGrant.userCode.verify";
    let wrong = flow.act(verify, &json!({ "userCode": "AAAA-AAAA" })).await;
    assert_eq!(wrong.error(), "400 INVALID_DATA INVALID_VALUE userCode");
    let accept = json!({ "accept": true });
    let early = flow.act("deviceAuthGrant.consent", &accept).await;
    assert_eq!(early.error(), "400 REQUEST_FAILED INVALID_VALUE");
    let right = json!({ "userCode": "wdjbmjht" });
    let reply = flow.act(verify, &right).await.ok();
    assert_eq!(reply.text("/status"), "DAG_CONSENT_REQUIRED");
    let reply = flow.act("deviceAuthGrant.consent", &accept).await.ok();
    assert_eq!(reply.text("/status"), "COMPLETED");
}
