//! The examples of the document, and the samples of its pages, get the answers that the document describes.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use pingone_models::operation::{Operation, Security};
use pingone_models::{DeviceId, FlowId, UserId, operations};
use pingone_sandbox::{DeviceKind, Kind, NewDevice, NewFlow, NewUser, Sandbox};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Request, action, linda, sandbox};
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

/// A sandbox in which the examples can succeed.
struct Stage {
    sandbox: Sandbox,
    user: UserId,
    device: DeviceId,
    flow: FlowId,
    authentication: String,
    session: String,
    /// The linked account or pairing key that the operation is about.
    resource: String,
    /// The code, refresh token or assertion that the operation is about.
    secret: String,
}

const CURRENT: &str = "not-a-real-password-1";
const GROUP: &str = "2f0e6f7c-4a43-4c9e-9c3f-0a7c6a2e3a51";
const SESSION: &str = "4e1a8b62-7d5c-4a0b-9c3f-1f2e3d4c5b6a";
/// The operations whose examples are sent as they are.
const AS_THEY_ARE: [&str; 6] = [
    "confirmFlowUser",
    "updateFlowUser",
    "createUser",
    "importUser",
    "replaceUser",
    "updateUser",
];

async fn stage(operation: &Operation) -> Stage {
    let sandbox = sandbox().await;
    let device = DeviceId::new(uuid::Uuid::from_u128(1));
    let kind = match operation.id {
        "cancelPushAuthentication" => DeviceKind::Mobile,
        "checkAssertion" | "checkFlowAssertion" => DeviceKind::Fido2,
        _ => DeviceKind::Sms,
    };
    let new = NewDevice::new(kind, "+14135550144").id(device);
    let mut user = linda().password(CURRENT).device(new);
    if operation.id == "verifyFlowUser" || operation.id == "sendFlowVerificationCode" {
        user = user.unverified();
    }
    if operation.id == "resetFlowPassword" {
        user = user.password_status(pingone_models::PasswordStatus::MustChangePassword);
    }
    let member = NewUser::new("member").group(GROUP.parse().unwrap(), "Admins");
    sandbox.seed_user(member).unwrap();
    if operation.id == "removeUserFromGroup" {
        user = user.group(GROUP.parse().unwrap(), "Admins");
    }
    let user = sandbox.seed_user(user).unwrap();
    let flow = match operation.id {
        "confirmFlowUser" => {
            let returned =
                json!({ "username": "x", "email": "x@example.com", "name": { "given": "X" } });
            NewFlow::external(returned.as_object().unwrap().clone())
        }
        "lookUpFlowUser" => NewFlow::username_only(),
        "checkFlowOtp" | "selectFlowDevice" | "checkFlowAssertion" => NewFlow::sign_on().with_mfa(),
        "updateFlowUser" => NewFlow::sign_on().with_profile(),
        "consentFlowUser" | "readAgreementConsent" | "revokeAgreementConsent" => {
            NewFlow::sign_on().with_agreement()
        }
        "verifyFlowUserCode" | "consentFlowDeviceGrant" => {
            NewFlow::sign_on().with_device_code("WDJB-MJHT")
        }
        _ => NewFlow::sign_on(),
    };
    let flow = sandbox.start_flow(flow);
    let mut stage = Stage {
        sandbox,
        user,
        device,
        flow,
        authentication: String::new(),
        session: SESSION.to_owned(),
        resource: SESSION.to_owned(),
        secret: "not-a-real-secret".to_owned(),
    };
    stage.prepare(operation).await;
    stage
}

