//! The device authentication policies and the MFA settings.

use std::time::Duration;

use pingone_models::{
    DeviceAuthenticationPolicy, DeviceAuthenticationPolicyCollection,
    DeviceAuthenticationPolicyCollectionEmbedded, DeviceAuthenticationPolicyId,
    DeviceSelectionMode, DeviceSelectionSettings, EnvironmentReference, FailureSettings,
    Fido2DeviceSettings, MfaSettings, MfaUserSettings, MobileDeviceSettings, OtpDeviceSettings,
    OtpSettings, PairingKeyFormat, PairingSettings, PhoneExtensionSettings, PolicyDuration,
    PolicyTimeUnit, TotpDeviceSettings,
};

use super::answer::{Outcome, Reply};
use super::exchange::Exchange;
use crate::links::Relations;
use crate::refusal::Refusal;
use crate::rules;
use crate::state::context::RequestContext;
use crate::state::environment::{Environment, MfaPolicy};
use crate::state::mfa_devices::MOST_DEVICES;

pub(super) fn list_policies(
    exchange: &mut Exchange<'_, '_>,
) -> Outcome<DeviceAuthenticationPolicyCollection> {
    let (environment, context) = exchange.reach(None)?;
    context.rule(&rules::MFA_POLICY);
    let policies = environment.mfa_policies.iter();
    let policies: Vec<_> = policies
        .map(|(id, policy)| view(context, environment, *id, policy))
        .collect();
    let count = i64::try_from(policies.len()).unwrap_or(i64::MAX);
    let home = context.links.environment(environment.id);
    let links = Relations::of(format!("{home}/deviceAuthenticationPolicies"));
    let embedded = DeviceAuthenticationPolicyCollectionEmbedded::new();
    let collection = DeviceAuthenticationPolicyCollection::new()
        .with_links(links.to_map())
        .with_embedded(embedded.with_device_authentication_policies(policies))
        .with_count(count)
        .with_size(count);
    Reply::json(200, &collection)
}

pub(super) fn read_policy(
    exchange: &mut Exchange<'_, '_>,
    id: DeviceAuthenticationPolicyId,
) -> Outcome<DeviceAuthenticationPolicy> {
    let (environment, context) = exchange.reach(None)?;
    context.rule(&rules::MFA_POLICY);
    let policy = environment.mfa_policies.get(&id);
    let policy = policy.ok_or_else(|| Refusal::not_found("There is no such policy."))?;
    Reply::json(200, &view(context, environment, id, policy))
}

fn view(
    context: &RequestContext<'_>,
    environment: &Environment,
    id: DeviceAuthenticationPolicyId,
    policy: &MfaPolicy,
) -> DeviceAuthenticationPolicy {
    let home = context.links.environment(environment.id);
    let links = Relations::of(format!("{home}/deviceAuthenticationPolicies/{id}"));
    let failure = FailureSettings::new()
        .with_count(i64::from(policy.failures))
        .with_cool_down(duration(policy.cool_down));
    let otp = OtpSettings::new()
        .with_life_time(duration(policy.lifetime))
        .with_failure(failure)
        .with_otp_length(6);
    let by_passcode = OtpDeviceSettings::new().with_enabled(true).with_otp(otp);
    let selection =
        DeviceSelectionSettings::new().with_device_selection(DeviceSelectionMode::PromptToSelect);
    let is_default = id == environment.default_mfa_policy;
    DeviceAuthenticationPolicy::new(id)
        .with_links(links.to_map())
        .with_environment(EnvironmentReference::new(environment.id))
        .with_name(match is_default {
            true => "Default MFA Policy".to_owned(),
            false => id.to_string(),
        })
        .with_default(is_default)
        .with_authentication(selection)
        .with_sms(by_passcode.clone())
        .with_voice(by_passcode.clone())
        .with_email(by_passcode.clone())
        .with_whats_app(by_passcode)
        .with_mobile(MobileDeviceSettings::new().with_enabled(true))
        .with_totp(TotpDeviceSettings::new().with_enabled(false))
        .with_fido2(Fido2DeviceSettings::new().with_enabled(true))
        .with_ignore_user_lock(false)
}

/// In minutes where they are whole.
fn duration(time: Duration) -> PolicyDuration {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let duration = PolicyDuration::new();
    if seconds % 60 == 0 {
        let minutes = duration.with_duration(seconds / 60);
        minutes.with_time_unit(PolicyTimeUnit::Minutes)
    } else {
        let seconds = duration.with_duration(seconds);
        seconds.with_time_unit(PolicyTimeUnit::Seconds)
    }
}

pub(super) fn read(exchange: &mut Exchange<'_, '_>) -> Outcome<MfaSettings> {
    let (environment, context) = exchange.reach(None)?;
    context.rule(&rules::DEVICE_CREATE);
    let home = context.links.environment(environment.id);
    let pairing = PairingSettings::new()
        .with_max_allowed_devices(i64::try_from(MOST_DEVICES).unwrap_or(i64::MAX))
        .with_pairing_key_format(PairingKeyFormat::Numeric);
    let settings = MfaSettings::new()
        .with_links(Relations::of(format!("{home}/mfaSettings")).to_map())
        .with_environment(EnvironmentReference::new(environment.id))
        .with_pairing(pairing)
        .with_phone_extensions(PhoneExtensionSettings::new().with_enabled(true))
        .with_users(MfaUserSettings::new().with_mfa_enabled(false));
    Reply::json(200, &settings)
}
