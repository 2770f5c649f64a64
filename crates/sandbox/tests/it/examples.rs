//! The examples of the document, and the samples of its pages, get the answers that the document describes.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use pingone_models::operation::{Location, Operation, Security};
use pingone_models::{DeviceId, FlowId, PasswordStatus, UserId, operations};
use pingone_sandbox::{DeviceKind, NewDevice, NewFlow, NewUser, Sandbox};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Request, action, sandbox};
use crate::tokens::{assertion, basic};

/// The document that everything is generated from.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/pingone.yaml");
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
});

static SCHEMAS: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../src/generated/schemas.json")).unwrap()
});

fn resolve(value: &'static Value) -> &'static Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(pointer) => DOCUMENT.pointer(pointer.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

/// The bodies of the request examples of an operation.
fn examples(operation: &Operation) -> Vec<(String, Value)> {
    let method = operation.method.to_lowercase();
    let Some(media_type) = operation.media_type() else {
        return vec![("no body".to_owned(), Value::Null)];
    };
    let content = &DOCUMENT["paths"][operation.path][method]["requestBody"]["content"][media_type];
    let examples = content["examples"].as_object().into_iter().flatten();
    let selected = |body: &Value| {
        operation
            .selector
            .is_none_or(|selector| body[selector.property] == selector.value)
    };
    let found: Vec<_> = examples
        .map(|(name, example)| (name.clone(), resolve(example)["value"].clone()))
        .filter(|(_, body)| selected(body))
        .collect();
    if found.is_empty() {
        vec![("no body".to_owned(), Value::Null)]
    } else {
        found
    }
}

/// Checks that an answer has a documented status, and a body that the schema of that status accepts.
#[track_caller]
fn check(operation: &Operation, reply: &Reply) {
    let status = reply.status.to_string();
    let class = format!("{}XX", &status[..1]);
    let documented = operation.lists_status(reply.status);
    assert!(documented, "{}: {reply:?}", operation.id);
    let schemas = &SCHEMAS["responses"][operation.id];
    let schema = schemas.get(&status).or_else(|| schemas.get(&class));
    let Some(mut schema) = schema.cloned() else {
        return;
    };
    schema["$defs"] = SCHEMAS["$defs"].clone();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let wrong: Vec<_> = validator
        .iter_errors(&reply.body)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{}: {wrong:?} in {reply:?}", operation.id);
}

/// What has happened before a request.
///
/// No operation says which it needs: an example is tried after each, until it succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// There is a user with a device, in a group, and a new flow.
    Start,
    VerificationCode,
    RecoveryCode,
    EmailVerificationCode,
    /// A device waits for its activation.
    NewDevice,
    LinkedAccount,
    PairingKey,
    /// A device authentication waits for a passcode.
    Passcode,
    /// A device authentication waits for a notification to be confirmed.
    Push,
    /// A device authentication waits for an assertion.
    Assertion,
    /// The user is signed on; the flow can be resumed.
    SignOn,
    AuthorizationCode,
    /// The application has tokens of the user.
    Tokens,
    /// A flow asks for the username alone.
    FlowUsername,
    /// A flow asks for a confirmation of what an external identity provider returned.
    FlowAccount,
    /// A flow waits for the recovery code of a forgotten password.
    FlowRecoveryCode,
    /// A flow waits for the code that verifies the user.
    FlowVerificationCode,
    /// A flow asks for a new password.
    FlowNewPassword,
    FlowPasscode,
    FlowAssertion,
    /// A flow asks for members of the profile that are missing.
    FlowProfile,
    /// A flow asks for consent to an agreement.
    FlowAgreement,
    AgreementConsent,
    /// A flow asks for the code that another device shows.
    FlowUserCode,
    /// A flow asks for consent to the sign-on of another device.
    FlowDeviceConsent,
}

impl Before {
    const ALL: [Self; 25] = [
        Self::Start,
        Self::VerificationCode,
        Self::RecoveryCode,
        Self::EmailVerificationCode,
        Self::NewDevice,
        Self::LinkedAccount,
        Self::PairingKey,
        Self::Passcode,
        Self::Push,
        Self::Assertion,
        Self::SignOn,
        Self::AuthorizationCode,
        Self::Tokens,
        Self::FlowUsername,
        Self::FlowAccount,
        Self::FlowRecoveryCode,
        Self::FlowVerificationCode,
        Self::FlowNewPassword,
        Self::FlowPasscode,
        Self::FlowAssertion,
        Self::FlowProfile,
        Self::FlowAgreement,
        Self::AgreementConsent,
        Self::FlowUserCode,
        Self::FlowDeviceConsent,
    ];

    fn device(self) -> DeviceKind {
        match self {
            Self::Push => DeviceKind::Mobile,
            Self::Assertion | Self::FlowAssertion => DeviceKind::Fido2,
            _ => DeviceKind::Sms,
        }
    }

    fn user(self) -> NewUser {
        let device = NewDevice::new(self.device(), "+14135550144").id(DEVICE);
        let user = NewUser::new(USERNAME)
            .email("somebody@example.com")
            .password(CURRENT)
            .group(OWN_GROUP.parse().unwrap(), "Staff")
            .device(device);
        match self {
            Self::FlowVerificationCode => user.unverified(),
            Self::FlowNewPassword => user.password_status(PasswordStatus::MustChangePassword),
            _ => user,
        }
    }

    fn flow(self) -> NewFlow {
        match self {
            Self::FlowAccount => {
                let returned =
                    json!({ "username": "x", "email": "x@example.com", "name": { "given": "X" } });
                NewFlow::external(returned.as_object().unwrap().clone())
            }
            Self::FlowUsername => NewFlow::username_only(),
            Self::FlowPasscode | Self::FlowAssertion => NewFlow::sign_on().with_mfa(),
            Self::FlowProfile => NewFlow::sign_on().with_profile(),
            Self::FlowAgreement | Self::AgreementConsent => NewFlow::sign_on().with_agreement(),
            Self::FlowUserCode | Self::FlowDeviceConsent => {
                NewFlow::sign_on().with_device_code(USER_CODE)
            }
            _ => NewFlow::sign_on(),
        }
    }
}

/// A sandbox in which something has happened.
struct Stage {
    sandbox: Sandbox,
    user: UserId,
    device: DeviceId,
    flow: FlowId,
    authentication: String,
    session: String,
    /// The linked account or the pairing key.
    resource: String,
    /// The authorization code or the refresh token.
    secret: String,
    /// What the FIDO2 device answers.
    assertion: String,
    /// The access token of the caller, if it is not the worker application.
    token: Option<String>,
}

const USERNAME: &str = "somebody";
const CURRENT: &str = "not-a-real-password-1";
const DEVICE: DeviceId = DeviceId::new(uuid::Uuid::from_u128(1));
const GROUP: &str = "2f0e6f7c-4a43-4c9e-9c3f-0a7c6a2e3a51";
const OWN_GROUP: &str = "2f0e6f7c-4a43-4c9e-9c3f-0a7c6a2e3a52";
const SESSION: &str = "4e1a8b62-7d5c-4a0b-9c3f-1f2e3d4c5b6a";
const USER_CODE: &str = "WDJB-MJHT";

impl Stage {
    /// With the identifiers of nothing, except for the user, the device and the flow.
    fn new(sandbox: Sandbox, user: UserId, device: DeviceId, flow: FlowId) -> Self {
        Self {
            sandbox,
            user,
            device,
            flow,
            authentication: SESSION.to_owned(),
            session: SESSION.to_owned(),
            resource: SESSION.to_owned(),
            secret: "not-a-real-secret".to_owned(),
            assertion: "not-a-real-assertion".to_owned(),
            token: None,
        }
    }

    async fn after(before: Before) -> Self {
        let sandbox = sandbox().await;
        let member = NewUser::new("member").group(GROUP.parse().unwrap(), "Admins");
        sandbox.seed_user(member).unwrap();
        let user = sandbox.seed_user(before.user()).unwrap();
        let flow = sandbox.start_flow(before.flow());
        let mut stage = Self::new(sandbox, user, DEVICE, flow);
        stage.prepare(before).await;
        stage
    }

    async fn prepare(&mut self, before: Before) {
        let user = self.user_path();
        match before {
            Before::Start | Before::FlowUsername | Before::FlowAccount => {}
            Before::VerificationCode => {
                self.act(&user, "user.sendVerificationCode", Value::Null)
                    .await;
            }
            Before::RecoveryCode => {
                let path = user + "/password";
                self.act(&path, "password.sendRecoveryCode", Value::Null)
                    .await;
            }
            Before::EmailVerificationCode => {
                let path = user + "/emailVerification";
                let body = json!({ "notificationType": "user" });
                self.act(&path, "user.emailVerification.send", body).await;
            }
            Before::NewDevice => {
                let body =
                    json!({ "type": "SMS", "phone": "+1512", "status": "ACTIVATION_REQUIRED" });
                let device = self.create(&(user + "/devices"), body).await;
                self.device = device.text("/id").parse().unwrap();
            }
            Before::LinkedAccount => {
                let path = user + "/linkedAccounts";
                let body = json!({ "identityProvider": { "id": SESSION }, "externalId": "1" });
                let linked = self.act(&path, "account.link", body).await;
                linked.text("/id").clone_into(&mut self.resource);
            }
            Before::PairingKey => {
                let key = self.create(&(user + "/pairingKeys"), json!({})).await;
                key.text("/id").clone_into(&mut self.resource);
            }
            Before::Passcode | Before::Push | Before::Assertion => {
                let path = format!("/{}/deviceAuthentications", self.sandbox.environment_id());
                let body = json!({ "user": { "id": self.user } });
                let started = self.create(&path, body).await;
                started.text("/id").clone_into(&mut self.authentication);
                let id = self.authentication.parse().unwrap();
                if let Some(assertion) = self.sandbox.assertion(id) {
                    assertion.expose().clone_into(&mut self.assertion);
                }
            }
            Before::SignOn => {
                self.sign_on().await;
                let request = Request::new(&self.sandbox, "GET", user + "/sessions").authorized();
                let sessions = request.send().await.ok();
                sessions
                    .text("/_embedded/sessions/0/id")
                    .clone_into(&mut self.session);
            }
            Before::AuthorizationCode => self.secret = self.code().await,
            Before::Tokens => {
                let form = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "authorization_code")
                    .append_pair("client_id", self.sandbox.client_id())
                    .append_pair("code", &self.code().await)
                    .append_pair("redirect_uri", REDIRECT)
                    .append_pair("code_verifier", VERIFIER)
                    .finish();
                let path = format!("/{}/as/token", self.sandbox.environment_id());
                let request = Request::new(&self.sandbox, "POST", path);
                let request = request.media_type("application/x-www-form-urlencoded");
                let tokens = request.text(form).send().await.ok();
                tokens.text("/refresh_token").clone_into(&mut self.secret);
                self.token = Some(tokens.text("/access_token").to_owned());
            }
            Before::FlowRecoveryCode => {
                let body = json!({ "username": USERNAME });
                self.act(&self.flow_path(), "password.forgot", body).await;
            }
            Before::FlowVerificationCode => {
                self.check_password().await;
                let path = self.flow_path();
                self.act(&path, "user.sendVerificationCode", Value::Null)
                    .await;
            }
            Before::FlowNewPassword
            | Before::FlowPasscode
            | Before::FlowProfile
            | Before::FlowAgreement
            | Before::FlowUserCode => {
                self.check_password().await;
            }
            Before::FlowAssertion => {
                let flow = self.check_password().await;
                let options = flow.text("/publicKeyCredentialRequestOptions");
                let options: Value = serde_json::from_str(options).unwrap();
                self.assertion = answer_to(&options["challenge"]);
            }
            Before::AgreementConsent => {
                self.check_password().await;
                let body = json!({ "accept": true });
                self.act(&self.flow_path(), "user.consent", body).await;
            }
            Before::FlowDeviceConsent => {
                self.check_password().await;
                let body = json!({ "userCode": USER_CODE });
                let action = "deviceAuthGrant.userCode.verify";
                self.act(&self.flow_path(), action, body).await;
            }
        }
    }

    async fn check_password(&self) -> Reply {
        let body = json!({ "username": USERNAME, "password": CURRENT });
        let path = self.flow_path();
        self.act(&path, "usernamePassword.check", body).await
    }

    /// Begins a flow as an application does, and signs on with the password.
    async fn sign_on(&mut self) {
        let path = format!("/{}/as/authorize", self.sandbox.environment_id());
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", self.sandbox.client_id())
            .append_pair("response_type", "code")
            .append_pair("response_mode", "pi.flow")
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("scope", "openid profile offline_access")
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256")
            .finish();
        let request = Request::new(&self.sandbox, "POST", path);
        let request = request.media_type("application/x-www-form-urlencoded");
        let flow = request.text(form).send().await.ok();
        self.flow = flow.text("/id").parse().unwrap();
        self.check_password().await;
    }

    async fn code(&mut self) -> String {
        self.sign_on().await;
        let environment = self.sandbox.environment_id();
        let path = format!("/{environment}/as/resume?flowId={}", self.flow);
        let request = self.with_session(Request::new(&self.sandbox, "GET", path));
        let flow = request.send().await.ok();
        flow.text("/authorizeResponse/code").to_owned()
    }

    fn user_path(&self) -> String {
        format!(
            "/v1/environments/{}/users/{}",
            self.sandbox.environment_id(),
            self.user
        )
    }

    fn flow_path(&self) -> String {
        format!("/{}/flows/{}", self.sandbox.environment_id(), self.flow)
    }

    async fn act(&self, path: &str, name: &str, body: Value) -> Reply {
        self.post(path, &action(name), body).await
    }

    async fn create(&self, path: &str, body: Value) -> Reply {
        self.post(path, "application/json", body).await
    }

    async fn post(&self, path: &str, media_type: &str, body: Value) -> Reply {
        let request = self.with_session(Request::new(&self.sandbox, "POST", path).authorized());
        let request = request.media_type(media_type);
        let reply = if body.is_null() {
            request.send().await
        } else {
            request.json(&body).send().await
        };
        reply.ok()
    }

    /// With the cookie that the flow has set so far.
    fn with_session<'a>(&self, request: Request<'a>) -> Request<'a> {
        let journal = self.sandbox.journal().revealed().entries();
        let headers = journal.iter().flat_map(|entry| &entry.response_headers);
        let mut cookies = headers.filter(|(name, _)| name == "set-cookie");
        match cookies.next_back() {
            Some((_, cookie)) => request.header("Cookie", cookie.split(';').next().unwrap()),
            None => request,
        }
    }

    /// An example with the values that only a running service knows.
    fn filled(&self, body: &Value) -> Value {
        let mut filled = body.clone();
        let Value::Object(members) = &mut filled else {
            return filled;
        };
        let messages = self.sandbox.outbox().messages();
        for (name, member) in members.iter_mut() {
            match name.as_str() {
                "recoveryCode" | "verificationCode" | "otp" => {
                    if let Some(message) = messages.last() {
                        *member = json!(message.code.expose());
                    }
                }
                "order" => *member = json!([{ "id": self.device }]),
                "code" | "refresh_token" => *member = json!(self.secret),
                "assertion" => *member = json!(self.assertion),
                "user" => *member = json!({ "id": self.user }),
                "policy" => *member = json!({ "id": "5a0a0950-8a81-4739-b12a-f4d6a11c7a82" }),
                "device" => *member = json!({ "id": self.device }),
                "selectedDevice" if member.get("id").is_some() => {
                    *member = json!({ "id": self.device });
                }
                "username" => *member = json!(USERNAME),
                "password" | "currentPassword" => *member = json!(CURRENT),
                "client_assertion" => {
                    *member = json!(assertion(&self.sandbox, Algorithm::HS256, &json!({})));
                }
                "client_id" => *member = json!(self.sandbox.client_id()),
                "client_secret" => *member = json!(self.sandbox.client_secret().expose()),
                _ => {}
            }
        }
        filled
    }

    async fn send(&self, operation: &Operation, body: &Value) -> Reply {
        let base = operations::SERVERS
            .iter()
            .find(|server| server.name == operation.server)
            .unwrap();
        let base = if base.url.ends_with("/v1") { "/v1" } else { "" };
        let path = format!("{base}{}", operation.path)
            .replace(
                "{environmentId}",
                &self.sandbox.environment_id().to_string(),
            )
            .replace("{userId}", &self.user.to_string())
            .replace("{flowId}", &self.flow.to_string())
            .replace("{deviceAuthenticationId}", &self.authentication)
            .replace("{deviceId}", &self.device.to_string())
            .replace("{sessionId}", &self.session)
            .replace("{groupId}", OWN_GROUP)
            .replace("{agreementId}", "3c9a2f10-7d51-4f7b-8c2a-6b1e0d9f4a21")
            .replace("{linkedAccountId}", &self.resource)
            .replace("{pairingKeyId}", &self.resource)
            .replace(
                "{deviceAuthenticationPolicyId}",
                "5a0a0950-8a81-4739-b12a-f4d6a11c7a82",
            )
            .replace("{populationId}", "60971d3b-cc5a-4601-9c44-2be541f91bf1")
            .replace("{passwordPolicyId}", "9b2d1c1f-5b2c-4f7e-8a60-4f5f2a1f6d3e");
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for parameter in operation.parameters {
            let is_sent = parameter.required || parameter.name == "redirect_uri";
            if parameter.location == Location::Query && is_sent {
                let value = match parameter.name {
                    "client_id" => self.sandbox.client_id(),
                    "flowId" => &self.flow.to_string(),
                    "redirect_uri" => REDIRECT,
                    "response_type" => "code",
                    _ => "",
                };
                query.append_pair(parameter.name, value);
            }
        }
        let query = query.finish();
        let path = if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        };
        let mut request = Request::new(&self.sandbox, operation.method, path);
        let proves = |name| body.get(name).is_some();
        if operation.security.contains(&Security::Bearer) {
            request = match &self.token {
                Some(token) => request.header("Authorization", format!("Bearer {token}")),
                None => request.authorized(),
            };
        } else if operation.security.contains(&Security::Basic)
            && !proves("client_id")
            && !proves("client_assertion")
        {
            request = request.header("Authorization", basic(&self.sandbox));
        }
        request = self.with_session(request);
        if let Some(media_type) = operation.media_type() {
            request = request.media_type(media_type);
        }
        match (operation.media_type(), body) {
            (_, Value::Null) => request.send().await,
            (Some("application/x-www-form-urlencoded"), body) => {
                let members = body.as_object().into_iter().flatten();
                let pairs = members
                    .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()));
                let form = url::form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(pairs)
                    .finish();
                request.text(form).send().await
            }
            (_, body) => request.json(body).send().await,
        }
    }
}

