//! Users: their accounts, codes and passwords, and what may be done with them.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use pingone_models::{
    AccountStatus, EnvironmentReference, GroupId, IdentityProviderType, LifecycleStatus,
    PasswordPolicyReference, PasswordState, PasswordStatus, PopulationReference, Secret,
    User as Profile, UserAccount, UserId, UserIdentityProvider, UserLifecycle, UserReference,
    VerifyStatus,
};

use super::authentication::{Device, Failures};
use super::codes::{Code, Rejection};
use super::environment::Environment;
use super::passwords::{Password, Policy};
use super::turn::{Letter, Turn, later, seconds_until};
use crate::links;
use crate::refusal::{Refusal, detail};
use crate::{Channel, Kind, rules};

const CODE_ATTEMPTS: u32 = 5;
const RECOVERY_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// The users of an environment, in the order of their creation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Users {
    by_id: BTreeMap<UserId, User>,
    order: Vec<UserId>,
}

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    /// Everything that is returned as it was stored.
    pub(crate) profile: Profile,
    pub(crate) groups: Vec<(GroupId, String)>,
    pub(crate) password: Password,
    pub(crate) devices: Vec<Device>,
    /// Failed passcodes by kind of device.
    pub(crate) failures: BTreeMap<String, Failures>,
    /// Messages of the last day that count towards the daily cap.
    pub(crate) sent: VecDeque<(Channel, Timestamp)>,
    lock: Option<Lock>,
    verification: Option<Verification>,
    recovery: Option<Code>,
}

/// A lock that an administrator put on the account.
#[derive(Clone, Copy, Debug)]
struct Lock {
    at: Timestamp,
    until: Timestamp,
}

#[derive(Clone, Debug)]
struct Verification {
    code: Code,
    email: String,
}

impl Users {
    pub(crate) fn get(&self, id: UserId) -> Result<&User, Refusal> {
        self.by_id.get(&id).ok_or_else(|| no_user(id))
    }

    pub(crate) fn get_mut(&mut self, id: UserId) -> Result<&mut User, Refusal> {
        self.by_id.get_mut(&id).ok_or_else(|| no_user(id))
    }

