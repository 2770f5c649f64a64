//! Users: their accounts, codes and passwords, and what may be done with them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pingone_models::{
    EnvironmentReference, GroupId, IdentityProviderType, LifecycleStatus, PopulationReference,
    Secret, User as Profile, UserId, UserIdentityProvider, UserLifecycle, VerifyStatus,
};
use serde::{Deserialize, Serialize};

use super::authentication::Failures;
use super::codes::{Code, Rejection};
use super::consents::Consent;
use super::context::{OutgoingMessage, RequestContext, later};
use super::devices::Device;
use super::environment::Environment;
use super::linked_accounts::LinkedAccount;
use super::pairing_keys::PairingKey;
use super::passwords::Password;
use super::profile;
use super::user_index::UserIndex;
use crate::refusal::{Refusal, detail};
use crate::rows::{RowError, Table, Visitor};
use crate::{Channel, Kind, rules};

pub(super) const CODE_ATTEMPTS: u32 = 5;
const EMAIL_CODE_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The users of an environment, in the order of their creation.
///
/// Snapshots share the users that have not changed since.
#[derive(Clone, Debug, Default)]
pub(crate) struct Users {
    rows: Table<UserId, User>,
    /// The users by their numbers.
    order: BTreeMap<u64, UserId>,
    /// The users by their usernames in lower case.
    by_name: BTreeMap<String, UserId>,
    index: Arc<UserIndex>,
    /// The users that have changed since the index was last used.
    unindexed: BTreeSet<UserId>,
    /// The names of the attributes that the environment adds.
    custom: BTreeSet<String>,
}

/// A user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    /// Counts the users of the environment in the order of their creation.
    pub(crate) number: u64,
    /// Everything that is returned as it was stored.
    pub(crate) profile: Profile,
    pub(crate) groups: Vec<(GroupId, String)>,
    pub(crate) password: Password,
    pub(crate) devices: Vec<Device>,
    /// Failed passcodes by kind of device.
    pub(crate) failures: BTreeMap<String, Failures>,
    /// Messages of the last day that count towards the daily cap.
    pub(crate) sent: VecDeque<(Channel, Timestamp)>,
    pub(super) lock: Option<Lock>,
    verification: Option<Verification>,
    pub(super) recovery: Option<Code>,
    /// The code that verifies an e-mail address, and the address.
    email_verification: Option<Verification>,
    /// Whether the devices are in an order that the user chose.
    pub(crate) devices_ordered: bool,
    pub(crate) linked_accounts: Vec<LinkedAccount>,
    pub(super) consent: Option<Consent>,
    pub(super) pairing_keys: Vec<PairingKey>,
}

/// A lock that an administrator put on the account.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Lock {
    pub(super) at: Timestamp,
    pub(super) until: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verification {
    code: Code,
    email: String,
}

impl Users {
    pub(crate) fn visit(&mut self, visitor: &mut impl Visitor) -> Result<(), RowError> {
        visitor.table("users", &mut self.rows)
    }

    pub(crate) fn visit_attributes(&mut self, visitor: &mut impl Visitor) -> Result<(), RowError> {
        visitor.value("customAttributes", &mut self.custom)
    }

    /// Makes everything else from the users that were read.
    pub(crate) fn rebuild(&mut self) -> Result<(), RowError> {
        self.order = self
            .rows
            .values()
            .map(|user| (user.number, user.id()))
            .collect();
        let named = |user: &User| (user.username().to_lowercase(), user.id());
        self.by_name = self.rows.values().map(named).collect();
        self.index = Arc::default();
        self.unindexed = self.rows.iter().map(|(id, _)| *id).collect();
        let is_whole = |(id, user): (&UserId, &User)| *id == user.id();
        let count = self.rows.len();
        let is_unique = self.order.len() == count && self.by_name.len() == count;
        match is_unique && self.rows.iter().all(is_whole) {
            true => Ok(()),
            false => Err(RowError::new("users", "")),
        }
    }

