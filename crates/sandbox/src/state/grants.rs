//! What sign-ons lead to: authorization codes, refresh tokens and sessions.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use pingone_models::{EnvironmentReference, SessionId, UserId, UserReference, UserSession};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::context::{RequestContext, later};
use super::environment::Environment;
use crate::links::Relations;
use crate::refusal::Refusal;
use crate::rows::{RowError, Table, Visitor};

/// How long an authorization code is valid.
const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// How long a token can be found after it has expired.
const TOKEN_MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// What an application asked for when it began a sign-on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthorizationRequest {
    pub(crate) client: String,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) scope: String,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) wanted: ResponseType,
    pub(crate) mode: Mode,
}

/// What an authorization request asks for: `code`, `token` and `id_token`, alone or together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResponseType {
    pub(crate) code: bool,
    pub(crate) token: bool,
    pub(crate) id_token: bool,
}

impl ResponseType {
    pub(crate) const CODE: Self = Self {
        code: true,
        token: false,
        id_token: false,
    };

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut wanted = Self::default();
        for word in text.split(' ') {
            let member = match word {
                "code" => &mut wanted.code,
                "token" => &mut wanted.token,
                "id_token" => &mut wanted.id_token,
                _ => return None,
            };
            if std::mem::replace(member, true) {
                return None;
            }
        }
        Some(wanted)
    }
}

/// How the result of a sign-on reaches the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    /// In the flow itself, without a redirect.
    Flow,
    /// In the query of the redirect address.
    Query,
    /// In the fragment of the redirect address.
    Fragment,
}

/// The challenge of PKCE.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Challenge {
    pub(crate) value: String,
    pub(crate) is_plain: bool,
}

impl Challenge {
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        if self.is_plain {
            return self.value == verifier;
        }
        self.value == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
    }
}

/// What the tokens of a sign-on say.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Grant {
    pub(crate) client: String,
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) signed_on_at: Timestamp,
    pub(crate) methods: Vec<String>,
}

impl Grant {
    pub(crate) fn asks_for(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|asked| asked == scope)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IssuedCode {
    grant: Grant,
    redirect_uri: Option<String>,
    challenge: Option<Challenge>,
    expires_at: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IssuedToken {
    grant: Grant,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

/// A token that is valid.
pub(crate) struct ActiveToken<'g> {
    pub(crate) grant: &'g Grant,
    /// When it was issued and when it expires, unless it is a refresh token.
    pub(crate) times: Option<(Timestamp, Timestamp)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    user: UserId,
    created_at: Timestamp,
    active_at: Timestamp,
}

/// The codes, tokens and sessions of an environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants {
    codes: Table<String, IssuedCode>,
    refresh: Table<String, Grant>,
    tokens: Table<String, IssuedToken>,
    sessions: Table<SessionId, Session>,
}

impl Grants {
    pub(crate) fn visit(&mut self, visitor: &mut impl Visitor) -> Result<(), RowError> {
        visitor.table("authorizationCodes", &mut self.codes)?;
        visitor.table("refreshTokens", &mut self.refresh)?;
        visitor.table("userTokens", &mut self.tokens)?;
        visitor.table("userSessions", &mut self.sessions)
    }

    pub(super) fn sweep(&mut self, now: Timestamp, is_due: impl Fn(usize) -> bool) {
        if is_due(self.codes.len()) {
            self.codes.retain(|_, code| now < code.expires_at);
        }
        if is_due(self.tokens.len()) {
            // An expired ID token still says who signs off.
            let end = |token: &IssuedToken| later(token.expires_at, TOKEN_MEMORY);
            self.tokens.retain(|_, token| now < end(token));
        }
    }

    pub(crate) fn issue_code(
        &mut self,
        context: &mut RequestContext<'_>,
        grant: Grant,
        request: &AuthorizationRequest,
    ) -> String {
        let code = context.random.token();
        let issued = IssuedCode {
            grant,
            redirect_uri: request.redirect_uri.clone(),
            challenge: request.challenge.clone(),
            expires_at: later(context.now, CODE_LIFETIME),
        };
        self.codes.insert(code.clone(), issued);
        code
    }

    /// Takes a code, which works once; the reason why not.
    pub(crate) fn take_code(
        &mut self,
        now: Timestamp,
        code: &str,
        client: &str,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
    ) -> Result<Grant, &'static str> {
        let issued = self
            .codes
            .remove(code)
            .ok_or("the code is not known or was used")?;
        if now >= issued.expires_at {
            return Err("the code has expired");
        }
        if issued.grant.client != client {
            return Err("the code belongs to another application");
        }
        if issued.redirect_uri.as_deref() != redirect_uri {
            return Err("redirect_uri is not that of the authorization request");
        }
        match (issued.challenge, verifier) {
            (None, _) => Ok(issued.grant),
            (Some(_), None) => Err("code_verifier is missing"),
            (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => Ok(issued.grant),
            (Some(_), Some(_)) => Err("code_verifier does not meet the challenge"),
        }
    }

