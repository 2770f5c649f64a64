//! A request and what its handler works with.

use std::borrow::Cow;

use axum::extract::RawPathParams;
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use pingone_models::request::{Endpoint, Parts, Payload, Place, ReadError};
use pingone_models::{EnvironmentId, UserId};
use serde::Serialize;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::refusal::Refusal;
use crate::rules;
use crate::state::State;
use crate::state::context::RequestContext;
use crate::state::environment::Environment;
use crate::state::tokens::Holder;
use crate::state::users::User;

/// A request with the state that it changes.
pub(crate) struct Exchange<'e, 'c> {
    pub(crate) state: &'e mut State,
    pub(crate) context: &'e mut RequestContext<'c>,
    pub(crate) environment: EnvironmentId,
    pub(crate) path: &'e RawPathParams,
    pub(crate) query: &'e str,
    pub(crate) headers: &'e HeaderMap,
    pub(crate) payload: Payload<'e>,
    pub(crate) holder: Holder,
}

impl Parts for Exchange<'_, '_> {
    fn path(&self, name: &str) -> Option<Cow<'_, str>> {
        let found = self.path.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.into())
    }

    fn query(&self, name: &str) -> Vec<Cow<'_, str>> {
        form_urlencoded::parse(self.query.as_bytes())
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value)
            .collect()
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers.get(name)?.to_str().ok().map(Cow::from)
    }

    fn body(&self) -> Payload<'_> {
        self.payload
    }
}

impl<'c> Exchange<'_, 'c> {
    /// The request as the value of its operation.
    pub(crate) fn read<E: Endpoint>(&mut self) -> Result<E, Refusal> {
        E::read(&*self).map_err(|error| unreadable(self.context, &error))
    }

    /// The environment in the path.
    pub(super) fn environment(
        &mut self,
    ) -> Result<(&mut Environment, &mut RequestContext<'c>), Refusal> {
        let environment = self.state.environments.get_mut(&self.environment);
        let environment =
            environment.ok_or_else(|| Refusal::forbidden("The environment does not exist."))?;
        Ok((environment, self.context))
    }

    /// The environment in the path, if the token reaches what belongs to this user.
    pub(super) fn reach(
        &mut self,
        owner: impl Into<Option<UserId>>,
    ) -> Result<(&mut Environment, &mut RequestContext<'c>), Refusal> {
        if let Holder::User(user) = self.holder {
            self.context.rule(&rules::TOKEN_USER_REACH);
            if owner.into() != Some(user) {
                return Err(Refusal::forbidden(
                    "The token of a user does not reach this.",
                ));
            }
        }
        self.environment()
    }

    /// Changes a user; the user afterwards, and their environment.
    pub(super) fn change_user(
        &mut self,
        id: UserId,
        change: impl FnOnce(&mut User, &mut RequestContext<'c>) -> Result<(), Refusal>,
    ) -> Result<(&mut Environment, &mut RequestContext<'c>), Refusal> {
        let (environment, context) = self.reach(id)?;
        change(environment.users.get_mut(id)?, context)?;
        Ok((environment, context))
    }
}

/// The value of a cookie.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let pairs = headers.get_all(COOKIE).into_iter();
    pairs
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}

/// Why a request that the document allows cannot be read.
fn unreadable(context: &mut RequestContext<'_>, error: &ReadError) -> Refusal {
    match error.place() {
        Place::Path(name) => {
            context.rule(&rules::ID_MALFORMED);
            Refusal::not_found(&format!("{name} is no UUID."))
        }
        Place::Query(name) | Place::Header(name) if error.is_missing() => Refusal::required(name),
        Place::Query(name) | Place::Header(name) => Refusal::value(name, &format!("{error}.")),
        _ => Refusal::unreadable(&format!("{error}.")),
    }
}

/// The members of a body that are there.
pub(super) fn members(body: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(body) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