    pub(crate) fn get(&self, id: UserId) -> Result<&User, Refusal> {
        self.rows.get(&id).ok_or_else(|| no_user(id))
    }

    /// The user, to be changed; a username is changed by [`Users::set_profile`].
    pub(crate) fn get_mut(&mut self, id: UserId) -> Result<&mut User, Refusal> {
        let user = self.rows.get_mut(&id).ok_or_else(|| no_user(id))?;
        self.unindexed.insert(id);
        Ok(user)
    }

    /// The users in the order of their creation.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &User> {
        self.order.values().filter_map(|id| self.rows.get(id))
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The users with this number and higher ones.
    pub(crate) fn from(&self, number: u64) -> impl Iterator<Item = &User> {
        let rest = self.order.range(number..);
        rest.filter_map(|(_, id)| self.rows.get(id))
    }

    /// The number of the user who is so many places before this number.
    pub(crate) fn before(&self, number: u64, places: usize) -> Option<u64> {
        let earlier = self.order.range(..number).rev();
        earlier.map(|(number, _)| *number).take(places).last()
    }

    pub(crate) fn numbered(&self, number: u64) -> Option<&User> {
        self.rows.get(self.order.get(&number)?)
    }

    /// The user with this username, in any case.
    pub(crate) fn named(&self, username: &str) -> Option<UserId> {
        self.by_name.get(&username.to_lowercase()).copied()
    }

    /// What users are found by, as they are now.
    pub(crate) fn index(&mut self) -> Arc<UserIndex> {
        if !self.unindexed.is_empty() {
            let index = Arc::make_mut(&mut self.index);
            for id in std::mem::take(&mut self.unindexed) {
                if let Some(user) = self.rows.get(&id) {
                    index.add(user);
                }
            }
        }
        Arc::clone(&self.index)
    }

    /// The users with this value, in any case.
    pub(crate) fn with_value(&mut self, attribute: &str, value: &str) -> Vec<&User> {
        let index = self.index();
        let numbers = index.equal(attribute, value).into_iter().flatten();
        numbers
            .filter_map(|number| self.numbered(*number))
            .collect()
    }

    /// The names of the attributes that the environment adds.
    pub(crate) fn custom_attributes(&self) -> BTreeSet<&str> {
        self.custom.iter().map(String::as_str).collect()
    }

    /// Replaces the profile of a user whose new username is free.
    pub(crate) fn set_profile(&mut self, id: UserId, profile: Profile) -> Result<(), Refusal> {
        let user = self.get_mut(id)?;
        let before = user.username().to_lowercase();
        user.profile = profile;
        let after = user.username().to_lowercase();
        self.by_name.remove(&before);
        self.by_name.insert(after, id);
        Ok(())
    }

    /// Adds a user, unless the id or the username is taken.
    pub(crate) fn add(&mut self, mut user: User) -> Result<(), Refusal> {
        let id = user.id();
        if self.rows.contains_key(&id) {
            return Err(Refusal::invalid(vec![
                detail("UNIQUENESS_VIOLATION", "The id is taken.").with_target("id"),
            ]));
        }
        self.is_free(user.username(), None)?;
        let last = self.order.last_key_value();
        user.number = last.map_or(0, |(number, _)| number + 1);
        self.order.insert(user.number, id);
        self.by_name.insert(user.username().to_lowercase(), id);
        let custom = profile::custom(user.profile.extra.as_map());
        self.custom.extend(custom.map(|(name, _)| name.clone()));
        self.unindexed.insert(id);
        self.rows.insert(id, user);
        Ok(())
    }

    pub(crate) fn remove(&mut self, id: UserId) -> Result<(), Refusal> {
        let user = self.rows.remove(&id).ok_or_else(|| no_user(id))?;
        self.by_name.remove(&user.username().to_lowercase());
        self.order.remove(&user.number);
        self.unindexed.remove(&id);
        Arc::make_mut(&mut self.index).remove(user.number);
        Ok(())
    }

