//! Requests of the document in any order: each answer is one that the document describes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jsonschema::Validator;
use pingone_models::operation::{Operation, Security};
use pingone_models::operations::OPERATIONS;
use pingone_models::request::Sample;
use pingone_models::{FlowId, UserId, samples};
use pingone_sandbox::{Clock, Config, DeviceKind, NewDevice, NewFlow, NewUser, Sandbox};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::connection::{Answer, Connection};
use crate::tokens::basic;

const REQUESTS: usize = 10_000;
/// After how many requests there is a new flow, new tokens and a later time.
const PAUSE: usize = 25;
/// The application of the examples.
const APPLICATION: &str = "8d1b6a52-0f5e-4f0c-9a3e-5b1f3b0c7d26";
const USERNAME: &str = "lindajones";
const PASSWORD: &str = "not-a-real-password-1";
const GROUP: &str = "2f0e6f7c-4a43-4c9e-9c3f-0a7c6a2e3a51";

/// The bodies that the document describes, by operation and status.
#[derive(Default)]
struct Documented {
    validators: HashMap<(&'static str, String), Option<Validator>>,
}

impl Documented {
    fn check(&mut self, operation: &Operation, answer: &Answer) {
        let status = answer.status.to_string();
        let class = format!("{}XX", &status[..1]);
        let text = String::from_utf8_lossy(&answer.body);
        let said = format!("{} {status} {text}", operation.id);
        let found = operation.statuses.iter();
        let found: Vec<_> = found
            .filter(|known| **known == status || **known == class)
            .collect();
        assert!(!found.is_empty(), "the document has no such status: {said}");
        let validator = self
            .validators
            .entry((operation.id, status.clone()))
            .or_insert_with(|| {
                let schemas = include_str!("../../src/generated/schemas.json");
                let schemas: Value = serde_json::from_str(schemas).unwrap();
                let own = &schemas["responses"][operation.id];
                let mut schema = own.get(&status).or_else(|| own.get(&class))?.clone();
                schema["$defs"] = schemas["$defs"].clone();
                let options = jsonschema::options().should_validate_formats(true);
                Some(options.build(&schema).unwrap())
            });
        if let Some(validator) = validator {
            let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
            let wrong = validator.iter_errors(&body).map(|error| error.to_string());
            let wrong: Vec<_> = wrong.collect();
            assert!(wrong.is_empty(), "{wrong:?} in {said}");
        }
    }
}

struct Walk {
    sandbox: Sandbox,
    connection: Connection,
    random: ChaCha8Rng,
    user: UserId,
    /// What the parameters of paths stand for now, by name.
    ids: BTreeMap<&'static str, String>,
    cookie: String,
    bearers: [String; 2],
}

impl Walk {
    fn new(runtime: &tokio::runtime::Runtime) -> Self {
        let clock = Clock::frozen("2026-01-01T00:00:00Z".parse().unwrap());
        let sandbox = Config::new().with_clock(clock).start();
        let sandbox = runtime.block_on(sandbox).unwrap();
        let mut walk = Self {
            connection: Connection::open(&sandbox),
            random: ChaCha8Rng::seed_from_u64(7),
            user: UserId::new(uuid::Uuid::nil()),
            ids: BTreeMap::new(),
            cookie: String::new(),
            bearers: Default::default(),
            sandbox,
        };
        let environment = walk.sandbox.environment_id().to_string();
        walk.ids.insert("environmentId", environment);
        walk.pause();
        walk
    }

    fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.random.next_u32()) * bound as u64) >> 32) as usize
    }

    /// Replaces what the requests so far have used up.
    fn pause(&mut self) {
        if self.below(4) == 0 {
            // Passwords and usernames are those of the examples again.
            self.sandbox.reset();
        }
        let minutes = self.below(20) as u64;
        let clock = self.sandbox.clock();
        clock.advance(Duration::from_secs(60 * minutes));
        if self.sandbox.user(self.user).is_none() {
            let device = NewDevice::new(DeviceKind::Sms, "+14135550144");
            // As the examples have it, unless somebody took the name.
            let names = [
                USERNAME.to_owned(),
                format!("linda{}", self.random.next_u32()),
            ];
            let seeded = names.into_iter().find_map(|name| {
                let user = NewUser::new(name).email("linda@example.com");
                let user = user.password(PASSWORD).device(device.clone());
                let user = user.group(GROUP.parse().unwrap(), "Admins");
                self.sandbox.seed_user(user).ok()
            });
            self.user = seeded.unwrap();
        }
        self.ids.insert("userId", self.user.to_string());
        let flow = match self.below(6) {
            0 => NewFlow::sign_on().with_mfa(),
            1 => NewFlow::sign_on().with_profile(),
            2 => NewFlow::sign_on().with_agreement(),
            3 => NewFlow::sign_on().with_device_code("WDJB-MJHT"),
            4 => NewFlow::username_only(),
            _ => NewFlow::sign_on(),
        };
        let flow: FlowId = self.sandbox.start_flow(flow);
        self.ids.insert("flowId", flow.to_string());
        self.cookie.clear();
        let worker = self.sandbox.access_token();
        let user = self.sandbox.user_token(self.user);
        self.bearers = [worker, user].map(|token| format!("Bearer {}", token.expose()));
        if self.below(2) == 0 {
            let mut signing_on = samples().iter();
            let signing_on = signing_on.find(|own| own.operation.id == "checkFlowUsernamePassword");
            let answer = self.send(signing_on.unwrap());
            self.learn(&answer);
        }
    }

    fn send(&mut self, sample: &Sample) -> Answer {
        let operation = sample.operation;
        let mut target = operation.path.to_owned();
        for (name, value) in sample.path {
            let value = self.ids.get(name).map_or(*value, String::as_str);
            target = target.replace(&format!("{{{name}}}"), value);
        }
        if operation.server == "platform" {
            target.insert_str(0, "/v1");
        }
        let client = self.sandbox.client_id().to_owned();
        let query = sample.query.iter().map(|(name, value)| {
            let value = self.ids.get(name).map_or(*value, String::as_str);
            (*name, value.replace(APPLICATION, &client))
        });
        let query = Serializer::new(String::new()).extend_pairs(query).finish();
        if !query.is_empty() {
            target = format!("{target}?{query}");
        }
        let body = String::from_utf8(sample.raw().body.unwrap_or_default()).unwrap();
        let body = body.replace(APPLICATION, &client);
        let body = match serde_json::from_str(&body) {
            Ok(mut value) => {
                self.fill(&mut value);
                value.to_string()
            }
            Err(_) => body,
        };
        let of_user = self.below(8) == 0;
        let basic = basic(&self.sandbox);
        let mut headers = Vec::new();
        match operation.security.first() {
            Some(Security::Bearer) => {
                headers.push(("Authorization", self.bearers[usize::from(of_user)].as_str()));
            }
            Some(Security::Basic) => headers.push(("Authorization", &basic)),
            Some(Security::Cookie(_)) if !self.cookie.is_empty() => {
                headers.push(("Cookie", &self.cookie));
            }
            _ => {}
        }
        if let Some(media_type) = operation.media_type() {
            headers.push(("Content-Type", media_type));
        }
        let method = operation.method;
        self.connection
            .send(method, &target, &headers, body.as_bytes())
    }

    /// Lets `user` and the like in a body name what there is.
    fn fill(&self, value: &mut Value) {
        for (name, member) in value.as_object_mut().into_iter().flatten() {
            if let (Some(id), Some(known)) =
                (member.get_mut("id"), self.ids.get(&*format!("{name}Id")))
            {
                *id = known.as_str().into();
            }
            self.fill(member);
        }
    }

    /// Remembers the ids and the cookie of an answer.
    fn learn(&mut self, answer: &Answer) {
        let mut cookies = answer.headers.iter();
        if let Some((_, cookie)) = cookies.find(|(name, _)| name == "set-cookie") {
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
        self.learn_ids(&serde_json::from_slice(&answer.body).unwrap_or_default());
    }

    /// The parameter at the end of the address that something calls its own now stands for its id.
    fn learn_ids(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.learn_ids(item)),
            Value::Object(members) => members.values().for_each(|member| self.learn_ids(member)),
            _ => return,
        }
        let own = value.pointer("/_links/self/href").and_then(Value::as_str);
        let id = value.get("id").and_then(Value::as_str);
        let (Some(own), Some(id)) = (own, id) else {
            return;
        };
        let above = |path: &str| {
            let mut parts = path.rsplit('/').map(str::to_owned);
            parts.next().zip(parts.next())
        };
        for operation in OPERATIONS {
            let (Some((last, collection)), Some((own, owner))) =
                (above(operation.path), above(own))
            else {
                continue;
            };
            let parameters = operation.parameters.iter();
            let mut named = parameters.filter(|own| last == format!("{{{}}}", own.name));
            if let Some(parameter) = named.next()
                && (own.as_str(), owner) == (id, collection)
                && !parameter.client_supplied
            {
                self.ids.insert(parameter.name, id.to_owned());
            }
        }
    }
}

#[test]
fn ten_thousand_documented_requests_in_any_order_get_documented_answers() {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.build().unwrap();
    let mut walk = Walk::new(&runtime);
    let mut documented = Documented::default();
    let (mut sent, mut succeeded) = (BTreeSet::new(), BTreeSet::new());
    for number in 0..REQUESTS {
        if number % PAUSE == 0 {
            walk.pause();
        }
        let sample = &samples()[walk.below(samples().len())];
        let answer = walk.send(sample);
        documented.check(sample.operation, &answer);
        walk.learn(&answer);
        sent.insert(sample.operation.id);
        if answer.status < 400 {
            succeeded.insert(sample.operation.id);
        }
    }
    // Whatever the requests have left can be written and read.
    let export = walk.sandbox.export().unwrap();
    walk.sandbox.import(&export).unwrap();
    assert_eq!(walk.sandbox.export().unwrap(), export);
    assert_eq!(sent.len(), OPERATIONS.len(), "every operation was sent");
    let others: Vec<_> = sent.difference(&succeeded).collect();
    println!("{REQUESTS} requests, each answered as documented; never with success: {others:?}");
    // Those that need a secret from a message cannot succeed here.
    assert!(succeeded.len() * 3 > sent.len() * 2, "{others:?}");
}
