//! What a sandbox is given before the first request: users, devices and flows.

use std::fmt;

use jiff::Timestamp;
use pingone_models::{
    DeviceId, EnvironmentId, FlowId, GroupId, IdentityProviderId, IdentityProviderType,
    LifecycleStatus, PasswordStatus, PopulationId, PopulationReference, Secret, SessionId, UserId,
    UserIdentityProvider, UserLifecycle,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

mod file;

pub(crate) use self::file::FlowEntry;
pub use self::file::{SeedFile, SeedFileError};
pub use crate::state::devices::DeviceKind;

use crate::random::Random;
use crate::refusal::{Refusal, RefusalBody};
use crate::state::State;
use crate::state::clients::Client;
use crate::state::devices::Device;
use crate::state::environment::Environment;
use crate::state::flow_actions::check_username;
use crate::state::flows::{Begin, Flow, Plan, Stage};
use crate::state::passwords::Password;
use crate::state::profile;
use crate::state::users::{User, blank_profile};

/// A user to create; a seed file and the control API describe one with the same members.
///
/// ```
/// use pingone_sandbox::{DeviceKind, NewDevice, NewUser};
///
/// let user = NewUser::new("lindajones")
///     .email("linda@example.com")
///     .password("2FederateM0re!")
///     .attribute("nickname", "Linda")
///     .device(NewDevice::new(DeviceKind::Sms, "+14135550144"));
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use]
pub struct NewUser {
    username: String,
    id: Option<UserId>,
    email: Option<String>,
    phone: Option<String>,
    #[serde(default)]
    attributes: Map<String, Value>,
    password: Option<Secret>,
    password_status: Option<PasswordStatus>,
    enabled: Option<bool>,
    verified: Option<bool>,
    #[serde(default)]
    locked: bool,
    locked_until: Option<Timestamp>,
    identity_provider: Option<IdentityProviderType>,
    population: Option<PopulationId>,
    #[serde(default)]
    groups: Vec<NamedGroup>,
    #[serde(default)]
    devices: Vec<NewDevice>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedGroup {
    id: GroupId,
    name: String,
}

impl NewUser {
    /// An enabled, verified user without a password.
    pub fn new(username: impl Into<String>) -> Self {
        Self {
            username: username.into(),
            id: None,
            email: None,
            phone: None,
            attributes: Map::new(),
            password: None,
            password_status: None,
            enabled: None,
            verified: None,
            locked: false,
            locked_until: None,
            identity_provider: None,
            population: None,
            groups: Vec::new(),
            devices: Vec::new(),
        }
    }

    /// Gives the user this id, instead of a random one.
    pub fn id(mut self, id: UserId) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the e-mail address that codes are sent to.
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Sets the mobile phone number.
    pub fn phone(mut self, phone: impl Into<String>) -> Self {
        self.phone = Some(phone.into());
        self
    }

    /// Sets an attribute of the profile by its name on the wire, such as `nickname` or `name`.
    ///
    /// A name that the document does not know is that of a custom attribute of the environment.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// Sets the password, whatever the policy says of it.
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Puts the password into this state: `OK`, `MUST_CHANGE_PASSWORD`, `PASSWORD_EXPIRED` or, until an
    /// administrator or a recovery unlocks it, `PASSWORD_LOCKED_OUT`.
    ///
    /// A user without a password is `NO_PASSWORD` and cannot be put into another state.
    pub fn password_status(mut self, status: PasswordStatus) -> Self {
        self.password_status = Some(status);
        self
    }

    /// Disables the user.
    pub fn disabled(mut self) -> Self {
        self.enabled = Some(false);
        self
    }

    /// Lets the account wait for its verification. No code has been sent yet.
    pub fn unverified(mut self) -> Self {
        self.verified = Some(false);
        self
    }

    /// Locks the account until this moment, or until an administrator unlocks it.
    pub fn locked(mut self, until: impl Into<Option<Timestamp>>) -> Self {
        self.locked = true;
        self.locked_until = until.into();
        self
    }

    /// Lets the user sign on with an external identity provider.
    pub fn identity_provider(mut self, provider: IdentityProviderType) -> Self {
        self.identity_provider = Some(provider);
        self
    }

    /// Puts the user into this population, instead of the environment's only one.
    pub fn population(mut self, population: PopulationId) -> Self {
        self.population = Some(population);
        self
    }