    /// Whether nobody but `owner` has this username.
    pub(crate) fn is_free(&self, username: &str, owner: Option<UserId>) -> Result<(), Refusal> {
        match self.named(username) {
            Some(id) if Some(id) != owner => Err(Refusal::invalid(vec![
                detail("UNIQUENESS_VIOLATION", "The username is taken.").with_target("username"),
            ])),
            _ => Ok(()),
        }
    }
}

fn no_user(id: UserId) -> Refusal {
    Refusal::not_found(&format!("There is no user {id} in this environment."))
}

impl User {
    pub(crate) fn new(profile: Profile) -> Self {
        Self {
            number: 0,
            profile,
            groups: Vec::new(),
            password: Password::default(),
            devices: Vec::new(),
            failures: BTreeMap::new(),
            sent: VecDeque::new(),
            lock: None,
            verification: None,
            recovery: None,
            email_verification: None,
            devices_ordered: false,
            linked_accounts: Vec::new(),
            consent: None,
            pairing_keys: Vec::new(),
        }
    }

    pub(crate) fn id(&self) -> UserId {
        self.profile.id
    }

    pub(crate) fn username(&self) -> &str {
        self.profile.username.as_deref().unwrap_or_default()
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.profile.enabled != Some(false)
    }

    /// When the lock on the account ends, regardless of what locked it.
    pub(crate) fn locked_until(&self, now: Timestamp) -> Option<Timestamp> {
        let by_administrator = self.lock.map(|lock| lock.until).filter(|end| now < *end);
        by_administrator.max(self.password.locked_until(now))
    }

    pub(crate) fn can_authenticate(&self, now: Timestamp) -> bool {
        self.is_enabled() && self.locked_until(now).is_none()
    }

    pub(crate) fn awaits_verification(&self) -> bool {
        let status = self.profile.lifecycle.as_ref();
        status.and_then(|lifecycle| lifecycle.status.as_ref())
            == Some(&LifecycleStatus::VerificationRequired)
    }

    pub(super) fn touch(&mut self, now: Timestamp) {
        self.profile.updated_at = Some(now.into());
    }
}

/// Verification and locks of the account.
impl User {
    pub(crate) fn send_verification_code(
        &mut self,
        context: &mut RequestContext<'_>,
    ) -> Result<(), Refusal> {
        let email = self.email(context)?;
        context.rule(&rules::VERIFICATION_CODE);
        context.rule(&rules::VERIFICATION_STATUS);
        let code = Code::new(context.random.code()).attempts(CODE_ATTEMPTS);
        context.send(
            self.id(),
            OutgoingMessage {
                kind: Kind::VerificationCode,
                channel: Channel::Email,
                to: email.clone(),
                code: code.text().clone(),
                expires_at: None,
                template: None,
            },
        );
        self.verification = Some(Verification { code, email });
        self.profile.lifecycle =
            Some(UserLifecycle::new().with_status(LifecycleStatus::VerificationRequired));
        self.touch(context.now);
        Ok(())
    }

    pub(crate) fn verify(
        &mut self,
        context: &mut RequestContext<'_>,
        given: &Secret,
    ) -> Result<(), Refusal> {
        let wrong = "The verification code is not valid.";
        context.rule(&rules::VERIFICATION_CASE);
        let Some(waiting) = &mut self.verification else {
            context.rule(&rules::VERIFICATION_REFUSED);
            return Err(Refusal::value("verificationCode", wrong));
        };
        context.change();
        if let Err(rejection) = waiting.code.check(given, context.now) {
            context.rule(&rules::VERIFICATION_REFUSED);
            if rejection == Rejection::UsedUp {
                context.rule(&rules::VERIFICATION_ATTEMPTS);
            }
            return Err(Refusal::value("verificationCode", wrong));
        }
        context.rule(&rules::VERIFICATION_STATUS);
        context.rule(&rules::VERIFICATION_EMAIL);
        if self.profile.email.as_ref() == Some(&waiting.email) {
            self.profile.email_verified = Some(true);
        }
        self.verification = None;
        self.profile.lifecycle = Some(UserLifecycle::new().with_status(LifecycleStatus::AccountOk));
        self.touch(context.now);
        Ok(())
    }