const REDIRECT: &str = "https://app.example.com/callback";
/// The example of RFC 7636.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What a FIDO2 device answers to this challenge.
fn answer_to(challenge: &Value) -> String {
    let bytes: Vec<u8> = serde_json::from_value(challenge.clone()).unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(bytes);
    let client_data = json!({ "type": "webauthn.get", "challenge": challenge });
    let client_data = URL_SAFE_NO_PAD.encode(client_data.to_string());
    json!({ "response": { "clientDataJSON": client_data } }).to_string()
}

/// Sends an example after each thing that can have happened before, with the values of the running service and as it
/// is, until it succeeds.
async fn succeed(operation: &Operation, example: &str, body: &Value) -> Reply {
    let mut refused = Vec::new();
    for before in Before::ALL {
        let stage = Stage::after(before).await;
        let mut bodies = vec![stage.filled(body)];
        if bodies[0] != *body {
            bodies.push(body.clone());
        }
        for body in bodies {
            let reply = stage.send(operation, &body).await;
            check(operation, &reply);
            if reply.status < 400 {
                return reply;
            }
            refused.push(format!("{before:?}: {}", reply.error()));
        }
    }
    panic!(
        "the sandbox refuses the example {example} of `{}`; if what it needs is new, add it to `Before`:\n{}",
        operation.id,
        refused.join("\n")
    );
}

