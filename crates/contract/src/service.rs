//! A service that is asked: PingOne, or the sandbox.

use std::collections::BTreeMap;
use std::time::Duration;

use pingone_client::transport::{Authorization, Incoming, Limits, Transport};
use pingone_models::operation::{Location, Operation};
use pingone_models::request::RawRequest;
use pingone_models::{AccessToken, EnvironmentId, Secret, UserId, operations, registry};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;

use crate::Outcome;
use crate::plan::{ABSENT, Planned, first_id, lister};

const PATIENCE: Duration = Duration::from_secs(30);

/// The header in which the sandbox names the rules that no page backs.
const ASSUMED: &str = "x-sandbox-assumed";

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body, if it is JSON.
    pub(crate) json: Option<Value>,
    pub(crate) bytes: usize,
}

impl Answer {
    pub(crate) fn media_type(&self) -> Option<&str> {
        let value = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        Some(value.split(';').next().unwrap_or(value).trim())
    }

    /// The rules of the sandbox that led to this answer and that no page backs.
    pub(crate) fn assumed(&self) -> impl Iterator<Item = &str> {
        let values = self.headers.get_all(ASSUMED).iter();
        let values = values.filter_map(|value| value.to_str().ok());
        let rules = values.flat_map(|value| value.split(','));
        rules.map(str::trim).filter(|rule| !rule.is_empty())
    }
}

pub(crate) struct Service {
    transport: Transport,
    credentials: Vec<Authorization>,
    ids: BTreeMap<&'static str, String>,
}

impl Service {
    /// Gets an access token, and an id of everything that can be listed.
    pub(crate) async fn connect(
        addresses: &[(&'static str, String)],
        environment: EnvironmentId,
        (client_id, client_secret): (&str, &Secret),
        user: Option<UserId>,
    ) -> Outcome<Self> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        let mut transport =
            Transport::new(http).with_parameter("environmentId", environment.to_string());
        for (name, address) in addresses {
            transport = transport.with_server(*name, address.clone());
        }
        let mut service = Self {
            transport,
            credentials: vec![Authorization::basic(client_id, client_secret)?],
            ids: user
                .map(|id| ("userId", id.to_string()))
                .into_iter()
                .collect(),
        };
        let token = service.token().await?;
        service
            .credentials
            .insert(0, Authorization::bearer(&token)?);
        service.discover().await;
        Ok(service)
    }

    async fn token(&self) -> Outcome<Secret> {
        let answer = self
            .send(
                &operations::REQUEST_TOKEN,
                &RawRequest {
                    body: Some(b"grant_type=client_credentials".to_vec()),
                    ..RawRequest::default()
                },
            )
            .await?;
        let token: Option<AccessToken> = answer
            .json
            .and_then(|json| serde_json::from_value(json).ok());
        match token {
            Some(token) => Ok(token.access_token),
            None => Err(format!(
                "the service gave no access token: it answered {}. Check the client id, its secret, the environment and the region",
                answer.status
            )
            .into()),
        }
    }

    /// Lists what has a list, and keeps the first id of each.
    async fn discover(&mut self) {
        // What is listed below another thing comes after it, as its path is longer.
        let mut parameters: Vec<(&'static str, usize)> = Vec::new();
        for operation in operations::OPERATIONS {
            for parameter in operation.parameters {
                let known = parameters.iter().any(|(name, _)| *name == parameter.name);
                if parameter.location == Location::Path && !parameter.client_supplied && !known {
                    parameters.push((parameter.name, operation.path.len()));
                }
            }
        }
        parameters.sort_by_key(|(_, length)| *length);
        for (parameter, _) in parameters {
            let Some(sample) = lister(parameter) else {
                continue;
            };
            let probe = Planned {
                sample,
                absent: false,
            };
            if self.ids.contains_key(parameter) || self.unknown(&probe).is_some() {
                continue;
            }
            // A request that fails is made again as a probe, which tells of it.
            let Ok(answer) = self.ask(&probe).await else {
                continue;
            };
            if let Some(id) = answer.json.as_ref().and_then(first_id) {
                self.ids.insert(parameter, id.to_owned());
            }
        }
    }

    /// Why a request cannot be made.
    pub(crate) fn unknown(&self, probe: &Planned) -> Option<String> {
        let ids = probe.ids();
        let needed = match probe.absent {
            true => &ids[..ids.len() - 1],
            false => &ids[..],
        };
        let missing = needed.iter().find(|name| !self.ids.contains_key(**name))?;
        Some(format!("no `{missing}` is known"))
    }

    pub(crate) async fn ask(&self, probe: &Planned) -> Outcome<Answer> {
        let operation = probe.operation();
        let mut raw = probe.sample.raw();
        let required = |name: &str| {
            let mut own = operation.parameters.iter().filter(|own| own.name == name);
            own.any(|own| own.required)
        };
        // Optional parameters of an example, such as a cursor, belong to another environment.
        raw.query.retain(|(name, _)| required(name));
        for (name, value) in &mut raw.path {
            if let Some(id) = self.ids.get(name.as_str()) {
                value.clone_from(id);
            }
        }
        if probe.absent
            && let Some((_, value)) = raw.path.last_mut()
        {
            ABSENT.clone_into(value);
        }
        if let Some(body) = &mut raw.body
            && let Ok(mut json) = serde_json::from_slice(body)
        {
            self.replace_references(&mut json);
            *body = serde_json::to_vec(&json)?;
        }
        self.send(operation, &raw).await
    }

    /// Puts own ids into references such as `{"population": {"id": …}}`.
    fn replace_references(&self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let own = self.ids.get(format!("{name}Id").as_str());
                    match (own, member.get_mut("id")) {
                        (Some(own), Some(id)) => *id = Value::from(own.as_str()),
                        _ => self.replace_references(member),
                    }
                }
            }
            Value::Array(items) => items
                .iter_mut()
                .for_each(|item| self.replace_references(item)),
            _ => {}
        }
    }

    async fn send(&self, operation: &'static Operation, raw: &RawRequest) -> Outcome<Answer> {
        let read = registry::request(operation.id).ok_or("the document has lost an operation")?;
        let request = self.transport.request(&*read(raw)?, &self.credentials)?;
        let mut incoming = Incoming::new();
        self.transport
            .send(request, Limits::default(), &mut incoming)
            .await?;
        let answer = incoming.into_answer().ok_or("there was no answer")?;
        Ok(Answer {
            status: answer.status.as_u16(),
            json: serde_json::from_slice(&answer.body).ok(),
            bytes: answer.body.len(),
            headers: answer.headers,
        })
    }
}
