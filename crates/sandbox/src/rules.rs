//! The rules that the sandbox follows beyond the document, and what each rests on.

/// A rule of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name in the header `X-Sandbox-Assumed`.
    pub id: &'static str,
    /// What the sandbox does.
    pub text: &'static str,
    /// What the rule rests on.
    pub basis: Basis,
}

/// What a rule rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// This page says so.
    Documented(&'static str),
    /// No page says so, or one says otherwise, but this public source shows it.
    Observed(&'static str),
    /// Nobody has published it; this is why it was chosen.
    Assumed(&'static str),
}

impl Rule {
    /// Whether no page says so.
    #[must_use]
    pub fn is_assumed(&self) -> bool {
        matches!(self.basis, Basis::Assumed(_))
    }
}

macro_rules! rules {
    ($($name:ident = $id:literal, $text:literal, $basis:ident($why:expr);)*) => {
        $(
            #[doc = $text]
            pub static $name: Rule = Rule { id: $id, text: $text, basis: Basis::$basis($why) };
        )*

        /// Every rule, in the order of the areas they belong to.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

macro_rules! page {
    ($path:literal) => {
        concat!("https://developer.pingidentity.com/pingone-api/", $path)
    };
}

rules! {
    BODY_IGNORED = "body.ignored",
        "A body sent to an action that has none is ignored, whatever it is.",
        Assumed("PingOne's sample application sends `{}` to every such action");
    BODY_OPTIONAL = "body.optional",
        "A body whose members are all optional may be absent, empty or `null`.",
        Observed("github.com/patrickcping/pingone-go-sdk-v2, which sends `null` to lock an account");
    BODY_STRING_BOOLEAN = "body.string-boolean",
        "A boolean may be sent as the text `true` or `false`.",
        Observed("github.com/pingidentity/pingone-sample-registration and pingone-sample-dotnet, which send `forceChange` so");
    BODY_EMPTY_VALUE = "body.empty-value",
        "An empty text for a required member or a secret is refused with the detail EMPTY_VALUE, and counts as no attempt.",
        Assumed("the name of the code is published, not where it occurs");
    BODY_LATEST_DATE = "body.latest-date",
        "A date after 9999-12-30T22:00:00Z is taken for that moment.",
        Assumed("the sandbox's calendar ends there");
    BODY_OF_ANOTHER_ACTION = "body.of-another-action",
        "A member that another action of the same resource takes, but this one does not, is refused with INVALID_DATA.",
        Assumed("silence would hide that a body went out under the wrong media type");
    BODY_UNREADABLE = "body.unreadable",
        "A body that is missing, too large or no JSON is refused with INVALID_REQUEST.",
        Assumed("the code that means a malformed request fits best");
    BODY_UNKNOWN_MEMBERS = "body.unknown-members",
        "Members of a body that nothing knows are ignored.",
        Documented(page!("platform/users/users-1.html"));
    MEDIA_TYPE_MISSING = "media-type.missing",
        "A POST or PUT without Content-Type is answered with 415, also if it has no body.",
        Assumed("the media type is what chooses the action");
    MEDIA_TYPE_REPEATED = "media-type.repeated",
        "Of several Content-Type headers the one with PingOne's own media type counts, in any order.",
        Observed("github.com/patrickcping/pingone-go-sdk-v2 and PingOne's Node.js SDK, which send two");
    PATH_SLASH = "path.trailing-slash",
        "A slash at the end of a path makes no difference.",
        Observed("github.com/pingidentity/pingone-sample-dotnet, which asks for `users/?filter=`");
    NOT_FOUND_TEXT = "error.not-found",
        "A 404 has the message \"The request could not be completed. The requested resource was not found.\"",
        Observed("github.com/pingidentity/pingone-sample-js/issues/17");
    ANSWER_HAL = "answer.hal",
        "Answers of the platform server have the media type `application/hal+json;charset=UTF-8`, failures `application/json`, and each has a `Correlation-Id`, which is the `id` of an error.",
        Observed("recorded answers in github.com/JupiterOne/graph-pingidentity");
    ID_MALFORMED = "id.malformed",
        "An id that is no UUID is answered with 404, as one that nothing has.",
        Assumed("no page tells the two apart");
    ENVIRONMENT_UNKNOWN = "environment.unknown",
        "An environment that does not exist is answered with 403.",
        Assumed("PingOne's Go client describes its 403 so");
    TOKEN_USER_REACH = "token.user-reach",
        "A user's token reaches that user, that user's password and that user's device authentications, and nothing else.",
        Assumed("which scopes each operation wants is not published");
    ADDRESS_MISSING = "address.missing",
        "A code for a user without an address or number to send it to is refused with REQUEST_FAILED.",
        Assumed("no page says what happens");

    RATE_LIMIT = "rate.limit",
        "There is no rate limit until one is set; it fills up steadily, and more is answered with 429 LIMIT_EXCEEDED and `Retry-After`.",
        Assumed("the figures for these operations are not published");

    USERS_PAGE = "users.page",
        "A page of users holds 100 unless `limit` says otherwise, and 200 at most.",
        Assumed("the maximum is documented, the default is not");
    USERS_ORDER = "users.order",
        "Users are listed in the order of their creation, and a cursor names the user that a page begins after.",
        Assumed("no order is documented");
    FILTER_ATTRIBUTES = "users.filter-attributes",
        "Filters know the attributes that the page on the filter language lists, the groups of a user by `memberOfGroups[id eq \"..\"]`, and custom attributes that a seeded user has.",
        Documented("https://docs.pingidentity.com/pingone/directory/p1_scim_filter_language.html");
    FILTER_CASE = "users.filter-case",
        "Filters compare without regard to case.",
        Assumed("SCIM compares strings so unless a schema says otherwise");

    VERIFICATION_CODE = "verification.code",
        "A verification code has eight alphanumeric characters and no timeout; a new one replaces it.",
        Documented(page!("auth/flows/registration-and-verification/verify-user.html"));
    VERIFICATION_STATUS = "verification.status",
        "Sending a verification code sets the lifecycle to VERIFICATION_REQUIRED, the right code to ACCOUNT_OK.",
        Documented(page!("platform/users/users-1/verify-user-1.html"));
    VERIFICATION_EMAIL = "verification.email",
        "`emailVerified` becomes true if the user still has the address that the code was sent to.",
        Documented(page!("platform/users/users-1/verify-user-1.html"));
    VERIFICATION_CASE = "verification.case",
        "The case of a verification code does not matter.",
        Assumed("documented for recovery codes, which look the same");
    VERIFICATION_ATTEMPTS = "verification.attempts",
        "Five wrong verification codes use up the code that was sent.",
        Assumed("documented for recovery codes, which look the same");
    VERIFICATION_REFUSED = "verification.refused",
        "A wrong or used verification code is answered with INVALID_DATA and the detail INVALID_VALUE.",
        Assumed("no page shows the answer");

    LOCK_WITHOUT_END = "lock.without-end",
        "Locking an account without `unlockAt` locks it until it is unlocked, although the page says that it stays unlocked.",
        Observed("acceptance tests of public clients, which lock without `unlockAt` and read a locked account");
    LOCK_IN_THE_PAST = "lock.in-the-past",
        "Locking an account with an `unlockAt` in the past leaves it unlocked.",
        Documented(page!("platform/users/user-accounts/user-account-lock.html"));
    UNLOCK_RESETS_MFA = "unlock.resets-mfa",
        "Unlocking an account forgets its failed passcodes.",
        Documented(page!("platform/users/user-accounts/user-account-unlock.html"));

    UNLOCK_PASSWORD = "unlock.password",
        "Unlocking an account also ends the lock of its password.",
        Assumed("an account whose password is locked cannot authenticate");

    PASSWORD_ANSWER = "password.answer",
        "Every action on a password answers with 200 and the state of the password.",
        Assumed("no page shows the answer; PingOne's Go SDK says 200");
    PASSWORD_POLICY = "password.policy",
        "A new password has 8 to 255 characters and is none of the last six; INVALID_VALUE lists what it lacks.",
        Assumed("the figures of PingOne's standard policy, without its rules about characters");
    PASSWORD_LOCK = "password.lock",
        "Five wrong passwords in a row lock the password for 15 minutes.",
        Assumed("the figures of PingOne's standard policy");
    PASSWORD_REFUSED = "password.refused",
        "A wrong password is answered with INVALID_DATA and the detail INVALID_VALUE; where it is checked alone, `failuresRemaining` counts down to the lock.",
        Assumed("the mocks of Ping's SDKs show it");
    PASSWORD_PRECONDITION = "password.precondition",
        "An action that the state of the password or account forbids is answered with REQUEST_FAILED.",
        Assumed("the pages say that it fails, not how");
    PASSWORD_EXTERNAL = "password.external",
        "Self-service on the password of a user of an external identity provider is answered with REQUEST_FAILED.",
        Documented(page!("platform/users/user-passwords.html"));
    PASSWORD_ENCODED = "password.encoded",
        "An encoded password is stored as it comes and matches no clear text.",
        Assumed("its hash is not computed here");
    PASSWORD_SELF = "password.self",
        "A user's own token must send `currentPassword` if the user has a password.",
        Documented(page!("platform/users/user-passwords/update-password-self.html"));
    RECOVERY_CODE = "recovery.code",
        "A recovery code has eight alphanumeric characters, in any case, and is valid for five minutes.",
        Documented(page!("platform/users/user-passwords/password-resend-recovery-code.html"));
    RECOVERY_SEND = "recovery.send",
        "A recovery code is not sent to a disabled user, nor while the password is NO_PASSWORD or PASSWORD_LOCKED_OUT.",
        Documented(page!("platform/users/user-passwords/password-resend-recovery-code.html"));
    RECOVERY_ALLOWED = "recovery.allowed",
        "Recovering needs a user who can authenticate, or a locked password of an enabled user.",
        Documented(page!("platform/users/user-passwords/password-recover.html"));
    RECOVERY_ATTEMPTS = "recovery.attempts",
        "Five wrong recovery codes use up the code; a new one starts the count again. The password does not lock.",
        Documented(page!("platform/users/user-passwords/password-recover.html"));
    RECOVERY_REFUSED = "recovery.refused",
        "A wrong, expired or used recovery code is answered with INVALID_DATA and the detail INVALID_VALUE.",
        Assumed("only one of the messages is published");

    PASSCODE_FORM = "passcode.form",
        "A one-time passcode has six digits.",
        Assumed("the examples have six");
    MFA_POLICY = "mfa.policy",
        "The default device authentication policy: three failures, two minutes of cool-down, 30 minutes to live, 40 seconds for a push.",
        Assumed("the figures of published samples");
    MFA_DEVICE_CHOICE = "mfa.device-choice",
        "Without `selectedDevice` a user's only device is used, several must be selected from, and none fails.",
        Assumed("the policy decides in PingOne, in ways that are not published");
    MFA_COUNTER = "mfa.counter",
        "Failed passcodes are counted for each user and kind of device, across device authentications.",
        Assumed("a counter that a new attempt resets would protect nothing");
    MFA_REFUSED = "mfa.refused",
        "A wrong or expired passcode is answered with INVALID_OTP, one too many with QUOTA_EXCEEDED and `coolDownExpiresAt`.",
        Assumed("seen in public clients only");
    MFA_STATE = "mfa.state",
        "An action that the status of a device authentication does not allow is answered with REQUEST_FAILED.",
        Assumed("no page shows the answer");
    MFA_EXPIRY = "mfa.expiry",
        "A device authentication is gone an hour after its last change: 404.",
        Assumed("how long the service keeps one is not published");
    MFA_USABLE = "mfa.usable",
        "A user who is locked or disabled can neither start nor go on with a device authentication: REQUEST_FAILED with ACCOUNT_NOT_USABLE.",
        Assumed("device authentication policies have `ignoreUserLock`, which is off by default");
    MFA_REFERENCE = "mfa.reference",
        "A user, device or policy in a request that does not exist is answered with INVALID_DATA and its target.",
        Assumed("no page shows the answer");
    MFA_ASSERTION = "mfa.assertion",
        "An assertion is right if the challenge in its `clientDataJSON` is; its signature is not checked.",
        Assumed("there is no authenticator to check it with");
    MFA_CANCEL = "mfa.cancel",
        "Cancelling a push notification answers with 200 and lets the user select a device.",
        Assumed("the page shows no answer");
    MFA_DAILY = "mfa.daily-cap",
        "After 50 text messages or 50 e-mails a user gets no more for the rest of 24 hours; the answer is 429 QUOTA_EXCEEDED.",
        Assumed("the figures are documented, the answer is not");

    FLOW_EXPIRY = "flow.expiry",
        "A flow expires after 15 minutes without a request and is then answered with 404.",
        Documented(page!("auth/flows.html"));
    FLOW_STATE = "flow.state",
        "An action that the status of a flow does not allow is answered with REQUEST_FAILED.",
        Assumed("no page shows the answer");
    FLOW_SESSION = "flow.session",
        "A flow sets the cookie ST when it learns who the user is; from then on a request without it is answered with 401.",
        Assumed("seen in public clients only");
    FLOW_COOKIE = "flow.cookie",
        "The cookie ST lives for 30 days and has the attributes Secure, HttpOnly and SameSite=None, over plain HTTP too.",
        Observed("recorded cookies of the service");
    FLOW_CREDENTIALS = "flow.credentials",
        "A wrong username or password, or a user who cannot sign on, is answered with the detail INVALID_CREDENTIALS.",
        Assumed("PingOne's sample sign-on page reads this code");
    FLOW_LOCKED = "flow.locked",
        "A locked password is answered with the detail PASSWORD_LOCKED_OUT and `secondsUntilUnlock`, unless an administrator must end the lock.",
        Assumed("PingOne's sample sign-on page reads this code and its time");
    FLOW_UNKNOWN_USER = "flow.unknown-user",
        "A forgotten password of an unknown user goes on like any other, but sends nothing.",
        Assumed("an answer that differs would tell who has an account");
    FLOW_ORDER = "flow.order",
        "After the sign-on a flow asks for a new password if it must be changed, then for verification, then for what is left of its policy.",
        Assumed("the order is not published");
    FLOW_CONFIRM = "flow.confirm",
        "Confirmed attributes that the identity provider did not return are ignored; a match on username or e-mail address goes on to ACCOUNT_LINKING_REQUIRED.",
        Documented(page!("auth/flows/registration-and-verification/confirm-account-information.html"));
    FLOW_ANSWER = "flow.answer",
        "Confirming answers with 200 and the flow.",
        Assumed("as every other action of a flow does");

    USER_CREATE = "user.create",
        "A created user has no password, a verified account and the default population unless another is named; nothing is sent.",
        Assumed("the page of populations names the default, the rest is not published");
    USER_IMPORT = "user.import",
        "An imported user with the lifecycle VERIFICATION_REQUIRED gets a verification code, unless `suppressVerificationCode` is true; the password policy is not applied.",
        Assumed("the page says the first; imported passwords may be encoded");
    EMAIL_VERIFICATION = "email-verification.code",
        "A code that verifies an e-mail address has eight alphanumeric characters and is valid for 24 hours; a new one replaces it, five wrong ones use it up, and the answer is the user.",
        Assumed("form and lifetime are documented, attempts and answer are not");
    POPULATIONS = "populations.known",
        "An environment has its default population and those that its users are in.",
        Assumed("populations cannot be created here");

    GROUPS = "groups.members",
        "There are the groups that users are seeded with; adding a member again changes nothing, and every member is a direct one.",
        Assumed("no operation of the document creates a group, and no page says what follows a second time");
    LINKED_ACCOUNTS = "linked-accounts.unique",
        "An external account is linked to one user; linking it again is refused with UNIQUENESS_VIOLATION. A sign-on that links an external identity adds no linked account.",
        Assumed("no page says so, and the flows here have no real provider");
    CONSENTS = "consents.one-agreement",
        "An environment has one agreement; a consent to it is recorded by a flow, and PENDING after it was revoked.",
        Assumed("PENDING is documented; an environment of PingOne has as many agreements as it needs");
    PAIRING_KEYS = "pairing-keys.lifetime",
        "A pairing key has 14 digits and is valid for 10 minutes; then it is answered with 404. A user has 20 at most, and no app ever claims one.",
        Documented(page!("mfa/users/mfa-pairing-keys.html"));
    LIST_NAMES = "lists.names",
        "The memberships of a user are listed as `groupMemberships`, linked accounts as `linkedAccounts`, consents as `consents`.",
        Assumed("the names are published nowhere");
    DEVICE_CREATE = "device.create",
        "A user has five devices at most; the policy allows EMAIL, SMS, VOICE, WHATSAPP and FIDO2. A device is ready at once unless ACTIVATION_REQUIRED is asked for, the user's own token creates it or it is a FIDO2 device.",
        Assumed("the default of the MFA settings; what the default policy allows is not published in full");
    DEVICE_ACTIVATE = "device.activate",
        "An activation code has six digits and lives as long as a passcode; a wrong one is answered with INVALID_OTP. An attestation is right if its challenge is.",
        Assumed("no page shows the answer to a wrong code, and there is no authenticator to check with");

    AUTHORIZE_ERRORS = "authorize.errors",
        "A wrong authorization request is answered with 400 and the envelope of errors; every address may be a redirect address.",
        Assumed("no page shows these answers, and applications cannot be configured here");
    AUTHORIZE_POLICY = "authorize.policy",
        "A sign-on asks for username and password; with `acr_values` `Multi_Factor` for a second factor as well.",
        Assumed("the names of the predefined policies; which policies an application has is configured in PingOne");
    AUTHORIZE_PAGE = "authorize.page",
        "The redirect of an authorization leads to an address of the sandbox at which there is no page.",
        Assumed("the sandbox has no sign-on page");
    RESUME_CODE = "resume.code",
        "Resuming a completed flow issues a code each time; a flow that has not completed is answered with REQUEST_FAILED. With `pi.flow` the code comes here and not with the completed flow.",
        Assumed("a second call and an early one are not published, and pages show the code in either place");
    RESUME_TOKENS = "resume.tokens",
        "An authorization request for `token` or `id_token` is answered with them when the flow is resumed, in the fragment of the redirect address or with `pi.flow` in the flow; no refresh token is among them.",
        Assumed("the names are those of OAuth 2.0 and OpenID Connect; no page shows the redirect");
    FLOW_USER_CODE = "flow.user-code",
        "The user code of a device is compared without hyphens and case; a wrong one is answered with INVALID_DATA, as often as it is sent.",
        Assumed("RFC 8628 advises it; no page shows the answer");
    FLOW_REJECTED = "flow.rejected",
        "A user who does not consent ends the flow with the status FAILED.",
        Assumed("no page says what follows");
    SIGN_OFF = "signoff.redirect",
        "Signing off ends the session of the cookie and redirects, whoever has no session too.",
        Documented(page!("auth/openid-connect-oauth-2/authorization/signoff-post.html"));
    SIGN_OFF_HINT = "signoff.hint",
        "A hint that is no token of the session's user is refused with INVALID_DATA; it may have expired.",
        Assumed("that it is checked is documented, the answer is not");
    USERINFO_OF_A_USER = "userinfo.user",
        "A token that is not a user's is answered with 403.",
        Assumed("a worker has no claims");

    TOKEN_CODE = "token.code",
        "An authorization code works once and for one minute, with the redirect address and the verifier of its request.",
        Assumed("RFC 6749 and RFC 7636; the lifetime is not published");
    TOKEN_REFRESH = "token.refresh",
        "A refresh token works once; it ends with its session or when its user is disabled.",
        Documented(page!("auth/openid-connect-oauth-2/token-refresh_token-none.html"));
    TOKEN_SCOPES = "token.scopes",
        "The access token of a user is a JWT; the scope `openid` adds an ID token, `offline_access` a refresh token.",
        Assumed("which scopes are granted is configured in PingOne");
    INTROSPECTION = "introspection.own",
        "A client sees its own tokens as active; a worker's token is active without claims.",
        Assumed("the page says who may call, not what others are told");
    REVOCATION = "revocation.refresh",
        "Revoking ends a refresh token; an access token of the PingOne API stays, and the answer is 200 in either case.",
        Assumed("which tokens cannot be revoked is documented, the answer is not");

    TOKEN_OPAQUE = "token.opaque",
        "The access token of a worker is an opaque text, not a JWT.",
        Assumed("callers must not read it");
    TOKEN_LIFETIME = "token.lifetime",
        "An access token is valid for one hour.",
        Documented(page!("getting-started/introduction.html"));
    TOKEN_ASSERTION = "token.assertion",
        "A client assertion has the client as `iss` and `sub`, the token endpoint or the issuer as `aud`, and an `exp` within the next hour; `nbf` counts, `iat` and `jti` do not, so that it can be used again.",
        Documented(page!("auth/auth-config-options/create-a-client-secret-jwt.html"));
    TOKEN_METHODS = "token.methods",
        "A client may prove itself by any method that it has a secret or key for: HS256, HS384 and HS512 with its secret, RS256, RS384, RS512, ES256 and ES384 with its public key.",
        Assumed("an application in PingOne has one method; here a test can try each");
    TOKEN_ERRORS = "token.errors",
        "The token endpoint fails in the form of RFC 6749; an unknown environment or client is `invalid_client`.",
        Assumed("no page shows these answers");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        let names: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(names.len(), RULES.len());
    }
}
