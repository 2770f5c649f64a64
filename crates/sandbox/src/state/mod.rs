//! What the sandbox remembers, and how requests change it: no I/O, no clock and no randomness of its own.

pub(crate) mod authentication;
pub(crate) mod clients;
pub(crate) mod codes;
pub(crate) mod consents;
pub(crate) mod context;
pub(crate) mod device_authentications;
pub(crate) mod devices;
pub(crate) mod environment;
pub(crate) mod filter;
pub(crate) mod flow_actions;
pub(crate) mod flows;
pub(crate) mod grants;
pub(crate) mod groups;
pub(crate) mod linked_accounts;
pub(crate) mod mfa_devices;
pub(crate) mod pairing_keys;
pub(crate) mod passwords;
pub(crate) mod profile;
pub(crate) mod tokens;
pub(crate) mod user_index;
pub(crate) mod user_passwords;
pub(crate) mod user_view;
pub(crate) mod users;

use std::collections::BTreeMap;

use pingone_models::EnvironmentId;

use self::environment::Environment;
use self::tokens::Tokens;

/// Everything that a request can see or change, but for messages and counters.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) environments: BTreeMap<EnvironmentId, Environment>,
    pub(crate) tokens: Tokens,
}