impl Stage {
    /// What comes before the operation, so that it is allowed.
    async fn prepare(&mut self, operation: &Operation) {
        let environment = self.sandbox.environment_id();
        match operation.id {
            "verifyUser" => {
                self.before(
                    "POST",
                    &self.user_path(),
                    "user.sendVerificationCode",
                    Value::Null,
                )
                .await;
            }
            "recoverPassword" => {
                let path = self.user_path() + "/password";
                self.before("POST", &path, "password.sendRecoveryCode", Value::Null)
                    .await;
            }
            "readDeviceAuthentication"
            | "checkOtp"
            | "selectDevice"
            | "checkAssertion"
            | "cancelPushAuthentication" => {
                let path = format!("/{environment}/deviceAuthentications");
                let request = Request::new(&self.sandbox, "POST", path)
                    .authorized()
                    .media_type("application/json");
                let started = request
                    .json(&json!({ "user": { "id": self.user } }))
                    .send()
                    .await
                    .ok();
                self.authentication = started.text("/id").to_owned();
            }
            "recoverFlowPassword" | "sendFlowRecoveryCode" => {
                let body = json!({ "username": "lindajones" });
                self.before("POST", &self.flow_path(), "password.forgot", body)
                    .await;
            }
            "verifyFlowUser"
            | "sendFlowVerificationCode"
            | "resetFlowPassword"
            | "checkFlowOtp"
            | "selectFlowDevice"
            | "updateFlowUser"
            | "consentFlowUser"
            | "readAgreementConsent"
            | "revokeAgreementConsent"
            | "verifyFlowUserCode"
            | "consentFlowDeviceGrant"
            | "checkFlowAssertion" => {
                if operation.id == "verifyFlowUser" {
                    self.before(
                        "POST",
                        &self.user_path(),
                        "user.sendVerificationCode",
                        Value::Null,
                    )
                    .await;
                }
                let body = json!({ "username": "lindajones", "password": CURRENT });
                let reply = self
                    .before("POST", &self.flow_path(), "usernamePassword.check", body)
                    .await;
                if operation.id.ends_with("AgreementConsent") {
                    let body = json!({ "accept": true });
                    self.before("POST", &self.flow_path(), "user.consent", body)
                        .await;
                }
                if operation.id == "consentFlowDeviceGrant" {
                    let body = json!({ "userCode": "WDJB-MJHT" });
                    let action = "deviceAuthGrant.userCode.verify";
                    self.before("POST", &self.flow_path(), action, body).await;
                }
                if operation.id == "checkFlowAssertion" {
                    let options = reply.text("/publicKeyCredentialRequestOptions");
                    let options: Value = serde_json::from_str(options).unwrap();
                    self.secret = answer_to(&options["challenge"]);
                }
            }
            "readLinkedAccount" | "unlinkAccount" => {
                let path = self.user_path() + "/linkedAccounts";
                let body = json!({ "identityProvider": { "id": SESSION }, "externalId": "1" });
                let linked = self.before("POST", &path, "account.link", body).await;
                linked.text("/id").clone_into(&mut self.resource);
            }
            "readPairingKey" | "deletePairingKey" => {
                let path = self.user_path() + "/pairingKeys";
                let request = Request::new(&self.sandbox, "POST", path).authorized();
                let request = request.media_type("application/json");
                let key = request.json(&json!({})).send().await.ok();
                key.text("/id").clone_into(&mut self.resource);
            }
            "verifyEmail" => {
                let path = self.user_path() + "/emailVerification";
                let body = json!({ "notificationType": "user" });
                self.before("POST", &path, "user.emailVerification.send", body)
                    .await;
            }
            "activateDevice" | "sendDeviceActivationCode" => {
                let path = self.user_path() + "/devices";
                let body =
                    json!({ "type": "SMS", "phone": "+1512", "status": "ACTIVATION_REQUIRED" });
                let request = Request::new(&self.sandbox, "POST", path).authorized();
                let reply = request
                    .media_type("application/json")
                    .json(&body)
                    .send()
                    .await;
                self.device = reply.ok().text("/id").parse().unwrap();
            }
            "readUserSession" | "deleteUserSession" | "resumeFlow" => {
                self.sign_on().await;
                let path = self.user_path() + "/sessions";
                let request = Request::new(&self.sandbox, "GET", path).authorized();
                let sessions = request.send().await.ok();
                sessions
                    .text("/_embedded/sessions/0/id")
                    .clone_into(&mut self.session);
            }
            "exchangeAuthorizationCode" => self.secret = self.code().await,
            "refreshToken" => {
                let form = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "authorization_code")
                    .append_pair("client_id", self.sandbox.client_id())
                    .append_pair("code", &self.code().await)
                    .append_pair("redirect_uri", REDIRECT)
                    .append_pair("code_verifier", VERIFIER)
                    .finish();
                let request =
                    Request::new(&self.sandbox, "POST", format!("/{environment}/as/token"));
                let request = request.media_type("application/x-www-form-urlencoded");
                let tokens = request.text(form).send().await.ok();
                tokens.text("/refresh_token").clone_into(&mut self.secret);
            }
            _ => {}
        }
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
        let body = json!({ "username": "lindajones", "password": CURRENT });
        self.before("POST", &self.flow_path(), "usernamePassword.check", body)
            .await;
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