#[tokio::test]
async fn every_example_of_the_document_succeeds_as_documented() {
    let mut sent = 0;
    for operation in operations::OPERATIONS {
        for (name, body) in examples(operation) {
            succeed(operation, &name, &body).await;
            sent += 1;
        }
    }
    assert!(sent >= operations::OPERATIONS.len(), "{sent}");
}

#[tokio::test]
async fn an_example_with_nothing_in_its_place_is_refused_as_documented() {
    let sandbox = sandbox().await;
    let user = sandbox
        .seed_user(NewUser::new("nobody").password(PASSWORD))
        .unwrap();
    let flow = sandbox.start_flow(NewFlow::sign_on());
    let stage = Stage::new(sandbox, user, DeviceId::new(uuid::Uuid::nil()), flow);
    for operation in operations::OPERATIONS {
        for (_, body) in examples(operation) {
            check(operation, &stage.send(operation, &body).await);
        }
        let reply = stage.send(operation, &json!([])).await;
        check(operation, &reply);
    }
}

/// The `curl` commands of a page in one of the forms that pages come in.
fn curls(text: &str) -> Vec<Vec<String>> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let starts: Vec<usize> = joined.match_indices("curl ").map(|(at, _)| at).collect();
    starts
        .iter()
        .map(|start| words(&joined[*start..]))
        .filter(|words| words.iter().any(|word| word.contains("Path}}")))
        .collect()
}