    /// Sends a code that verifies the e-mail address, and says nothing of the account.
    pub(crate) fn send_email_verification(
        &mut self,
        context: &mut RequestContext<'_>,
    ) -> Result<(), Refusal> {
        let email = self.email(context)?;
        context.rule(&rules::EMAIL_VERIFICATION);
        let code = Code::new(context.random.code())
            .until(later(context.now, EMAIL_CODE_LIFETIME))
            .attempts(CODE_ATTEMPTS);
        let message = OutgoingMessage {
            kind: Kind::EmailVerificationCode,
            channel: Channel::Email,
            to: email.clone(),
            code: code.text().clone(),
            expires_at: code.expires_at(),
            template: None,
        };
        context.send(self.id(), message);
        self.email_verification = Some(Verification { code, email });
        Ok(())
    }

    pub(crate) fn verify_email(
        &mut self,
        context: &mut RequestContext<'_>,
        given: &Secret,
    ) -> Result<(), Refusal> {
        context.rule(&rules::EMAIL_VERIFICATION);
        let wrong = || Refusal::value("verificationCode", "The verification code is not valid.");
        let waiting = self.email_verification.as_mut().ok_or_else(wrong)?;
        context.change();
        waiting
            .code
            .check(given, context.now)
            .map_err(|_| wrong())?;
        if self.profile.email.as_ref() == Some(&waiting.email) {
            self.profile.email_verified = Some(true);
        }
        self.email_verification = None;
        self.touch(context.now);
        Ok(())
    }

    pub(crate) fn lock(&mut self, context: &mut RequestContext<'_>, until: Option<Timestamp>) {
        context.change();
        let at = context.now;
        self.lock = match until {
            None => {
                context.rule(&rules::LOCK_WITHOUT_END);
                let until = Timestamp::MAX;
                Some(Lock { at, until })
            }
            Some(until) if until > at => Some(Lock { at, until }),
            Some(_) => {
                context.rule(&rules::LOCK_IN_THE_PAST);
                None
            }
        };
        self.touch(context.now);
    }

    pub(crate) fn seed_lock(&mut self, now: Timestamp, until: Timestamp) {
        self.lock = Some(Lock { at: now, until });
    }

    pub(crate) fn unlock(&mut self, context: &mut RequestContext<'_>) {
        context.change();
        context.rule(&rules::UNLOCK_RESETS_MFA);
        if self.password.locked_until(context.now).is_some() {
            context.rule(&rules::UNLOCK_PASSWORD);
        }
        self.lock = None;
        self.password.unlock();
        self.failures.clear();
        self.touch(context.now);
    }

    pub(super) fn email(&self, context: &mut RequestContext<'_>) -> Result<String, Refusal> {
        self.profile.email.clone().ok_or_else(|| {
            context.rule(&rules::ADDRESS_MISSING);
            Refusal::failed("INVALID_VALUE", "The user has no e-mail address.")
        })
    }
}

/// What a new user has before anything is known of it.
pub(crate) fn blank_profile(now: Timestamp, environment: &Environment, id: UserId) -> Profile {
    Profile::new(id)
        .with_environment(EnvironmentReference::new(environment.id))
        .with_population(PopulationReference::new(environment.population))
        .with_enabled(true)
        .with_identity_provider(
            UserIdentityProvider::new().with_type(IdentityProviderType::PingOne),
        )
        .with_lifecycle(UserLifecycle::new().with_status(LifecycleStatus::AccountOk))
        .with_mfa_enabled(false)
        .with_verify_status(VerifyStatus::NotInitiated)
        .with_created_at(now)
        .with_updated_at(now)
}
