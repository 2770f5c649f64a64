//! Authenticating a user with a device: the engine behind device authentications and the MFA step of flows.

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use pingone_models::{
    AssertionCheck, Device as DeviceView, DeviceAuthenticationError, DeviceAuthenticationStatus,
    DeviceId, OneTimeDevice, OneTimeDeviceType, Secret, SelectedDevice,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::codes::{Code, Rejection};
use super::context::{OutgoingMessage, RequestContext, later};
use super::devices::{Device, DeviceKind, device_view, mask};
use super::environment::MfaPolicy;
use super::users::User;
use crate::refusal::{Refusal, detail, inner};
use crate::{Channel, Kind, rules};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const DAILY_CAP: usize = 50;

/// Wrong passcodes of a user on one kind of device.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failures {
    count: u32,
    cool_down_until: Option<Timestamp>,
}

/// What to authenticate with.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Registered(DeviceId),
    OneTime { kind: DeviceKind, contact: String },
}

impl Target {
    /// Reads `selectedDevice` of a request.
    pub(crate) fn read(selected: &SelectedDevice) -> Result<Option<Self>, Refusal> {
        match (selected.id, &selected.one_time) {
            (None, None) => Ok(None),
            (Some(id), None) => Ok(Some(Self::Registered(id))),
            (None, Some(one_time)) => Self::one_time(one_time).map(Some),
            (Some(_), Some(_)) => Err(Refusal::value(
                "selectedDevice",
                "A device is selected by its id or given for one time, not both.",
            )),
        }
    }

    fn one_time(device: &OneTimeDevice) -> Result<Self, Refusal> {
        let (kind, contact, target) = match &device.type_ {
            Some(OneTimeDeviceType::Email) => (DeviceKind::Email, &device.email, "email"),
            Some(OneTimeDeviceType::Sms) => (DeviceKind::Sms, &device.phone, "phone"),
            Some(OneTimeDeviceType::Voice) => (DeviceKind::Voice, &device.phone, "phone"),
            _ => return Err(Refusal::required("selectedDevice.oneTime.type")),
        };
        let target = format!("selectedDevice.oneTime.{target}");
        let contact = contact.as_deref().unwrap_or_default().trim();
        if contact.is_empty() {
            return Err(Refusal::required(&target));
        }
        if kind == DeviceKind::Email && !contact.contains('@') {
            return Err(Refusal::value(&target, "The value is no e-mail address."));
        }
        Ok(Self::OneTime {
            kind,
            contact: contact.to_owned(),
        })
    }
}

/// The device in use.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Selected {
    kind: DeviceKind,
    contact: Option<String>,
    registered: Option<DeviceId>,
}

/// An authentication under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Authentication {
    selected: Option<Selected>,
    step: Step,
    template: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Step {
    SelectDevice,
    Passcode(Code),
    Push {
        until: Timestamp,
    },
    Assertion {
        challenge: String,
    },
    Completed,
    Failed {
        code: Cow<'static, str>,
        message: Cow<'static, str>,
    },
}

impl Authentication {
    /// Starts with the device in the request, or with what the user has.
    pub(crate) fn start(
        context: &mut RequestContext<'_>,
        user: &mut User,
        policy: &MfaPolicy,
        target: Option<Target>,
        template: Option<String>,
    ) -> Result<Self, Refusal> {
        usable(context, user)?;
        let mut started = Self {
            selected: None,
            step: Step::SelectDevice,
            template,
        };
        let selected = match target {
            Some(Target::Registered(id)) => {
                Some(registered(context, user, id, "selectedDevice.id")?)
            }
            Some(Target::OneTime { kind, contact }) => Some(Selected {
                kind,
                contact: Some(contact),
                registered: None,
            }),
            None => {
                context.rule(&rules::MFA_DEVICE_CHOICE);
                let usable: Vec<&Device> = user.usable_devices().collect();
                match &usable[..] {
                    [] => {
                        started.step = Step::Failed {
                            code: "NO_USABLE_DEVICES".into(),
                            message: "The user has no device to authenticate with.".into(),
                        };
                        None
                    }
                    [only] => Some(Selected::from(*only)),
                    [default, ..] if user.devices_ordered => Some(Selected::from(*default)),
                    _ => None,
                }
            }
        };
        context.change();
        if let Some(selected) = selected {
            started.challenge(context, user, policy, selected)?;
        }
        Ok(started)
    }