    pub(crate) fn issue_refresh_token(
        &mut self,
        context: &mut RequestContext<'_>,
        grant: Grant,
    ) -> String {
        let token = context.random.token();
        self.refresh.insert(token.clone(), grant);
        token
    }

    /// Takes a refresh token of this client: the answer has a new one.
    pub(crate) fn take_refresh_token(&mut self, token: &str, client: &str) -> Option<Grant> {
        let own = self
            .refresh
            .get(token)
            .is_some_and(|grant| grant.client == client);
        own.then(|| self.refresh.remove(token)).flatten()
    }

    pub(crate) fn keep_token(&mut self, token: &str, grant: Grant, from: Timestamp, to: Timestamp) {
        let issued = IssuedToken {
            grant,
            issued_at: from,
            expires_at: to,
        };
        self.tokens.insert(token.to_owned(), issued);
    }

    /// What a valid access, ID or refresh token says.
    pub(crate) fn active(&self, token: &str, now: Timestamp) -> Option<ActiveToken<'_>> {
        if let Some(grant) = self.refresh.get(token) {
            return Some(ActiveToken { grant, times: None });
        }
        let issued = self.tokens.get(token)?;
        (now < issued.expires_at).then_some(ActiveToken {
            grant: &issued.grant,
            times: Some((issued.issued_at, issued.expires_at)),
        })
    }

    /// Forgets a token of this client; unknown ones are ignored, as RFC 7009 says.
    pub(crate) fn revoke(&mut self, token: &str, client: &str) -> bool {
        self.take_refresh_token(token, client).is_some()
    }

    pub(crate) fn sign_on(&mut self, session: SessionId, user: UserId, now: Timestamp) {
        let created_at = self.sessions.get(&session).map(|known| known.created_at);
        let signed_on = Session {
            user,
            created_at: created_at.unwrap_or(now),
            active_at: now,
        };
        self.sessions.insert(session, signed_on);
    }

    /// Notes that a session was used, without prolonging it.
    pub(crate) fn touch(&mut self, session: SessionId, now: Timestamp) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.active_at = now;
        }
    }

    /// Whose session it is.
    pub(crate) fn user_of(&self, session: SessionId) -> Option<UserId> {
        Some(self.sessions.get(&session)?.user)
    }

    /// Whose access or ID token it is, also if it has expired.
    pub(crate) fn holder_of(&self, token: &str) -> Option<UserId> {
        Some(self.tokens.get(token)?.grant.user)
    }

    fn end(&mut self, session: SessionId) -> bool {
        self.refresh.retain(|_, grant| grant.session != session);
        self.sessions.remove(&session).is_some()
    }

    /// Ends what a user who may not sign on any more still has.
    pub(crate) fn forget_refresh_tokens(&mut self, user: UserId) {
        self.refresh.retain(|_, grant| grant.user != user);
    }
}

impl Environment {
    /// Ends a session, and what belongs to it.
    pub(crate) fn end_session(&mut self, id: SessionId) -> bool {
        self.sessions.retain(|_, session| *session != id);
        self.grants.end(id)
    }

    /// The sessions of a user, the newest first.
    pub(crate) fn user_sessions(
        &self,
        context: &RequestContext<'_>,
        user: UserId,
    ) -> Vec<UserSession> {
        let mut own: Vec<_> = self
            .grants
            .sessions
            .iter()
            .filter(|(_, session)| session.user == user)
            .collect();
        own.sort_by_key(|(_, session)| std::cmp::Reverse(session.created_at));
        let address = context.links.user(self.id, user);
        own.into_iter()
            .take(MOST_SESSIONS)
            .map(|(id, session)| {
                let links = Relations::of(format!("{address}/sessions/{id}"));
                UserSession::new(*id)
                    .with_links(links.to_map())
                    .with_environment(EnvironmentReference::new(self.id))
                    .with_user(UserReference::new(user))
                    .with_created_at(session.created_at)
                    .with_active_at(session.active_at)
            })
            .collect()
    }

    pub(crate) fn user_session(
        &self,
        context: &RequestContext<'_>,
        user: UserId,
        id: SessionId,
    ) -> Result<UserSession, Refusal> {
        let mut sessions = self.user_sessions(context, user).into_iter();
        sessions
            .find(|session| session.id == id)
            .ok_or_else(|| Refusal::not_found("The user has no such session."))
    }
}

/// How many sessions of a user are shown.
const MOST_SESSIONS: usize = 10;

#[cfg(test)]
mod tests {
    use super::Challenge;

    #[test]
    fn the_example_of_rfc_7636_meets_its_challenge() {
        let challenge = |is_plain| Challenge {
            value: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(),
            is_plain,
        };
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(challenge(false).is_met_by(verifier));
        assert!(!challenge(false).is_met_by("another"));
        assert!(!challenge(true).is_met_by(verifier));
        assert!(challenge(true).is_met_by("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    }
}