    async fn before(&self, method: &str, path: &str, name: &str, body: Value) -> Reply {
        let request = self.with_session(Request::new(&self.sandbox, method, path).authorized());
        let request = request.media_type(action(name));
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
    fn filled(&self, operation: &Operation, body: &mut Value) {
        let latest = |kind| {
            let message = self.sandbox.outbox().latest(self.user, kind);
            json!(message.map(|message| message.code.expose().to_owned()))
        };
        if let Value::Object(members) = body {
            for (name, member) in members.iter_mut() {
                match name.as_str() {
                    "recoveryCode" => *member = latest(Kind::RecoveryCode),
                    "verificationCode" if operation.id == "verifyEmail" => {
                        *member = latest(Kind::EmailVerificationCode);
                    }
                    "verificationCode" => *member = latest(Kind::VerificationCode),
                    "otp" if operation.id == "activateDevice" => {
                        *member = latest(Kind::ActivationCode);
                    }
                    "order" => *member = json!([{ "id": self.device }]),
                    "code" | "refresh_token" => *member = json!(self.secret),
                    "assertion" if operation.id == "checkFlowAssertion" => {
                        *member = json!(self.secret);
                    }
                    "otp" => *member = latest(Kind::Passcode),
                    "user" => *member = json!({ "id": self.user }),
                    "policy" => *member = json!({ "id": "5a0a0950-8a81-4739-b12a-f4d6a11c7a82" }),
                    "device" => *member = json!({ "id": self.device }),
                    "selectedDevice" if member.get("id").is_some() => {
                        *member = json!({ "id": self.device })
                    }
                    "username" if member != "lindajones" => *member = json!("lindajones"),
                    "password" | "currentPassword" => *member = json!(CURRENT),
                    "client_assertion" => {
                        *member = json!(assertion(&self.sandbox, Algorithm::HS256, &json!({})));
                    }
                    "client_id" => *member = json!(self.sandbox.client_id()),
                    "client_secret" => *member = json!(self.sandbox.client_secret().expose()),
                    "assertion" => {
                        let id = self.authentication.parse().unwrap();
                        *member = json!(self.sandbox.assertion(id).unwrap().expose());
                    }
                    _ => {}
                }
            }
        }
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
            .replace("{groupId}", GROUP)
            .replace("{agreementId}", "3c9a2f10-7d51-4f7b-8c2a-6b1e0d9f4a21")
            .replace("{linkedAccountId}", &self.resource)
            .replace("{pairingKeyId}", &self.resource)
            .replace(
                "{deviceAuthenticationPolicyId}",
                "5a0a0950-8a81-4739-b12a-f4d6a11c7a82",
            )
            .replace("{populationId}", "60971d3b-cc5a-4601-9c44-2be541f91bf1")
            .replace("{passwordPolicyId}", "9b2d1c1f-5b2c-4f7e-8a60-4f5f2a1f6d3e");
        let query = match operation.id {
            "authorize" => format!(
                "?client_id={}&response_type=code&redirect_uri={REDIRECT}",
                self.sandbox.client_id()
            ),
            "resumeFlow" => format!("?flowId={}", self.flow),
            _ => String::new(),
        };
        let path = path + &query;
        let mut request = Request::new(&self.sandbox, operation.method, path);
        if ["readUserInfo", "postUserInfo"].contains(&operation.id) {
            let token = self.sandbox.user_token(self.user);
            request = request.header("Authorization", format!("Bearer {}", token.expose()));
        } else if operation.security.contains(&Security::Bearer) {
            request = request.authorized();
        }
        let proves = |name| body.get(name).is_some();
        let by_header = ["requestToken", "introspectToken", "revokeToken"];
        if by_header.contains(&operation.id) && !proves("client_id") && !proves("client_assertion")
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

#[tokio::test]
async fn every_example_of_the_document_succeeds_as_documented() {
    let mut sent = 0;
    for operation in operations::OPERATIONS {
        for (name, mut body) in examples(operation) {
            let stage = stage(operation).await;
            if operation.id == "registerFlowUser" {
                body["username"] = json!("newcomer");
            } else if !AS_THEY_ARE.contains(&operation.id) {
                stage.filled(operation, &mut body);
            }
            let reply = stage.send(operation, &body).await;
            check(operation, &reply);
            sent += 1;
            assert!(reply.status < 400, "{} {name}: {reply:?}", operation.id);
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
    let device = DeviceId::new(uuid::Uuid::nil());
    let authentication = device.to_string();
    let stage = Stage {
        sandbox,
        user,
        device,
        flow,
        authentication,
        session: SESSION.to_owned(),
        resource: SESSION.to_owned(),
        secret: "not-a-real-secret".to_owned(),
    };
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
    let stage = stage(operation).await;
    if operation.id != "confirmFlowUser" {
        stage.filled(operation, &mut body);
    }
    let reply = stage.send(operation, &body).await;
    check(operation, &reply);
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