    /// Selects a registered device, also a second time, and sends to it.
    pub(crate) fn select(
        &mut self,
        context: &mut RequestContext<'_>,
        user: &mut User,
        policy: &MfaPolicy,
        id: DeviceId,
    ) -> Result<(), Refusal> {
        if matches!(self.step, Step::Completed | Step::Failed { .. }) {
            return Err(self.not_now(context, "device.select"));
        }
        usable(context, user)?;
        let selected = registered(context, user, id, "device.id")?;
        self.challenge(context, user, policy, selected)
    }

    fn challenge(
        &mut self,
        context: &mut RequestContext<'_>,
        user: &mut User,
        policy: &MfaPolicy,
        selected: Selected,
    ) -> Result<(), Refusal> {
        context.rule(&rules::MFA_POLICY);
        let until = match selected.kind {
            DeviceKind::Fido2 => {
                context.change();
                self.step = Step::Assertion {
                    challenge: URL_SAFE_NO_PAD.encode(context.random.token()),
                };
                self.selected = Some(selected);
                return Ok(());
            }
            DeviceKind::Mobile => later(context.now, policy.push_timeout),
            _ => later(context.now, policy.lifetime),
        };
        within_daily_cap(context, user, selected.kind.channel())?;
        let to = match (&selected.contact, selected.registered) {
            (Some(contact), _) => contact.clone(),
            (None, Some(id)) => id.to_string(),
            (None, None) => String::new(),
        };
        let mut message = OutgoingMessage {
            kind: Kind::Push,
            channel: selected.kind.channel(),
            to,
            code: Secret::from(""),
            expires_at: Some(until),
            template: self.template.clone(),
        };
        if selected.kind == DeviceKind::Mobile {
            self.step = Step::Push { until };
        } else {
            context.rule(&rules::PASSCODE_FORM);
            let code = Code::new(context.random.passcode()).until(until);
            message.kind = Kind::Passcode;
            message.code = code.text().clone();
            self.step = Step::Passcode(code);
        }
        context.send(user.id(), message);
        self.selected = Some(selected);
        Ok(())
    }

    pub(crate) fn check_otp(
        &mut self,
        context: &mut RequestContext<'_>,
        user: &mut User,
        policy: &MfaPolicy,
        given: &Secret,
    ) -> Result<(), Refusal> {
        let (Step::Passcode(code), Some(selected)) = (&mut self.step, &self.selected) else {
            return Err(self.not_now(context, "otp.check"));
        };
        usable(context, user)?;
        context.change();
        context.rule(&rules::MFA_COUNTER);
        let failures = user.failures.entry(selected.kind.as_str().to_owned());
        let failures = failures.or_default();
        if let Some(until) = failures.cool_down_until {
            if context.now < until {
                context.rule(&rules::MFA_REFUSED);
                return Err(cooling_down(until));
            }
            *failures = Failures::default();
        }
        let message = match code.check(given, context.now) {
            Ok(()) => {
                *failures = Failures::default();
                self.step = Step::Completed;
                return Ok(());
            }
            Err(Rejection::Expired) => "The passcode has expired.",
            Err(Rejection::Wrong | Rejection::UsedUp) => {
                failures.count += 1;
                "The passcode is wrong."
            }
        };
        context.rule(&rules::MFA_REFUSED);
        if failures.count >= policy.failures {
            let until = later(context.now, policy.cool_down);
            failures.cool_down_until = Some(until);
            return Err(cooling_down(until));
        }
        Err(Refusal::invalid(vec![
            detail("INVALID_OTP", message).with_target("otp"),
        ]))
    }