/// The words of the shell command that a text begins with.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in text.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => word.push(letter),
            (None, '\'' | '"') => quote = Some(letter),
            (None, '\n') => break,
            (None, ' ') => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            (None, _) => word.push(letter),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Sends what a `curl` command of a page would, with its variables filled in, and says what came back.
async fn replay(words: &[String]) -> String {
    let mut method = String::new();
    let (mut address, mut media_type, mut body) = (String::new(), String::new(), Value::Null);
    let mut rest = words[1..].iter();
    while let Some(word) = rest.next() {
        let mut value = || rest.next().cloned().unwrap_or_default();
        match word.as_str() {
            "--request" | "-X" => method = value(),
            "--header" | "-H" => {
                let header = value();
                if let Some((name, value)) = header.split_once(": ")
                    && name.eq_ignore_ascii_case("content-type")
                {
                    media_type = value.to_owned();
                }
            }
            "--data" | "--data-raw" | "-d" => body = serde_json::from_str(&value()).unwrap(),
            word if word.contains("{{") => address = word.to_owned(),
            _ => {}
        }
    }
    if method.is_empty() {
        method = if body.is_null() { "GET" } else { "POST" }.to_owned();
    }
    let path = address
        .rsplit_once("Path}}")
        .map(|(_, path)| path.to_owned())
        .unwrap();
    let path = path.strip_prefix("/v1").map(str::to_owned).unwrap_or(path);
    let template: Vec<&str> = path.split('/').collect();
    let matches = |operation: &&&Operation| {
        let known: Vec<&str> = operation.path.split('/').collect();
        operation.method == method
            && operation
                .media_type()
                .is_some_and(|known| known == media_type)
            && known.len() == template.len()
            && known.iter().zip(&template).all(|(known, given)| {
                known == given || (known.starts_with('{') && given.starts_with("{{"))
            })
    };
    let operation = operations::OPERATIONS
        .iter()
        .find(matches)
        .unwrap_or_else(|| panic!("{method} {path} {media_type}"));
    let reply = succeed(operation, "of the page", &body).await;
    format!("{} {}", operation.id, reply.status)
}

