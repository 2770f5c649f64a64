//! What each operation of the document does: a table of contents, whose entries lead to the modules below.

mod answer;
mod assertion;
mod authorization;
mod client_authentication;
mod comparison;
mod consents;
mod device_authentications;
mod devices;
mod environments;
mod exchange;
mod flows;
mod groups;
mod linked_accounts;
mod mfa_settings;
mod pages;
mod pairing_keys;
mod passwords;
mod sessions;
mod signing;
mod tokens;
mod user_pages;
mod users;

use pingone_models::SignOffRequest;
use pingone_models::requests::*;

pub(crate) use self::answer::{Answer, Reply};
pub(crate) use self::exchange::Exchange;
pub(crate) use crate::generated::handlers::{HANDLERS, Handler};
use crate::generated::handlers::{Handlers, Outcome};
pub(crate) use crate::refusal::Refusal;
use crate::state::users::User;

impl Handlers for Exchange<'_, '_> {
    // Users.

    fn list_users(&mut self, request: ListUsers) -> Outcome<ListUsers> {
        user_pages::list(self, &request)
    }

    fn create_user(&mut self, request: CreateUser) -> Outcome<CreateUser> {
        users::create(self, &request.body)
    }

    fn import_user(&mut self, request: ImportUser) -> Outcome<ImportUser> {
        users::import(self, request.body)
    }

    fn read_user(&mut self, request: ReadUser) -> Outcome<ReadUser> {
        users::read(self, request.user_id, request.include.as_ref())
    }

    fn update_user(&mut self, request: UpdateUser) -> Outcome<UpdateUser> {
        users::update(self, request.user_id, &request.body)
    }

    fn replace_user(&mut self, request: ReplaceUser) -> Outcome<ReplaceUser> {
        users::replace(self, request.user_id, request.body)
    }

    fn delete_user(&mut self, request: DeleteUser) -> Outcome<DeleteUser> {
        users::delete(self, request.user_id)
    }

    fn send_verification_code(
        &mut self,
        request: SendVerificationCode,
    ) -> Outcome<SendVerificationCode> {
        users::act(self, request.user_id, User::send_verification_code)
    }

    fn verify_user(&mut self, request: VerifyUser) -> Outcome<VerifyUser> {
        users::act(self, request.user_id, |user, context| {
            user.verify(context, &request.body.verification_code)
        })
    }

    fn send_email_verification_code(
        &mut self,
        request: SendEmailVerificationCode,
    ) -> Outcome<SendEmailVerificationCode> {
        users::act(self, request.user_id, User::send_email_verification).map(Reply::open)
    }

    fn verify_email(&mut self, request: VerifyEmail) -> Outcome<VerifyEmail> {
        let verified = users::act(self, request.user_id, |user, context| {
            user.verify_email(context, &request.body.verification_code)
        });
        verified.map(Reply::open)
    }

    fn lock_account(&mut self, request: LockAccount) -> Outcome<LockAccount> {
        users::act(self, request.user_id, |user, context| {
            user.lock(context, request.body.unlock_at.and_then(|at| at.get()));
            Ok(())
        })
    }

    fn unlock_account(&mut self, request: UnlockAccount) -> Outcome<UnlockAccount> {
        users::act(self, request.user_id, |user, context| {
            user.unlock(context);
            Ok(())
        })
    }

    fn read_user_enabled(&mut self, request: ReadUserEnabled) -> Outcome<ReadUserEnabled> {
        users::read_enabled(self, request.user_id)
    }

    fn set_user_enabled(&mut self, request: SetUserEnabled) -> Outcome<SetUserEnabled> {
        users::set_enabled(self, request.user_id, request.body.enabled)
    }

    fn read_user_mfa_enabled(
        &mut self,
        request: ReadUserMfaEnabled,
    ) -> Outcome<ReadUserMfaEnabled> {
        users::read_mfa_enabled(self, request.user_id)
    }

    fn set_user_mfa_enabled(&mut self, request: SetUserMfaEnabled) -> Outcome<SetUserMfaEnabled> {
        users::set_mfa_enabled(self, request.user_id, request.body.mfa_enabled)
    }

    fn read_user_population(&mut self, request: ReadUserPopulation) -> Outcome<ReadUserPopulation> {
        users::read_population(self, request.user_id)
    }

    fn set_user_population(&mut self, request: SetUserPopulation) -> Outcome<SetUserPopulation> {
        users::set_population(self, request.user_id, request.body.id)
    }