    pub(crate) fn check_assertion(
        &mut self,
        context: &mut RequestContext<'_>,
        given: &AssertionCheck,
    ) -> Result<(), Refusal> {
        let Step::Assertion { challenge } = &self.step else {
            return Err(self.not_now(context, "assertion.check"));
        };
        context.rule(&rules::MFA_ASSERTION);
        context.change();
        if challenge_of(given.assertion.expose()).as_ref() != Some(challenge) {
            return Err(Refusal::value(
                "assertion",
                "The assertion does not answer the challenge.",
            ));
        }
        self.step = Step::Completed;
        Ok(())
    }

    pub(crate) fn cancel_push(&mut self, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
        if !matches!(self.step, Step::Push { .. }) {
            return Err(self.not_now(context, "cancel.push.authentication"));
        }
        context.change();
        context.rule(&rules::MFA_CANCEL);
        self.step = Step::SelectDevice;
        self.selected = None;
        Ok(())
    }

    /// The user's answer to a push notification; false if none waits for one.
    pub(crate) fn answer_push(&mut self, now: Timestamp, confirmed: bool) -> bool {
        match self.step {
            Step::Push { until } if now < until => {
                self.step = if confirmed {
                    Step::Completed
                } else {
                    Step::Failed {
                        code: "PUSH_DENIED".into(),
                        message: "The user denied the push notification.".into(),
                    }
                };
                true
            }
            _ => false,
        }
    }

    /// The assertion that a FIDO2 device would give now.
    pub(crate) fn assertion(&self) -> Option<String> {
        let Step::Assertion { challenge } = &self.step else {
            return None;
        };
        let client_data = json!({ "type": "webauthn.get", "challenge": challenge });
        let client_data = URL_SAFE_NO_PAD.encode(client_data.to_string());
        Some(json!({ "response": { "clientDataJSON": client_data } }).to_string())
    }

    pub(crate) fn status(&self, now: Timestamp) -> DeviceAuthenticationStatus {
        match &self.step {
            Step::SelectDevice => DeviceAuthenticationStatus::DeviceSelectionRequired,
            Step::Passcode(_) => DeviceAuthenticationStatus::OtpRequired,
            Step::Push { until } if now < *until => {
                DeviceAuthenticationStatus::PushConfirmationRequired
            }
            Step::Push { .. } => DeviceAuthenticationStatus::PushConfirmationTimedOut,
            Step::Assertion { .. } => DeviceAuthenticationStatus::AssertionRequired,
            Step::Completed => DeviceAuthenticationStatus::Completed,
            Step::Failed { .. } => DeviceAuthenticationStatus::Failed,
        }
    }

    /// The relations of the actions that are allowed now.
    pub(crate) fn actions(&self) -> &'static [&'static str] {
        match &self.step {
            Step::SelectDevice => &["device.select"],
            Step::Passcode(_) => &["device.select", "otp.check"],
            Step::Push { .. } => &["device.select", "cancel.push.authentication"],
            Step::Assertion { .. } => &["device.select", "assertion.check"],
            Step::Completed | Step::Failed { .. } => &[],
        }
    }

    pub(crate) fn error(&self) -> Option<DeviceAuthenticationError> {
        match &self.step {
            Step::Failed { code, message } => Some(
                DeviceAuthenticationError::new()
                    .with_code(code.as_ref())
                    .with_message(message.as_ref()),
            ),
            _ => None,
        }
    }

    /// Options for the browser's request for an assertion.
    pub(crate) fn assertion_options(&self) -> Option<Value> {
        match &self.step {
            Step::Assertion { challenge } => {
                let options = json!({
                    "challenge": bytes_of(challenge),
                    "timeout": 120_000,
                    "userVerification": "preferred",
                });
                Some(options.to_string().into())
            }
            _ => None,
        }
    }

    /// The device in use as the API shows it: contacts masked.
    pub(crate) fn selected_view(&self) -> Option<SelectedDevice> {
        let selected = self.selected.as_ref()?;
        let view = SelectedDevice::new();
        Some(match selected.registered {
            Some(id) => view.with_id(id),
            None => {
                let mut one_time = OneTimeDevice::new().with_type(selected.kind.as_str());
                let contact = selected.contact.as_deref().map(mask);
                if selected.kind == DeviceKind::Email {
                    one_time.email = contact;
                } else {
                    one_time.phone = contact;
                }
                view.with_one_time(one_time)
            }
        })
    }

    /// The devices to choose from, or the one-time device in use.
    pub(crate) fn devices_view(&self, user: &User) -> Vec<DeviceView> {
        match &self.selected {
            Some(selected) if selected.registered.is_none() => {
                vec![device_view(selected.kind, selected.contact.as_deref())]
            }
            _ => user.usable_devices().map(Device::view).collect(),
        }
    }

    pub(crate) fn kind(&self) -> Option<DeviceKind> {
        self.selected.as_ref().map(|selected| selected.kind)
    }

    fn not_now(&self, context: &mut RequestContext<'_>, action: &str) -> Refusal {
        context.rule(&rules::MFA_STATE);
        let status = self.status(context.now);
        let message = format!("{action} is not allowed while the status is {status}.");
        Refusal::failed("INVALID_VALUE", &message)
    }
}