    /// Adds the user to a group.
    pub fn group(mut self, id: GroupId, name: impl Into<String>) -> Self {
        let name = name.into();
        self.groups.push(NamedGroup { id, name });
        self
    }

    /// Registers a device.
    pub fn device(mut self, device: NewDevice) -> Self {
        self.devices.push(device);
        self
    }

    pub(crate) fn seed(
        mut self,
        environment: &mut Environment,
        random: &mut Random,
        now: Timestamp,
    ) -> Result<UserId, SeedError> {
        for (name, address) in [("email", self.email), ("mobilePhone", self.phone)] {
            if let Some(address) = address {
                self.attributes.insert(name.to_owned(), address.into());
            }
        }
        check_username(&self.username)?;
        let id = self.id.unwrap_or_else(|| UserId::new(random.uuid()));
        let mut user = User::new(blank_profile(now, environment, id));
        profile::patch(&mut user.profile, &self.attributes, |_| true)?;
        for (name, value) in profile::custom(&self.attributes) {
            user.profile.extra.insert(name.clone(), value.clone());
        }
        user.profile.username = Some(self.username);
        user.profile.enabled = Some(self.enabled != Some(false));
        if self.verified == Some(false) {
            user.profile.lifecycle =
                Some(UserLifecycle::new().with_status(LifecycleStatus::VerificationRequired));
        }
        if let Some(provider) = self.identity_provider {
            let mut identity = UserIdentityProvider::new();
            if provider != IdentityProviderType::PingOne {
                identity.id = Some(IdentityProviderId::new(random.uuid()));
            }
            user.profile.identity_provider = Some(identity.with_type(provider));
        }
        if let Some(population) = self.population {
            user.profile.population = Some(PopulationReference::new(population));
        }
        for NamedGroup { id, name } in self.groups {
            environment.groups.insert(id, name.clone());
            user.groups.push((id, name));
        }
        user.password = Password::seeded(self.password, now);
        match self.password_status {
            None | Some(PasswordStatus::Ok) => {}
            Some(PasswordStatus::NoPassword) if !user.password.is_set() => {}
            Some(other) if !user.password.is_set() => {
                return Err(SeedError(format!("{other} needs a password")));
            }
            Some(PasswordStatus::MustChangePassword) => user.password.must_change = true,
            Some(PasswordStatus::PasswordExpired) => user.password.expired = true,
            Some(PasswordStatus::PasswordLockedOut) => user.password.lock_until(Timestamp::MAX),
            Some(other) => {
                return Err(SeedError(format!("a password cannot be seeded as {other}")));
            }
        }
        if self.locked || self.locked_until.is_some() {
            user.seed_lock(now, self.locked_until.unwrap_or(Timestamp::MAX));
        }
        for device in self.devices {
            user.devices.push(device.seed(random)?);
        }
        environment.users.add(user)?;
        Ok(id)
    }
}

/// A device to register.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct NewDevice {
    #[serde(rename = "type")]
    kind: DeviceKind,
    #[serde(default)]
    contact: String,
    id: Option<DeviceId>,
    nickname: Option<String>,
}

impl NewDevice {
    /// A device of this kind; `contact` is the address or number, and empty for a kind that has none.
    pub fn new(kind: DeviceKind, contact: impl Into<String>) -> Self {
        Self {
            kind,
            contact: contact.into(),
            id: None,
            nickname: None,
        }
    }

    /// Gives the device this id, instead of a random one.
    pub fn id(mut self, id: DeviceId) -> Self {
        self.id = Some(id);
        self
    }

    /// Gives the device a name.
    pub fn nickname(mut self, nickname: impl Into<String>) -> Self {
        self.nickname = Some(nickname.into());
        self
    }

    fn seed(self, random: &mut Random) -> Result<Device, SeedError> {
        if self.kind.has_contact() && self.contact.is_empty() {
            let kind = self.kind.as_str();
            return Err(SeedError(format!(
                "a device of the type {kind} needs an address or number"
            )));
        }
        let id = self.id.unwrap_or_else(|| DeviceId::new(random.uuid()));
        let mut device = Device::new(id, self.kind);
        device.contact = Some(self.contact).filter(|_| self.kind.has_contact());
        device.nickname = self.nickname;
        Ok(device)
    }
}