    /// The users in the order of their creation.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &User> {
        self.order.iter().filter_map(|id| self.by_id.get(id))
    }

    /// The user with this username, in any case.
    pub(crate) fn named(&self, username: &str) -> Option<UserId> {
        let wanted = username.to_lowercase();
        let has_name = |user: &&User| user.username().to_lowercase() == wanted;
        self.iter().find(has_name).map(User::id)
    }

    /// Adds a user, unless the id or the username is taken.
    pub(crate) fn add(&mut self, user: User) -> Result<(), Refusal> {
        if self.by_id.contains_key(&user.id()) {
            return Err(Refusal::invalid(vec![
                detail("UNIQUENESS_VIOLATION", "The id is taken.").with_target("id"),
            ]));
        }
        self.is_free(user.username(), None)?;
        self.order.push(user.id());
        self.by_id.insert(user.id(), user);
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
            profile,
            groups: Vec::new(),
            password: Password::default(),
            devices: Vec::new(),
            failures: BTreeMap::new(),
            sent: VecDeque::new(),
            lock: None,
            verification: None,
            recovery: None,
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

    /// When the lock on the account ends, whoever or whatever locked it.
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

    fn touch(&mut self, now: Timestamp) {
        self.profile.updated_at = Some(now.into());
    }

    /// The user as the API returns it.
    pub(crate) fn view(&self, turn: &Turn<'_>, environment: &Environment) -> Profile {
        let mut view = self.profile.clone();
        let locked_until = self.locked_until(turn.now);
        let mut account = UserAccount::new()
            .with_can_authenticate(self.can_authenticate(turn.now))
            .with_status(match locked_until {
                Some(_) => AccountStatus::Locked,
                None => AccountStatus::Ok,
            });
        if let Some(end) = locked_until {
            account.locked_at = self.lock.map(|lock| lock.at.into());
            if end != Timestamp::MAX {
                account.unlock_at = Some(end.into());
                account.seconds_until_unlock = Some(seconds_until(turn.now, end));
            }
        }
        view.account = Some(account);
        view.links = Some(links::map(self.links(turn, environment)));
        view
    }

    fn links(&self, turn: &Turn<'_>, environment: &Environment) -> Vec<(&'static str, String)> {
        let own = turn.links.user(environment.id, self.id());
        let below = |name: &str| format!("{own}/{name}");
        let password = below("password");
        let mut links = vec![
            ("environment", turn.links.environment(environment.id)),
            ("devices", below("devices")),
            ("roleAssignments", below("roleAssignments")),
            ("linkedAccounts", below("linkedAccounts")),
            ("memberOfGroups", below("memberOfGroups")),
            ("account.sendVerificationCode", own.clone()),
        ];
        if let Some(population) = &self.profile.population {
            let population = turn.links.population(environment.id, population.id);
            links.push(("population", population));
        }
        for action in self.password_actions(turn.now) {
            links.push((action, password.clone()));
        }
        if self.awaits_verification() {
            links.push(("user.verify", own.clone()));
        }
        links.push(("password", password));
        links.push(("self", own));
        links
    }

    /// The relations of the password actions that are allowed now.
    fn password_actions(&self, now: Timestamp) -> Vec<&'static str> {
        let mut actions = vec!["password.reset", "password.set"];
        let locked = self.password.locked_until(now).is_some();
        if self.password.is_set() && !locked {
            actions.push("password.check");
        }
        if locked {
            actions.push("password.unlock");
        }
        if self.may_recover(now).is_ok() {
            actions.push("password.recover");
        }
        actions
    }

    /// The state of the password as the API returns it.
    pub(crate) fn password_view(
        &self,
        turn: &Turn<'_>,
        environment: &Environment,
    ) -> PasswordState {
        let user = turn.links.user(environment.id, self.id());
        let own = format!("{user}/password");
        let policy = environment.password_policy;
        let mut links = vec![
            ("self", own.clone()),
            ("environment", turn.links.environment(environment.id)),
            ("user", user),
            (
                "passwordPolicy",
                turn.links.password_policy(environment.id, policy),
            ),
        ];
        for action in self.password_actions(turn.now) {
            links.push((action, own.clone()));
        }
        let mut state = PasswordState::new()
            .with_links(links::map(links))
            .with_environment(EnvironmentReference::new(environment.id))
            .with_user(UserReference::new(self.id()))
            .with_password_policy(PasswordPolicyReference::new(policy))
            .with_status(self.password.status(turn.now));
        state.last_changed_at = self.password.changed_at().map(Into::into);
        state.seconds_until_unlock = self
            .password
            .locked_until(turn.now)
            .filter(|end| *end != Timestamp::MAX)
            .map(|end| seconds_until(turn.now, end));
        state
    }
}