    // The sessions of users.

    fn list_user_sessions(&mut self, request: ListUserSessions) -> Outcome<ListUserSessions> {
        sessions::list(self, request.user_id)
    }

    fn read_user_session(&mut self, request: ReadUserSession) -> Outcome<ReadUserSession> {
        sessions::read(self, request.user_id, request.session_id)
    }

    fn delete_user_session(&mut self, request: DeleteUserSession) -> Outcome<DeleteUserSession> {
        sessions::delete(self, request.user_id, request.session_id)
    }

    // Passwords.

    fn read_password(&mut self, request: ReadPassword) -> Outcome<ReadPassword> {
        passwords::read(self, request.user_id)
    }

    fn send_recovery_code(&mut self, request: SendRecoveryCode) -> Outcome<SendRecoveryCode> {
        passwords::act(self, request.user_id, User::send_recovery_code)
    }

    fn recover_password(&mut self, request: RecoverPassword) -> Outcome<RecoverPassword> {
        let body = request.body;
        passwords::act(self, request.user_id, |user, context| {
            user.recover(context, &body.recovery_code, &body.new_password)
        })
    }

    fn check_password(&mut self, request: CheckPassword) -> Outcome<CheckPassword> {
        passwords::act(self, request.user_id, |user, context| {
            user.check_password(context, &request.body.password, "password")
        })
    }

    fn unlock_password(&mut self, request: UnlockPassword) -> Outcome<UnlockPassword> {
        passwords::act(self, request.user_id, |user, context| {
            user.unlock_password(context);
            Ok(())
        })
    }

    fn reset_password(&mut self, request: ResetPassword) -> Outcome<ResetPassword> {
        passwords::reset(self, request.user_id, &request.body)
    }

    fn set_password(&mut self, request: SetPassword) -> Outcome<SetPassword> {
        passwords::set(self, request.user_id, request.body)
    }

    fn set_password_value(&mut self, request: SetPasswordValue) -> Outcome<SetPasswordValue> {
        passwords::set_value(self, request.user_id, &request.body)
    }

    // The devices of users.

    fn list_devices(&mut self, request: ListDevices) -> Outcome<ListDevices> {
        devices::list(self, &request)
    }

    fn create_device(&mut self, request: CreateDevice) -> Outcome<CreateDevice> {
        devices::create(self, request.user_id, request.body)
    }

    fn reorder_devices(&mut self, request: ReorderDevices) -> Outcome<ReorderDevices> {
        devices::reorder(self, request.user_id, |user, context| {
            user.order_devices(context, &request.body)
        })
    }

    fn remove_device_order(&mut self, request: RemoveDeviceOrder) -> Outcome<RemoveDeviceOrder> {
        devices::reorder(self, request.user_id, |user, context| {
            context.change();
            user.devices_ordered = false;
            Ok(())
        })
    }

    fn read_device(&mut self, request: ReadDevice) -> Outcome<ReadDevice> {
        devices::act(
            self,
            request.user_id,
            request.device_id,
            |_, _, _, _| Ok(()),
        )
    }

    fn activate_device(&mut self, request: ActivateDevice) -> Outcome<ActivateDevice> {
        let (user, device, body) = (request.user_id, request.device_id, request.body);
        devices::act(self, user, device, |user, context, id, _| {
            user.activate_device(context, id, &body)
        })
    }

    fn send_device_activation_code(
        &mut self,
        request: SendDeviceActivationCode,
    ) -> Outcome<SendDeviceActivationCode> {
        let (user, device) = (request.user_id, request.device_id);
        devices::act(self, user, device, User::resend_activation_code).map(Reply::open)
    }

    fn block_device(&mut self, request: BlockDevice) -> Outcome<BlockDevice> {
        let (user, device) = (request.user_id, request.device_id);
        devices::act(self, user, device, |user, context, id, _| {
            user.block_device(context, id, true)
        })
    }

    fn unblock_device(&mut self, request: UnblockDevice) -> Outcome<UnblockDevice> {
        let (user, device) = (request.user_id, request.device_id);
        devices::act(self, user, device, |user, context, id, _| {
            user.block_device(context, id, false)
        })
    }

    fn unlock_device(&mut self, request: UnlockDevice) -> Outcome<UnlockDevice> {
        let (user, device) = (request.user_id, request.device_id);
        devices::act(self, user, device, |user, context, id, _| {
            user.unlock_device(context, id)
        })
    }

