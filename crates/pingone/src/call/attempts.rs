//! The loop around every call: token, attempt, what became of it, whether and when to try again.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use pingone_client::{Call, Credentials, auth, platform};
use pingone_models::EnvironmentId;
use pingone_models::operation::{Operation, Security};
use tracing::{Instrument, Span};

use super::answer::{self, Failure, TRANSACTION_ID};
use super::request::{Options, Request, external_id, invalid};
use crate::client::Shared;
use crate::error::{BoxError, Inner};
use crate::observe::{self, AttemptReport};
use crate::retry::{Outcome, RetryContext, RetryDecision};
use crate::runtime::within;
use crate::token::Token;
use crate::{Error, ErrorKind, Result};

/// What one attempt sends with: fresh clients of the generated layer around one [`Call`].
pub(crate) struct Attempt {
    pub(crate) platform: platform::Client,
    pub(crate) auth: auth::Client,
    pub(crate) environment: EnvironmentId,
    pub(crate) call: Call,
}

pub(crate) async fn run<T>(mut request: Request<T>) -> Result<T> {
    let client = request.client.clone();
    let shared = &*client.shared;
    take_transaction_id(shared, &mut request.options);
    let transaction_id = request.options.transaction_id.as_ref();
    let transaction_id = transaction_id.and_then(|id| str::from_utf8(id.as_bytes()).ok());
    let span = observe::call_span(
        shared.endpoints.of(request.operation.server),
        request.operation,
        transaction_id,
    );
    attempts(shared, request, &span)
        .instrument(span.clone())
        .await
}

async fn attempts<T>(shared: &Shared, request: Request<T>, span: &Span) -> Result<T> {
    let Request {
        operation,
        options,
        send,
        ..
    } = request;
    let mut progress = Progress::new(shared, operation, &options);
    loop {
        let (token, call) = match progress.prepare().await {
            Ok(prepared) => prepared,
            Err(error) => {
                let error = progress.finish(error);
                observe::record_end(span, None, progress.attempts, Some(&error));
                return Err(error);
            }
        };
        let attempt = Attempt {
            platform: platform::Client::new_with_client(
                &shared.endpoints.platform,
                shared.http.clone(),
                call.clone(),
            ),
            auth: auth::Client::new_with_client(
                &shared.endpoints.auth,
                shared.http.clone(),
                call.clone(),
            ),
            environment: shared.environment,
            call: call.clone(),
        };
        progress.attempts += 1;
        let began = shared.runtime.now();
        let limit = progress.attempt_timeout.min(progress.remaining());
        let result = match within(&*shared.runtime, limit, send(attempt)).await {
            Some(result) => result,
            None => Err(answer::timed_out(&call, progress.time_up(limit))),
        };
        let answer = call.answer();
        if let (Some(session), Some(answer)) = (&options.session, &answer) {
            session.keep(&answer.headers);
        }
        let next = match result {
            Ok(value) => {
                shared.budget.give();
                Next::Done(value)
            }
            Err(failure) => progress.next(failure, token.as_ref(), &call),
        };
        let (error, again_after) = match &next {
            Next::Done(_) => (None, None),
            Next::Again(error, wait) => (Some(error), Some(*wait)),
            Next::Stop(error) => (Some(error), None),
        };
        let report = AttemptReport {
            operation,
            attempt: progress.attempts,
            elapsed: shared.runtime.now().saturating_duration_since(began),
            status: answer.map(|answer| answer.status.as_u16()),
            error,
            again_after,
        };
        if let Some(on_attempt) = &shared.on_attempt {
            on_attempt(&report);
        }
        if again_after.is_some() {
            observe::retry_event(&report);
        } else {
            observe::record_end(span, report.status, report.attempt, error);
        }
        match next {
            Next::Done(value) => return Ok(value),
            Next::Again(_, wait) => shared.runtime.sleep(wait).await,
            Next::Stop(error) => return Err(error),
        }
    }
}

/// Asks the client for a transaction id if the call has none.
fn take_transaction_id(shared: &Shared, options: &mut Options) {
    let (Some(source), None) = (&shared.transaction_ids, &options.transaction_id) else {
        return;
    };
    match source().map(|id| external_id("transaction", &id)) {
        Some(Ok(id)) => options.transaction_id = Some(id),
        Some(Err(reason)) => options.invalid = Some(reason),
        None => {}
    }
}

/// What comes after an attempt.
enum Next<T> {
    Done(T),
    Again(Error, Duration),
    Stop(Error),
}

/// A call on its way through its attempts.
struct Progress<'a> {
    shared: &'a Shared,
    operation: &'static Operation,
    options: &'a Options,
    started: std::time::Instant,
    timeout: Duration,
    attempt_timeout: Duration,
    attempts: u32,
    may_have_been_sent: bool,
    /// Whether a token was refused before; it happens once in a call, not in a circle.
    token_refused: bool,
}

impl<'a> Progress<'a> {
    fn new(shared: &'a Shared, operation: &'static Operation, options: &'a Options) -> Self {
        Self {
            shared,
            operation,
            options,
            started: shared.runtime.now(),
            timeout: options.timeout.unwrap_or(shared.timeout),
            attempt_timeout: options.attempt_timeout.unwrap_or(shared.attempt_timeout),
            attempts: 0,
            may_have_been_sent: false,
            token_refused: false,
        }
    }

    fn elapsed(&self) -> Duration {
        self.shared
            .runtime
            .now()
            .saturating_duration_since(self.started)
    }

    fn remaining(&self) -> Duration {
        self.timeout.saturating_sub(self.elapsed())
    }