/// Verification and locks of the account.
impl User {
    pub(crate) fn send_verification_code(&mut self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let email = self.email(turn)?;
        turn.rule(&rules::VERIFICATION_CODE);
        turn.rule(&rules::VERIFICATION_STATUS);
        let code = Code::new(turn.random.code()).attempts(CODE_ATTEMPTS);
        turn.send(
            self.id(),
            Letter {
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
        self.touch(turn.now);
        Ok(())
    }

    pub(crate) fn verify(&mut self, turn: &mut Turn<'_>, given: &Secret) -> Result<(), Refusal> {
        let wrong = "The verification code is not valid.";
        turn.rule(&rules::VERIFICATION_CASE);
        let Some(waiting) = &mut self.verification else {
            turn.rule(&rules::VERIFICATION_REFUSED);
            return Err(Refusal::value("verificationCode", wrong));
        };
        turn.change();
        if let Err(rejection) = waiting.code.check(given, turn.now) {
            turn.rule(&rules::VERIFICATION_REFUSED);
            if rejection == Rejection::UsedUp {
                turn.rule(&rules::VERIFICATION_ATTEMPTS);
            }
            return Err(Refusal::value("verificationCode", wrong));
        }
        turn.rule(&rules::VERIFICATION_STATUS);
        turn.rule(&rules::VERIFICATION_EMAIL);
        if self.profile.email.as_ref() == Some(&waiting.email) {
            self.profile.email_verified = Some(true);
        }
        self.verification = None;
        self.profile.lifecycle = Some(UserLifecycle::new().with_status(LifecycleStatus::AccountOk));
        self.touch(turn.now);
        Ok(())
    }

    pub(crate) fn lock(&mut self, turn: &mut Turn<'_>, until: Option<Timestamp>) {
        turn.change();
        self.lock = match until {
            Some(until) if until > turn.now => Some(Lock {
                at: turn.now,
                until,
            }),
            _ => {
                turn.rule(&rules::LOCK_WITHOUT_END);
                None
            }
        };
        self.touch(turn.now);
    }

    pub(crate) fn seed_lock(&mut self, now: Timestamp, until: Timestamp) {
        self.lock = Some(Lock { at: now, until });
    }

    pub(crate) fn unlock(&mut self, turn: &mut Turn<'_>) {
        turn.change();
        turn.rule(&rules::UNLOCK_RESETS_MFA);
        if self.password.locked_until(turn.now).is_some() {
            turn.rule(&rules::UNLOCK_PASSWORD);
        }
        self.lock = None;
        self.password.unlock();
        self.failures.clear();
        self.touch(turn.now);
    }

    fn email(&self, turn: &mut Turn<'_>) -> Result<String, Refusal> {
        self.profile.email.clone().ok_or_else(|| {
            turn.rule(&rules::ADDRESS_MISSING);
            Refusal::failed("INVALID_VALUE", "The user has no e-mail address.")
        })
    }
}

/// The password of the user.
impl User {
    pub(crate) fn send_recovery_code(&mut self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        self.is_internal(turn)?;
        turn.rule(&rules::RECOVERY_SEND);
        let blocked = match self.password.status(turn.now) {
            _ if !self.is_enabled() => Some(("ACCOUNT_NOT_USABLE", "The user is disabled.")),
            PasswordStatus::NoPassword | PasswordStatus::External => {
                Some(("NO_PASSWORD", "The user has no password."))
            }
            PasswordStatus::PasswordLockedOut => {
                Some(("ACCOUNT_NOT_USABLE", "The password is locked."))
            }
            _ => None,
        };
        if let Some((code, message)) = blocked {
            turn.rule(&rules::PASSWORD_PRECONDITION);
            return Err(Refusal::failed(code, message));
        }
        let email = self.email(turn)?;
        turn.rule(&rules::RECOVERY_CODE);
        let expires_at = later(turn.now, RECOVERY_LIFETIME);
        let code = Code::new(turn.random.code())
            .until(expires_at)
            .attempts(CODE_ATTEMPTS);
        turn.send(
            self.id(),
            Letter {
                kind: Kind::RecoveryCode,
                channel: Channel::Email,
                to: email,
                code: code.text().clone(),
                expires_at: code.expires_at(),
                template: None,
            },
        );
        self.recovery = Some(code);
        Ok(())
    }

    fn may_recover(&self, now: Timestamp) -> Result<(), (&'static str, &'static str)> {
        let status = self.password.status(now);
        let by_administrator = self.lock.is_some_and(|lock| now < lock.until);
        if !self.is_enabled() {
            Err(("ACCOUNT_NOT_USABLE", "The user is disabled."))
        } else if by_administrator {
            Err(("ACCOUNT_NOT_USABLE", "The account is locked."))
        } else if matches!(
            status,
            PasswordStatus::NoPassword | PasswordStatus::External
        ) {
            Err(("NO_PASSWORD", "The user has no password."))
        } else {
            Ok(())
        }
    }

    pub(crate) fn recover(
        &mut self,
        turn: &mut Turn<'_>,
        given: &Secret,
        new_password: &Secret,
    ) -> Result<(), Refusal> {
        self.is_internal(turn)?;
        turn.rule(&rules::RECOVERY_ALLOWED);
        if let Err((code, message)) = self.may_recover(turn.now) {
            turn.rule(&rules::PASSWORD_PRECONDITION);
            return Err(Refusal::failed(code, message));
        }
        self.check_recovery_code(turn, given)?;
        self.password
            .set(turn, new_password, "newPassword", Policy::Enforced)?;
        // A code is used up by success only, so that a refused password can be chosen again.
        self.recovery = None;
        self.failures.clear();
        self.touch(turn.now);
        Ok(())
    }

    fn check_recovery_code(&mut self, turn: &mut Turn<'_>, given: &Secret) -> Result<(), Refusal> {
        turn.rule(&rules::RECOVERY_CODE);
        let Some(code) = &mut self.recovery else {
            turn.rule(&rules::RECOVERY_REFUSED);
            return Err(Refusal::value(
                "recoveryCode",
                "The recovery code is not valid.",
            ));
        };
        turn.change();
        let rejection = match code.check(given, turn.now) {
            Ok(()) => return Ok(()),
            Err(rejection) => rejection,
        };
        turn.rule(&rules::RECOVERY_REFUSED);
        let message = match rejection {
            Rejection::UsedUp => {
                turn.rule(&rules::RECOVERY_ATTEMPTS);
                "Maximum password recovery failures exceeded"
            }
            Rejection::Expired => "The recovery code has expired.",
            Rejection::Wrong => "The recovery code is not valid.",
        };
        Err(Refusal::value("recoveryCode", message))
    }

    /// Compares the password, where its state allows that; `target` is the property that holds it.
    pub(crate) fn check_password(
        &mut self,
        turn: &mut Turn<'_>,
        given: &Secret,
        target: &str,
    ) -> Result<(), Refusal> {
        self.is_internal(turn)?;
        let blocked = match self.password.status(turn.now) {
            PasswordStatus::NoPassword | PasswordStatus::External => {
                Some(("NO_PASSWORD", "The user has no password."))
            }
            PasswordStatus::PasswordLockedOut => {
                Some(("ACCOUNT_NOT_USABLE", "The password is locked."))
            }
            _ => None,
        };
        if let Some((code, message)) = blocked {
            turn.rule(&rules::PASSWORD_PRECONDITION);
            return Err(Refusal::failed(code, message));
        }
        if self.password.matches(turn, given) {
            return Ok(());
        }
        turn.rule(&rules::PASSWORD_REFUSED);
        Err(Refusal::value(target, "The password is wrong."))
    }

    pub(crate) fn unlock_password(&mut self, turn: &mut Turn<'_>) {
        turn.change();
        self.password.unlock();
        self.touch(turn.now);
    }

    /// Changes the password; with the current one as the user, without it as an administrator.
    pub(crate) fn reset_password(
        &mut self,
        turn: &mut Turn<'_>,
        current: Option<&Secret>,
        new_password: &Secret,
    ) -> Result<(), Refusal> {
        if let Some(current) = current {
            self.check_password(turn, current, "currentPassword")?;
        }
        self.password
            .set(turn, new_password, "newPassword", Policy::Enforced)?;
        self.failures.clear();
        self.touch(turn.now);
        Ok(())
    }

    pub(crate) fn is_internal(&self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let provider = self.profile.identity_provider.as_ref();
        match provider.and_then(|provider| provider.type_.as_ref()) {
            None | Some(IdentityProviderType::PingOne) => Ok(()),
            Some(other) => {
                turn.rule(&rules::PASSWORD_EXTERNAL);
                let message = format!("The password of this user is kept by {other}.");
                Err(Refusal::failed("NO_PASSWORD", &message))
            }
        }
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