    fn delete_device(&mut self, request: DeleteDevice) -> Outcome<DeleteDevice> {
        devices::delete(self, request.user_id, request.device_id)
    }

    fn set_device_nickname(&mut self, request: SetDeviceNickname) -> Outcome<SetDeviceNickname> {
        devices::set_nickname(self, request.user_id, request.device_id, request.body)
    }

    // The environment and what is configured in it.

    fn read_environment(&mut self, _: ReadEnvironment) -> Outcome<ReadEnvironment> {
        environments::read(self)
    }

    fn list_populations(&mut self, _: ListPopulations) -> Outcome<ListPopulations> {
        environments::list_populations(self)
    }

    fn read_population(&mut self, request: ReadPopulation) -> Outcome<ReadPopulation> {
        environments::read_population(self, request.population_id)
    }

    fn list_password_policies(&mut self, _: ListPasswordPolicies) -> Outcome<ListPasswordPolicies> {
        environments::list_password_policies(self)
    }

    fn read_password_policy(&mut self, request: ReadPasswordPolicy) -> Outcome<ReadPasswordPolicy> {
        environments::read_password_policy(self, request.password_policy_id)
    }

    // Groups.

    fn list_groups(&mut self, request: ListGroups) -> Outcome<ListGroups> {
        groups::list(self, &request)
    }

    fn read_group(&mut self, request: ReadGroup) -> Outcome<ReadGroup> {
        groups::read(self, request.group_id, request.include.as_ref())
    }

    fn list_user_groups(&mut self, request: ListUserGroups) -> Outcome<ListUserGroups> {
        groups::list_of_user(self, &request)
    }

    fn add_user_to_group(&mut self, request: AddUserToGroup) -> Outcome<AddUserToGroup> {
        groups::join(self, request.user_id, request.body.id)
    }

    fn remove_user_from_group(
        &mut self,
        request: RemoveUserFromGroup,
    ) -> Outcome<RemoveUserFromGroup> {
        groups::leave(self, request.user_id, request.group_id)
    }

    // Linked accounts.

    fn list_linked_accounts(&mut self, request: ListLinkedAccounts) -> Outcome<ListLinkedAccounts> {
        linked_accounts::list(self, request.user_id)
    }

    fn read_linked_account(&mut self, request: ReadLinkedAccount) -> Outcome<ReadLinkedAccount> {
        linked_accounts::read(self, request.user_id, request.linked_account_id)
    }

    fn link_account(&mut self, request: LinkAccount) -> Outcome<LinkAccount> {
        linked_accounts::link(self, request.user_id, request.body)
    }

    fn unlink_account(&mut self, request: UnlinkAccount) -> Outcome<UnlinkAccount> {
        linked_accounts::unlink(self, request.user_id, request.linked_account_id)
    }

    // Agreement consents.

    fn list_agreement_consents(
        &mut self,
        request: ListAgreementConsents,
    ) -> Outcome<ListAgreementConsents> {
        consents::list(self, request.user_id)
    }

    fn read_agreement_consent(
        &mut self,
        request: ReadAgreementConsent,
    ) -> Outcome<ReadAgreementConsent> {
        consents::read(self, request.user_id, request.agreement_id)
    }

    fn revoke_agreement_consent(
        &mut self,
        request: RevokeAgreementConsent,
    ) -> Outcome<RevokeAgreementConsent> {
        consents::revoke(self, request.user_id, request.agreement_id)
    }

    // Pairing keys.

    fn create_pairing_key(&mut self, request: CreatePairingKey) -> Outcome<CreatePairingKey> {
        pairing_keys::create(self, request.user_id, request.body)
    }

    fn read_pairing_key(&mut self, request: ReadPairingKey) -> Outcome<ReadPairingKey> {
        pairing_keys::read(self, request.user_id, request.pairing_key_id)
    }

    fn delete_pairing_key(&mut self, request: DeletePairingKey) -> Outcome<DeletePairingKey> {
        pairing_keys::delete(self, request.user_id, request.pairing_key_id)
    }

    // MFA settings.

    fn list_device_authentication_policies(
        &mut self,
        _: ListDeviceAuthenticationPolicies,
    ) -> Outcome<ListDeviceAuthenticationPolicies> {
        mfa_settings::list_policies(self)
    }