/// Pages in the forms that the documentation comes in, with text of our own.
const PAGES: [&str; 3] = [
    "Send it\n\nPOST {{apiPath}}/environments/{{envID}}/users/{{userID}}\n\ncurl --location --globoff --request POST '{{apiPath}}/environments/{{envID}}/users/{{userID}}' \\\n--header 'Content-Type: application/vnd.pingidentity.user.sendVerificationCode+json' \\\n--header 'Authorization: Bearer {{accessToken}}'\n\nvar client = x;\n",
    "curl --location --globoff '{{apiPath}}/environments/{{envID}}/users/{{userID}}/password' --request POST \\\n--header 'Content-Type: application/vnd.pingidentity.password.recover+json' \\\n--data '{\n\"recoveryCode\": \"A1B2C3D4\",\n\"newPassword\": \"an0ther-passw0rd\"\n}'\nvar x\n",
    "```shell\ncurl -X POST '{{authPath}}/{{envID}}/deviceAuthentications' \\\n-H 'Content-Type: application/json' \\\n--data-raw '{ \"user\": { \"id\": \"{{userID}}\" }, \"selectedDevice\": { \"oneTime\": { \"type\": \"EMAIL\", \"email\": \"a@example.com\" } } }'\n```\n",
];

#[tokio::test]
async fn the_samples_of_pages_get_the_documented_answers() {
    let mut answers = Vec::new();
    for page in PAGES {
        for words in curls(page) {
            answers.push(replay(&words).await);
        }
    }
    assert_eq!(
        answers,
        [
            "sendVerificationCode 200",
            "recoverPassword 200",
            "initiateDeviceAuthentication 201"
        ]
    );
}

#[tokio::test]
async fn the_samples_of_the_published_pages_get_the_documented_answers() {
    let folder = match std::env::var_os("PINGONE_PAGES") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/docs"),
    };
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!(
            "skipped: there are no pages in {}; PINGONE_PAGES names a folder",
            folder.display()
        );
        return;
    };
    let mut answers = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            for words in curls(&std::fs::read_to_string(path).unwrap()) {
                answers.push(replay(&words).await);
            }
        }
    }
    answers.sort();
    assert_eq!(
        answers,
        [
            "confirmFlowUser 200",
            "initiateDeviceAuthentication 201",
            "sendRecoveryCode 200",
            "sendVerificationCode 200",
            "verifyUser 200",
        ]
    );
}