/// A sign-on flow to start, as an authorization request would.
///
/// ```
/// use pingone_sandbox::NewFlow;
///
/// let flow = NewFlow::sign_on().with_mfa().application("Example application");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct NewFlow {
    plan: Plan,
    id: Option<FlowId>,
}

impl NewFlow {
    /// A sign-on with username and password; begins with `USERNAME_PASSWORD_REQUIRED`.
    pub fn sign_on() -> Self {
        Self::begin(Begin::Credentials)
    }

    /// A sign-on with a username alone; begins with `SIGN_ON_REQUIRED`.
    pub fn username_only() -> Self {
        Self::begin(Begin::Username)
    }

    /// A first sign-on with an external identity provider that returned these attributes, by their names on the wire;
    /// begins with `ACCOUNT_CONFIRMATION_REQUIRED`.
    pub fn external(attributes: Map<String, Value>) -> Self {
        Self::begin(Begin::External(attributes))
    }

    fn begin(begin: Begin) -> Self {
        Self {
            plan: Plan {
                begin,
                stages: Vec::new(),
                user_code: None,
                application: None,
            },
            id: None,
        }
    }

    /// Asks for a second factor after the sign-on.
    pub fn with_mfa(mut self) -> Self {
        self.plan.stages.push(Stage::Mfa);
        self
    }

    /// Asks for more about the user after the sign-on, with `PROFILE_DATA_REQUIRED`.
    pub fn with_profile(mut self) -> Self {
        self.plan.stages.push(Stage::Profile);
        self
    }

    /// Asks for consent to the agreement of the environment after the sign-on, with `AGREEMENT_CONSENT_REQUIRED`,
    /// unless the user has consented before.
    pub fn with_agreement(mut self) -> Self {
        self.plan.stages.push(Stage::Agreement);
        self
    }

    /// Signs a device on that shows this user code: asks for the code after the sign-on, with
    /// `DAG_USER_CODE_REQUIRED`, and then for consent.
    pub fn with_device_code(mut self, user_code: impl Into<Secret>) -> Self {
        self.plan.user_code = Some(user_code.into());
        self.plan.stages.push(Stage::UserCode);
        self.plan.stages.push(Stage::DeviceConsent);
        self
    }

    /// Names the application that the user signs on to.
    pub fn application(mut self, name: impl Into<String>) -> Self {
        self.plan.application = Some(name.into());
        self
    }

    /// Gives the flow this id, instead of a random one.
    pub fn id(mut self, id: FlowId) -> Self {
        self.id = Some(id);
        self
    }

    pub(crate) fn seed(
        self,
        environment: &mut Environment,
        random: &mut Random,
        now: Timestamp,
    ) -> FlowId {
        environment.sweep(now);
        let id = self.id.unwrap_or_else(|| FlowId::new(random.uuid()));
        let session = SessionId::new(random.uuid());
        let flow = Flow::new(id, session, self.plan, now);
        environment.flows.insert(id, flow);
        id
    }
}

/// What a new sandbox has.
pub(crate) fn initial_state(environment: EnvironmentId, id: &str, client: Client) -> State {
    let mut state = State::default();
    let mut first = Environment::new(environment);
    first.clients.insert(id.to_owned(), client);
    state.environments.insert(environment, first);
    state
}

/// The id of the environment in the documentation's examples.
pub(crate) const ENVIRONMENT: Uuid = uuid::uuid!("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6");
/// The id of the worker application.
pub(crate) const CLIENT: &str = "8d1b6a52-0f5e-4f0c-9a3e-5b1f3b0c7d26";
/// Its secret: known to everyone, as it opens nothing but a sandbox.
pub(crate) const CLIENT_SECRET: &str = "sandbox-client-secret";

/// Something cannot be seeded.
#[derive(Clone, Debug)]
pub struct SeedError(String);

impl SeedError {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the sandbox cannot be seeded: {}", self.0)
    }
}

impl std::error::Error for SeedError {}

impl From<Refusal> for SeedError {
    fn from(refusal: Refusal) -> Self {
        let RefusalBody::Envelope(envelope) = refusal.body else {
            return Self("the request was refused".to_owned());
        };
        let details = envelope.details.unwrap_or_default();
        let reason = details.into_iter().find_map(|detail| {
            let target = detail.target.unwrap_or_default();
            detail.message.map(|message| format!("{target}: {message}"))
        });
        Self(reason.unwrap_or_else(|| "an attribute has the wrong form".to_owned()))
    }
}
