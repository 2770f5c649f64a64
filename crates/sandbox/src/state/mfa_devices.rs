//! What may be done with the devices of a user.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pingone_models::{
    DeviceActivation, DeviceBlock, DeviceBlockStatus, DeviceId, DeviceOrder, EnvironmentReference,
    MfaDevice, MfaDeviceCreation, MfaDeviceStatus, MfaDeviceType, UserReference,
};
use serde_json::json;

use super::authentication::{bytes_of, challenge_of};
use super::codes::Code;
use super::context::{OutgoingMessage, RequestContext, later};
use super::devices::{Activation, Device, DeviceKind};
use super::environment::{Environment, MfaPolicy};
use super::users::User;
use crate::links::Relations;
use crate::refusal::{Refusal, detail};
use crate::{Kind, rules};

/// How many devices a user may have.
pub(crate) const MOST_DEVICES: usize = 5;
const LONGEST_NICKNAME: usize = 100;

impl User {
    /// The devices that the user can authenticate with now.
    pub(crate) fn usable_devices(&self) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(|device| device.is_usable())
    }

    pub(crate) fn device(&self, id: DeviceId) -> Result<&Device, Refusal> {
        let device = self.devices.iter().find(|device| device.id == id);
        device.ok_or_else(no_device)
    }

    pub(crate) fn device_mut(&mut self, id: DeviceId) -> Result<&mut Device, Refusal> {
        let device = self.devices.iter_mut().find(|device| device.id == id);
        device.ok_or_else(no_device)
    }

    /// Adds a device; one that is to be activated gets a code or a challenge.
    pub(crate) fn create_device(
        &mut self,
        context: &mut RequestContext<'_>,
        request: MfaDeviceCreation,
        policy: &MfaPolicy,
        by_user: bool,
    ) -> Result<DeviceId, Refusal> {
        context.rule(&rules::DEVICE_CREATE);
        let (kind, contact, target) = match &request.type_ {
            MfaDeviceType::Email => (DeviceKind::Email, &request.email, "email"),
            MfaDeviceType::Sms => (DeviceKind::Sms, &request.phone, "phone"),
            MfaDeviceType::Voice => (DeviceKind::Voice, &request.phone, "phone"),
            MfaDeviceType::Whatsapp => (DeviceKind::Whatsapp, &request.phone, "phone"),
            MfaDeviceType::Fido2 => (DeviceKind::Fido2, &None, "rp"),
            other => {
                let message = format!("The policy does not allow devices of the type {other}.");
                return Err(Refusal::value("type", &message));
            }
        };
        let contact = contact
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        let is_complete = match kind {
            DeviceKind::Fido2 => request.rp.is_some(),
            _ => contact.is_some(),
        };
        if !is_complete {
            return Err(Refusal::required(target));
        }
        if kind == DeviceKind::Email && contact.is_some_and(|email| !email.contains('@')) {
            return Err(Refusal::value("email", "The value is no e-mail address."));
        }
        if let Some(nickname) = &request.nickname {
            check_nickname(nickname)?;
        }
        if self.devices.len() >= MOST_DEVICES {
            let message = format!("A user has {MOST_DEVICES} devices at most.");
            return Err(Refusal::failed("LIMIT_EXCEEDED", &message));
        }
        context.change();
        let id = DeviceId::new(context.random.uuid());
        let mut device = Device::new(id, kind);
        device.contact = contact.map(str::to_owned);
        device.extension = request.extension;
        device.nickname = request.nickname;
        device.rp = request.rp;
        device.created_at = Some(context.now);
        self.devices.push(device);
        let waits = by_user || request.status == Some(MfaDeviceStatus::ActivationRequired);
        if kind == DeviceKind::Fido2 {
            let challenge = URL_SAFE_NO_PAD.encode(context.random.token());
            self.device_mut(id)?.activation = Some(Activation::Attestation(challenge));
        } else if waits {
            self.send_activation_code(context, id, policy)?;
        }
        Ok(id)
    }

    /// Sends a code to a device that waits for its activation, or is about to.
    pub(crate) fn send_activation_code(
        &mut self,
        context: &mut RequestContext<'_>,
        id: DeviceId,
        policy: &MfaPolicy,
    ) -> Result<(), Refusal> {
        let user = self.id();
        let device = self.device_mut(id)?;
        context.rule(&rules::PASSCODE_FORM);
        let code = Code::new(context.random.passcode())
            .until(later(context.now, policy.lifetime))
            .attempts(policy.failures);
        let message = OutgoingMessage {
            kind: Kind::ActivationCode,
            channel: device.kind.channel(),
            to: device.contact.clone().unwrap_or_default(),
            code: code.text().clone(),
            expires_at: code.expires_at(),
            template: None,
        };
        device.activation = Some(Activation::Code(code));
        context.send(user, message);
        Ok(())
    }

    pub(crate) fn resend_activation_code(
        &mut self,
        context: &mut RequestContext<'_>,
        id: DeviceId,
        policy: &MfaPolicy,
    ) -> Result<(), Refusal> {
        match self.device(id)?.activation {
            Some(Activation::Code(_)) => self.send_activation_code(context, id, policy),
            _ => Err(not_now(context)),
        }
    }

    pub(crate) fn activate_device(
        &mut self,
        context: &mut RequestContext<'_>,
        id: DeviceId,
        given: &DeviceActivation,
    ) -> Result<(), Refusal> {
        let device = self.device_mut(id)?;
        let Some(activation) = &mut device.activation else {
            return Err(not_now(context));
        };
        context.rule(&rules::DEVICE_ACTIVATE);
        match activation {
            Activation::Code(code) => {
                let given = given.otp.as_ref().ok_or_else(|| Refusal::required("otp"))?;
                context.change();
                code.check(given, context.now).map_err(|_| {
                    let detail = detail("INVALID_OTP", "The activation code is wrong.");
                    Refusal::invalid(vec![detail.with_target("otp")])
                })?;
            }
            Activation::Attestation(challenge) => {
                let given = given.attestation.as_ref();
                let given = given.ok_or_else(|| Refusal::required("attestation"))?;
                context.change();
                if challenge_of(given.expose()).as_ref() != Some(challenge) {
                    let message = "The attestation does not answer the challenge.";
                    return Err(Refusal::value("attestation", message));
                }
            }
        }
        device.activation = None;
        Ok(())
    }

    pub(crate) fn block_device(
        &mut self,
        context: &mut RequestContext<'_>,
        id: DeviceId,
        blocked: bool,
    ) -> Result<(), Refusal> {
        let now = context.now;
        self.device_mut(id)?.blocked_at = blocked.then_some(now);
        context.change();
        Ok(())
    }

    pub(crate) fn unlock_device(
        &mut self,
        context: &mut RequestContext<'_>,
        id: DeviceId,
    ) -> Result<(), Refusal> {
        let kind = self.device(id)?.kind.as_str();
        context.change();
        self.failures.remove(kind);
        Ok(())
    }

    pub(crate) fn name_device(
        &mut self,
        context: &mut RequestContext<'_>,
        id: DeviceId,
        nickname: String,
    ) -> Result<(), Refusal> {
        check_nickname(&nickname)?;
        let device = self.device_mut(id)?;
        device.nickname = Some(nickname).filter(|name| !name.is_empty());
        context.change();
        Ok(())
    }

    pub(crate) fn delete_device(
        &mut self,
        context: &mut RequestContext<'_>,
        id: DeviceId,
    ) -> Result<(), Refusal> {
        self.device(id)?;
        context.change();
        self.devices.retain(|device| device.id != id);
        Ok(())
    }

    pub(crate) fn order_devices(
        &mut self,
        context: &mut RequestContext<'_>,
        wanted: &DeviceOrder,
    ) -> Result<(), Refusal> {
        let wanted: Vec<DeviceId> = wanted.order.iter().map(|device| device.id).collect();
        for id in &wanted {
            if !self.usable_devices().any(|device| device.id == *id) {
                context.rule(&rules::MFA_REFERENCE);
                return Err(Refusal::value(
                    "order",
                    "The user has no such active device.",
                ));
            }
        }
        context.change();
        let place = |device: &Device| wanted.iter().position(|id| *id == device.id);
        self.devices
            .sort_by_key(|device| place(device).unwrap_or(usize::MAX));
        self.devices_ordered = true;
        Ok(())
    }

    /// A device as its user's administrator sees it: nothing is masked.
    pub(crate) fn device_view(
        &self,
        context: &RequestContext<'_>,
        environment: &Environment,
        device: &Device,
    ) -> MfaDevice {
        let user = context.links.user(environment.id, self.id());
        let mut links = Relations::of(format!("{user}/devices/{}", device.id));
        links.elsewhere("environment", context.links.environment(environment.id));
        links.elsewhere("user", user);
        if device.activation.is_some() {
            links.action("device.activate");
        }
        let mut view = MfaDevice::new(device.id)
            .with_links(links.to_map())
            .with_environment(EnvironmentReference::new(environment.id))
            .with_user(UserReference::new(self.id()))
            .with_type(device.kind.as_str())
            .with_status(match device.activation {
                Some(_) => MfaDeviceStatus::ActivationRequired,
                None => MfaDeviceStatus::Active,
            });
        let block = DeviceBlock::new();
        view.block = Some(match device.blocked_at {
            Some(at) => block
                .with_status(DeviceBlockStatus::Blocked)
                .with_blocked_at(at),
            None => block.with_status(DeviceBlockStatus::Unblocked),
        });
        if device.kind == DeviceKind::Email {
            view.email.clone_from(&device.contact);
        } else {
            view.phone.clone_from(&device.contact);
        }
        view.extension.clone_from(&device.extension);
        view.nickname.clone_from(&device.nickname);
        view.created_at = device.created_at.map(Into::into);
        if let Some(Activation::Attestation(challenge)) = &device.activation {
            let user = json!({
                "id": self.id().get().as_bytes(),
                "name": self.username(),
                "displayName": self.username(),
            });
            let options = json!({
                "rp": device.rp,
                "user": user,
                "challenge": bytes_of(challenge),
                "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
                "timeout": 120_000,
            });
            view.public_key_credential_creation_options = Some(options.to_string().into());
        }
        view
    }
}

fn check_nickname(nickname: &str) -> Result<(), Refusal> {
    if nickname.chars().count() <= LONGEST_NICKNAME {
        return Ok(());
    }
    let message = format!("A nickname has {LONGEST_NICKNAME} characters at most.");
    let detail = detail("SIZE_LIMIT_EXCEEDED", &message).with_target("nickname");
    Err(Refusal::invalid(vec![detail]))
}

fn no_device() -> Refusal {
    Refusal::not_found("The user has no such device.")
}

fn not_now(context: &mut RequestContext<'_>) -> Refusal {
    context.rule(&rules::DEVICE_ACTIVATE);
    Refusal::failed("INVALID_VALUE", "The device waits for no activation code.")
}