impl From<&Device> for Selected {
    fn from(device: &Device) -> Self {
        Self {
            kind: device.kind,
            contact: device.contact.clone(),
            registered: Some(device.id),
        }
    }
}

/// Refuses a user who cannot authenticate.
fn usable(context: &mut RequestContext<'_>, user: &User) -> Result<(), Refusal> {
    if user.can_authenticate(context.now) {
        return Ok(());
    }
    context.rule(&rules::MFA_USABLE);
    let message = match user.is_enabled() {
        true => "The account is locked.",
        false => "The user is disabled.",
    };
    Err(Refusal::failed("ACCOUNT_NOT_USABLE", message))
}

fn registered(
    context: &mut RequestContext<'_>,
    user: &User,
    id: DeviceId,
    target: &str,
) -> Result<Selected, Refusal> {
    let device = user.usable_devices().find(|device| device.id == id);
    device.map(Selected::from).ok_or_else(|| {
        context.rule(&rules::MFA_REFERENCE);
        Refusal::value(target, "The user has no such device.")
    })
}

fn within_daily_cap(
    context: &mut RequestContext<'_>,
    user: &mut User,
    channel: Channel,
) -> Result<(), Refusal> {
    if !matches!(channel, Channel::Email | Channel::Sms) {
        return Ok(());
    }
    user.sent.retain(|(_, at)| context.now < later(*at, DAY));
    let mut today = user.sent.iter().filter(|(used, _)| *used == channel);
    if let Some((_, first)) = today.next()
        && today.count() + 1 >= DAILY_CAP
    {
        context.rule(&rules::MFA_DAILY);
        let reset = later(*first, DAY);
        let detail = detail(
            "QUOTA_EXCEEDED",
            "The user has got too many messages today.",
        )
        .with_inner_error(inner([("quotaLimit", json!(DAILY_CAP))]));
        let wait = super::context::seconds_until(context.now, reset);
        return Err(Refusal::new(429, "REQUEST_LIMITED", "Too many requests.")
            .with(detail)
            .header("retry-after", wait.to_string()));
    }
    user.sent.push_back((channel, context.now));
    Ok(())
}

fn cooling_down(until: Timestamp) -> Refusal {
    let detail = detail("QUOTA_EXCEEDED", "Too many wrong passcodes.").with_inner_error(inner([(
        "coolDownExpiresAt",
        json!(until.as_millisecond()),
    )]));
    Refusal::new(400, "REQUEST_FAILED", "The request could not be completed.").with(detail)
}

/// A challenge as its bytes, which is how options for a browser have it.
pub(super) fn bytes_of(challenge: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(challenge).unwrap_or_default()
}

/// The challenge in the `clientDataJSON` of an assertion or attestation.
pub(super) fn challenge_of(assertion: &str) -> Option<String> {
    let assertion: Value = serde_json::from_str(assertion).ok()?;
    let client_data = assertion.pointer("/response/clientDataJSON")?.as_str()?;
    let client_data = URL_SAFE_NO_PAD
        .decode(client_data)
        .or_else(|_| URL_SAFE.decode(client_data))
        .ok()?;
    let client_data: Value = serde_json::from_slice(&client_data).ok()?;
    Some(client_data.get("challenge")?.as_str()?.to_owned())
}