    fn read_device_authentication_policy(
        &mut self,
        request: ReadDeviceAuthenticationPolicy,
    ) -> Outcome<ReadDeviceAuthenticationPolicy> {
        mfa_settings::read_policy(self, request.device_authentication_policy_id)
    }

    fn read_mfa_settings(&mut self, _: ReadMfaSettings) -> Outcome<ReadMfaSettings> {
        mfa_settings::read(self)
    }

    // Sign-on flows.

    fn read_flow(&mut self, request: ReadFlow) -> Outcome<ReadFlow> {
        flows::act(self, request.flow_id, |_, _, _| Ok(()))
    }

    fn confirm_flow_user(&mut self, request: ConfirmFlowUser) -> Outcome<ConfirmFlowUser> {
        let confirmed = exchange::members(&request.body);
        let confirm = flows::act(self, request.flow_id, |environment, flow, context| {
            environment.confirm_in_flow(context, flow, &confirmed)
        });
        confirm.map(Reply::open)
    }

    fn check_flow_username_password(
        &mut self,
        request: CheckFlowUsernamePassword,
    ) -> Outcome<CheckFlowUsernamePassword> {
        let body = request.body;
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.check_credentials(context, flow, &body.username, &body.password)
        })
    }

    fn look_up_flow_user(&mut self, request: LookUpFlowUser) -> Outcome<LookUpFlowUser> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.look_up(context, flow, &request.body.username)
        })
    }

    fn forgot_flow_password(&mut self, request: ForgotFlowPassword) -> Outcome<ForgotFlowPassword> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.forgot_password(context, flow, &request.body.username)
        })
    }

    fn register_flow_user(&mut self, request: RegisterFlowUser) -> Outcome<RegisterFlowUser> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.register(context, flow, request.body)
        })
    }

    fn reset_flow_password(&mut self, request: ResetFlowPassword) -> Outcome<ResetFlowPassword> {
        let body = request.body;
        flows::act(self, request.flow_id, |environment, flow, context| {
            let (current, new) = (&body.current_password, &body.new_password);
            environment.reset_password_in_flow(context, flow, current, new)
        })
    }

    fn recover_flow_password(
        &mut self,
        request: RecoverFlowPassword,
    ) -> Outcome<RecoverFlowPassword> {
        let body = request.body;
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.recover_in_flow(context, flow, &body.recovery_code, &body.new_password)
        })
    }

    fn send_flow_recovery_code(
        &mut self,
        request: SendFlowRecoveryCode,
    ) -> Outcome<SendFlowRecoveryCode> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.resend_recovery_code(context, flow)
        })
    }

    fn verify_flow_user(&mut self, request: VerifyFlowUser) -> Outcome<VerifyFlowUser> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.verify_in_flow(context, flow, &request.body.verification_code)
        })
    }

    fn send_flow_verification_code(
        &mut self,
        request: SendFlowVerificationCode,
    ) -> Outcome<SendFlowVerificationCode> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.resend_verification_code(context, flow)
        })
    }

    fn select_flow_device(&mut self, request: SelectFlowDevice) -> Outcome<SelectFlowDevice> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.select_device_in_flow(context, flow, request.body.device.id)
        })
    }

    fn check_flow_otp(&mut self, request: CheckFlowOtp) -> Outcome<CheckFlowOtp> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.check_otp_in_flow(context, flow, &request.body.otp)
        })
    }

    fn check_flow_assertion(&mut self, request: CheckFlowAssertion) -> Outcome<CheckFlowAssertion> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.check_assertion_in_flow(context, flow, &request.body)
        })
    }

    fn update_flow_user(&mut self, request: UpdateFlowUser) -> Outcome<UpdateFlowUser> {
        let changes = exchange::members(&request.body);
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.update_in_flow(context, flow, &changes)
        })
    }

    fn reset_flow_session(&mut self, request: ResetFlowSession) -> Outcome<ResetFlowSession> {
        flows::act(self, request.flow_id, |_, flow, context| {
            flow.allows(context, "session.reset")?;
            context.change();
            flow.begin();
            Ok(())
        })
    }

    fn consent_flow_user(&mut self, request: ConsentFlowUser) -> Outcome<ConsentFlowUser> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.consent_in_flow(context, flow, request.body.accept)
        })
    }

    fn verify_flow_user_code(
        &mut self,
        request: VerifyFlowUserCode,
    ) -> Outcome<VerifyFlowUserCode> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.verify_user_code(context, flow, &request.body.user_code)
        })
    }

    fn consent_flow_device_grant(
        &mut self,
        request: ConsentFlowDeviceGrant,
    ) -> Outcome<ConsentFlowDeviceGrant> {
        flows::act(self, request.flow_id, |environment, flow, context| {
            environment.consent_to_device(context, flow, request.body.accept)
        })
    }

    // Device authentications.

    fn initiate_device_authentication(
        &mut self,
        request: InitiateDeviceAuthentication,
    ) -> Outcome<InitiateDeviceAuthentication> {
        device_authentications::start(self, request.body)
    }

    fn read_device_authentication(
        &mut self,
        request: ReadDeviceAuthentication,
    ) -> Outcome<ReadDeviceAuthentication> {
        device_authentications::read(self, request.device_authentication_id)
    }

    fn check_otp(&mut self, request: CheckOtp) -> Outcome<CheckOtp> {
        let id = request.device_authentication_id;
        device_authentications::act(self, id, |authentication, context, user, policy| {
            authentication.check_otp(context, user, policy, &request.body.otp)
        })
    }

    fn select_device(&mut self, request: SelectDevice) -> Outcome<SelectDevice> {
        let id = request.device_authentication_id;
        device_authentications::act(self, id, |authentication, context, user, policy| {
            authentication.select(context, user, policy, request.body.device.id)
        })
    }

    fn check_assertion(&mut self, request: CheckAssertion) -> Outcome<CheckAssertion> {
        let id = request.device_authentication_id;
        device_authentications::act(self, id, |authentication, context, _, _| {
            authentication.check_assertion(context, &request.body)
        })
    }

    fn cancel_push_authentication(
        &mut self,
        request: CancelPushAuthentication,
    ) -> Outcome<CancelPushAuthentication> {
        let id = request.device_authentication_id;
        let cancelled = device_authentications::act(self, id, |authentication, context, _, _| {
            authentication.cancel_push(context)
        });
        cancelled.map(Reply::open)
    }

    // OAuth 2.0 and OpenID Connect.

    fn request_token(&mut self, request: RequestToken) -> Outcome<RequestToken> {
        tokens::request(self, &request.body)
    }

    fn exchange_authorization_code(
        &mut self,
        request: ExchangeAuthorizationCode,
    ) -> Outcome<ExchangeAuthorizationCode> {
        tokens::exchange_code(self, &request.body)
    }

    fn refresh_token(&mut self, request: RefreshToken) -> Outcome<RefreshToken> {
        tokens::refresh(self, &request.body)
    }

    fn introspect_token(&mut self, request: IntrospectToken) -> Outcome<IntrospectToken> {
        tokens::introspect(self, &request.body)
    }

    fn revoke_token(&mut self, request: RevokeToken) -> Outcome<RevokeToken> {
        tokens::revoke(self, &request.body)
    }

    fn authorize(&mut self, request: Authorize) -> Outcome<Authorize> {
        authorization::authorize(self, request)
    }

    fn start_flow(&mut self, request: StartFlow) -> Outcome<StartFlow> {
        authorization::start_flow(self, request.body)
    }

    fn resume_flow(&mut self, request: ResumeFlow) -> Outcome<ResumeFlow> {
        authorization::resume(self, request.flow_id)
    }

    fn read_user_info(&mut self, _: ReadUserInfo) -> Outcome<ReadUserInfo> {
        authorization::user_info(self)
    }

    fn sign_off(&mut self, request: SignOff) -> Outcome<SignOff> {
        let mut form = SignOffRequest::new();
        form.post_logout_redirect_uri = request.post_logout_redirect_uri;
        form.state = request.state;
        authorization::sign_off(self, form)
    }

    fn post_user_info(&mut self, _: PostUserInfo) -> Outcome<PostUserInfo> {
        authorization::user_info(self)
    }

    fn sign_off_by_form(&mut self, request: SignOffByForm) -> Outcome<SignOffByForm> {
        authorization::sign_off(self, request.body)
    }

    fn read_jwks(&mut self, _: ReadJwks) -> Outcome<ReadJwks> {
        self.environment()?;
        Reply::json(200, &signing::key_set()?)
    }

    fn read_openid_configuration(
        &mut self,
        _: ReadOpenidConfiguration,
    ) -> Outcome<ReadOpenidConfiguration> {
        authorization::discovery(self)
    }
}