    fn time_up(&self, limit: Duration) -> String {
        if self.remaining().is_zero() {
            format!(
                "the call took {} s, as long as it may",
                self.timeout.as_secs_f32()
            )
        } else {
            format!(
                "an attempt took {} s, as long as it may",
                limit.as_secs_f32()
            )
        }
    }

    fn takes(&self, security: Security) -> bool {
        self.operation.security.contains(&security)
    }

    /// What the next attempt needs before anything is sent.
    async fn prepare(&self) -> Result<(Option<Token>, Call)> {
        if let Some(error) = invalid(self.options) {
            return Err(error);
        }
        let token = self.token().await?;
        let call = self.call(token.as_ref())?;
        Ok((token, call))
    }

    /// The token to send, if the operation takes one.
    async fn token(&self) -> Result<Option<Token>> {
        if !self.takes(Security::Bearer) {
            return Ok(None);
        }
        if let Some(secret) = &self.options.token {
            return Ok(Some(Token::new(secret.clone())));
        }
        let Some(provider) = &self.shared.tokens else {
            return Err(token_error(
                "the client has no token provider and the call no token: use `ClientBuilder::client_credentials` or `Request::with_token`",
                None,
            ));
        };
        match within(&*self.shared.runtime, self.remaining(), provider.token()).await {
            Some(Ok(token)) => Ok(Some(token)),
            Some(Err(error)) => Err(match error.downcast::<Error>() {
                Ok(error) => *error,
                Err(error) => token_error("the token provider failed", Some(error)),
            }),
            None => Err(token_error(
                "the token provider took as long as the call may",
                None,
            )),
        }
    }

    /// What goes on the wire with the next attempt, besides the arguments.
    fn call(&self, token: Option<&Token>) -> Result<Call> {
        let mut call = Call::new()
            .with_body_limit(self.shared.body_limit)
            .with_error_body_limit(answer::ERROR_BODY_LIMIT.min(self.shared.body_limit));
        if let Some(token) = token {
            call = call.with_credentials(Credentials::Bearer(token.secret.clone()));
        } else if let Some(session) = &self.options.session
            && let Some(cookie) = session.cookie()?
        {
            call = call.with_credentials(Credentials::Cookie(cookie));
        } else if let Some((id, secret)) = &self.options.basic {
            call = call.with_credentials(Credentials::Basic(id.clone(), secret.clone()));
        }
        if self.shared.endpoints.custom_domain {
            call = call.without_environment();
        }
        if let Some(address) = &self.options.address {
            call = call.with_address(address.clone());
        }
        let ids: [(&'static str, &Option<HeaderValue>); 2] = [
            (TRANSACTION_ID, &self.options.transaction_id),
            ("x-ping-external-session-id", &self.options.session_id),
        ];
        for (name, value) in ids {
            if let Some(value) = value {
                call = call.with_header(HeaderName::from_static(name), value.clone());
            }
        }
        Ok(call)
    }

    fn next<T>(&mut self, failure: Failure, token: Option<&Token>, call: &Call) -> Next<T> {
        let Failure { outcome, mut error } = failure;
        self.may_have_been_sent |= outcome != Outcome::NotSent;
        let retry_after = answer::retry_after(call, self.shared.runtime.wall_clock());
        error.inner_mut().retry_after = retry_after;
        if error.kind() == ErrorKind::InvalidRequest {
            return Next::Stop(self.finish(error));
        }
        if error.is_invalid_token() && self.token_is_replaced(token) {
            return Next::Again(self.finish(error), Duration::ZERO);
        }
        let policy = self
            .options
            .retry_policy
            .as_ref()
            .unwrap_or(&self.shared.retry_policy);
        let decision = policy.decide(&RetryContext {
            operation: self.operation.id,
            effect: self.operation.effect,
            attempt: self.attempts,
            outcome,
            retry_after,
            elapsed: self.elapsed(),
            remaining: self.remaining(),
            random: self.shared.runtime.random(),
        });
        match decision {
            RetryDecision::RetryAfter(wait)
                if wait < self.remaining() && self.shared.budget.take() =>
            {
                Next::Again(self.finish(error), wait)
            }
            _ => Next::Stop(self.finish(error)),
        }
    }

    /// Whether the provider gives another token for one that the service refused.
    ///
    /// Status 401 comes before the service acts, so that the call can be made again whatever it does.
    fn token_is_replaced(&mut self, token: Option<&Token>) -> bool {
        let (Some(token), Some(provider), None) = (token, &self.shared.tokens, &self.options.token)
        else {
            return false;
        };
        if self.token_refused || self.remaining().is_zero() {
            return false;
        }
        self.token_refused = true;
        provider.reject(token)
    }

    /// Completes an error with what only the call knows.
    fn finish(&self, mut error: Error) -> Error {
        let inner = error.inner_mut();
        // The error of a token request has its own operation and attempts; what was sent is then that request.
        inner.operation = Some(self.operation);
        // A token comes from a place of its own.
        inner
            .place
            .get_or_insert_with(|| self.shared.place(self.operation));
        inner.attempts = self.attempts;
        inner.may_have_been_sent = self.may_have_been_sent;
        if inner.transaction_id.is_none() {
            let sent = self.options.transaction_id.as_ref();
            inner.transaction_id = sent
                .and_then(|id| std::str::from_utf8(id.as_bytes()).ok())
                .map(str::to_owned);
        }
        error
    }
}

fn token_error(note: &'static str, source: Option<BoxError>) -> Error {
    Error::new(Inner {
        kind: ErrorKind::Token,
        note: note.into(),
        source,
        ..Inner::default()
    })
}
