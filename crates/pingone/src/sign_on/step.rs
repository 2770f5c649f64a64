//! What a sign-on waits for.

use pingone_models::{Device, Flow, FlowError, FlowStatus, Members, SocialProvider};
use serde_json::Value;

/// What a flow waits for, and what its next action needs to know.
///
/// Each step names the actions of [`FlowHandle`](crate::flows::FlowHandle) that usually answer it; a policy may allow
/// others as well; the links of the flow list them.
///
/// ```
/// use pingone::sign_on::Step;
///
/// fn page(step: &Step<'_>) -> &'static str {
///     match step {
///         Step::UsernamePassword => "sign-on.html",
///         Step::Otp { .. } => "passcode.html",
///         Step::Failed(_) => "sorry.html",
///         _ => "unexpected.html",
///     }
/// }
/// assert_eq!(page(&Step::UsernamePassword), "sign-on.html");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Step<'a> {
    /// Username and password: `check_username_password`; also `register_user` and `forgot_password`.
    UsernamePassword,
    /// The username alone: `look_up_user`.
    Username,
    /// The password of a user whom the flow knows already: `check_username_password`, or `reset_session` for another
    /// user.
    Password {
        /// The name of the user, if the service says it.
        username: Option<&'a str>,
    },
    /// A new password, since the current one has expired or must be changed: `reset_password`.
    NewPassword,
    /// The recovery code that was mailed, with a new password: `recover_password`, `send_recovery_code`.
    RecoveryCode,
    /// The verification code that was mailed: `verify_user`, `send_verification_code`.
    VerificationCode,
    /// A choice between the devices of the user: `select_device`.
    DeviceSelection {
        /// The devices; their addresses and numbers are masked.
        devices: &'a [Device],
    },
    /// The passcode of a device: `check_otp`; `select_device` sends another.
    Otp {
        /// The device that has the passcode, if the service describes it.
        device: Option<&'a Device>,
    },
    /// A confirmation on the device: `poll`, or `read` again after some seconds.
    Push {
        /// The device that got the notification, if the service describes it.
        device: Option<&'a Device>,
    },
    /// The notification on the device was not confirmed in time: `select_device` sends another.
    PushTimedOut,
    /// The assertion of a FIDO2 device, which the browser makes: `check_assertion`.
    Assertion {
        /// What the browser needs, as the service sent it.
        options: Option<&'a Value>,
    },
    /// Attributes from an external identity provider to confirm: `confirm_account`.
    AccountConfirmation {
        /// The attributes.
        attributes: Option<&'a Members>,
    },
    /// An external identity that no user has yet: `check_username_password` links it to a user, `register_user` makes a
    /// new one.
    AccountLinking {
        /// The attributes from the identity provider.
        attributes: Option<&'a Members>,
    },
    /// A sign-on at an external identity provider, which the browser visits; then `read`.
    ExternalAuthentication {
        /// The identity provider, with the link to visit.
        provider: Option<&'a SocialProvider>,
    },
    /// Attributes that are missing from the user's profile: `update_user`.
    ProfileData {
        /// What the service says of them.
        attributes: Option<&'a Members>,
    },
    /// Consent to an agreement: `consent`.
    AgreementConsent,
    /// The code that another device shows, as in a sign-on at a television: `verify_user_code`.
    UserCode,
    /// Consent to the sign-on of that device: `consent_to_device`.
    DeviceConsent,
    /// Nothing: [`SignOn::tokens`](super::SignOn::tokens) ends the sign-on.
    Completed,
    /// Nothing: the flow has failed, and a new sign-on can begin. [`Reason::of_flow`](crate::Reason::of_flow) says why.
    Failed(Option<&'a FlowError>),
    /// Something else. The links of the flow say what is possible.
    Other(&'a FlowStatus),
}

impl<'a> Step<'a> {
    pub(super) fn of(flow: &'a Flow) -> Self {
        let embedded = flow.embedded.as_ref();
        let devices = embedded
            .and_then(|embedded| embedded.devices.as_deref())
            .unwrap_or_default();
        let selected = || {
            let id = flow.selected_device.as_ref()?.id?;
            devices.iter().find(|device| device.id == Some(id))
        };
        let attributes = flow.attributes.as_ref();
        match &flow.status {
            FlowStatus::UsernamePasswordRequired => Self::UsernamePassword,
            FlowStatus::SignOnRequired => Self::Username,
            FlowStatus::PasswordRequired => Self::Password {
                username: embedded.and_then(|embedded| embedded.user.as_ref()?.username.as_deref()),
            },
            FlowStatus::PasswordExpired | FlowStatus::MustChangePassword => Self::NewPassword,
            FlowStatus::RecoveryCodeRequired => Self::RecoveryCode,
            FlowStatus::VerificationCodeRequired | FlowStatus::VerificationRequired => {
                Self::VerificationCode
            }
            FlowStatus::DeviceSelectionRequired => Self::DeviceSelection { devices },
            FlowStatus::OtpRequired => Self::Otp { device: selected() },
            FlowStatus::PushConfirmationRequired => Self::Push { device: selected() },
            FlowStatus::PushConfirmationTimedOut => Self::PushTimedOut,
            FlowStatus::AssertionRequired => Self::Assertion {
                options: flow.public_key_credential_request_options.as_ref(),
            },
            FlowStatus::AccountConfirmationRequired => Self::AccountConfirmation { attributes },
            FlowStatus::AccountLinkingRequired => Self::AccountLinking { attributes },
            FlowStatus::ExternalAuthenticationRequired => Self::ExternalAuthentication {
                provider: embedded.and_then(|embedded| embedded.identity_provider.as_ref()),
            },
            FlowStatus::ProfileDataRequired => Self::ProfileData { attributes },
            FlowStatus::AgreementConsentRequired => Self::AgreementConsent,
            FlowStatus::DagUserCodeRequired => Self::UserCode,
            FlowStatus::DagConsentRequired => Self::DeviceConsent,
            FlowStatus::Completed => Self::Completed,
            FlowStatus::Failed => Self::Failed(flow.error.as_ref()),
            other => Self::Other(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use pingone_models::FlowId;

    use super::*;

    #[test]
    fn every_documented_status_is_a_step_of_its_own() {
        for status in FlowStatus::DOCUMENTED {
            let id: FlowId = "0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55".parse().unwrap();
            let flow = Flow::new(id, status.clone());
            assert!(
                !matches!(Step::of(&flow), Step::Other(_)),
                "{status} has no step: add one to the enum"
            );
        }
    }
}
