//! The devices that users authenticate with.

use jiff::Timestamp;
use pingone_models::{Device as DeviceView, DeviceId, RelyingParty};
use serde::{Deserialize, Serialize};

use super::codes::Code;
use crate::Channel;

/// A registered device.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) kind: DeviceKind,
    /// The address or number that passcodes go to.
    pub(crate) contact: Option<String>,
    pub(crate) nickname: Option<String>,
    pub(crate) extension: Option<String>,
    /// What the device waits for before it can be used.
    pub(crate) activation: Option<Activation>,
    pub(crate) blocked_at: Option<Timestamp>,
    pub(crate) created_at: Option<Timestamp>,
    /// The service that a FIDO2 device is registered with.
    pub(crate) rp: Option<RelyingParty>,
}

/// What activates a device.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Activation {
    /// The code that was sent to it.
    Code(Code),
    /// An attestation that answers this challenge.
    Attestation(String),
}

/// The kinds of registered devices that the sandbox can act as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum DeviceKind {
    /// Passcodes by e-mail.
    Email,
    /// Passcodes by text message.
    Sms,
    /// Passcodes by phone call.
    Voice,
    /// Passcodes with WhatsApp.
    Whatsapp,
    /// Push notifications to an app.
    Mobile,
    /// Assertions of a FIDO2 device.
    Fido2,
}

impl DeviceKind {
    /// The type on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Sms => "SMS",
            Self::Voice => "VOICE",
            Self::Whatsapp => "WHATSAPP",
            Self::Mobile => "MOBILE",
            Self::Fido2 => "FIDO2",
        }
    }

    pub(crate) fn has_contact(self) -> bool {
        self.channel() != Channel::App
    }

    pub(super) fn channel(self) -> Channel {
        match self {
            Self::Email => Channel::Email,
            Self::Sms => Channel::Sms,
            Self::Voice => Channel::Voice,
            Self::Whatsapp => Channel::Whatsapp,
            Self::Mobile | Self::Fido2 => Channel::App,
        }
    }

    /// The method of RFC 8176 that a sign-on with it counts as.
    pub(crate) fn amr(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Voice => "tel",
            Self::Fido2 => "hwk",
            Self::Email | Self::Whatsapp | Self::Mobile => "otp",
        }
    }
}

impl Device {
    /// A device that can be used at once.
    pub(crate) fn new(id: DeviceId, kind: DeviceKind) -> Self {
        Self {
            id,
            kind,
            contact: None,
            nickname: None,
            extension: None,
            activation: None,
            blocked_at: None,
            created_at: None,
            rp: None,
        }
    }

    /// Whether the user can authenticate with it.
    pub(super) fn is_usable(&self) -> bool {
        self.activation.is_none() && self.blocked_at.is_none()
    }

    pub(super) fn view(&self) -> DeviceView {
        let mut view = device_view(self.kind, self.contact.as_deref())
            .with_id(self.id)
            .with_status("ACTIVE");
        view.nickname.clone_from(&self.nickname);
        view
    }
}

pub(super) fn device_view(kind: DeviceKind, contact: Option<&str>) -> DeviceView {
    let mut view = DeviceView::new().with_type(kind.as_str());
    let contact = contact.map(mask);
    if kind == DeviceKind::Email {
        view.email = contact;
    } else {
        view.phone = contact;
    }
    view
}

/// Masks as the documentation's examples do: `ab****@ping.com`, `*******44`.
pub(super) fn mask(contact: &str) -> String {
    match contact.split_once('@') {
        Some((local, domain)) => {
            let shown: String = local.chars().take(2).collect();
            format!("{shown}****@{domain}")
        }
        None => {
            let hidden = contact.chars().count().saturating_sub(2);
            let shown: String = contact.chars().skip(hidden).collect();
            format!("*******{shown}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn contacts_are_masked_as_in_the_examples() {
        assert_eq!(mask("abc@ping.com"), "ab****@ping.com");
        assert_eq!(mask("+14135550144"), "*******44");
        assert_eq!(mask(""), "*******");
    }
}
