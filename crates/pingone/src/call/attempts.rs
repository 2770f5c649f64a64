//! The loop around every call: token, attempt, what became of it, whether and when to try again.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};
use pingone_client::transport::{Answer, Authorization, Incoming, Limits, add_header};
use pingone_models::operation::{Effect, Operation, Security};
use tracing::{Instrument, Span};

use super::answer::{self, Failure, TRANSACTION_ID};
use super::request::{Options, Request, Source, check_header, external_id, invalid};
use crate::client::Shared;
use crate::error::{BoxError, Inner};
use crate::http::driven_by;
use crate::observe::{self, AttemptReport};
use crate::retry::{self, Outcome, RetryContext, RetryDecision};
use crate::runtime::{Runtime, TokioRuntime, within};
use crate::session::Origin;
use crate::token::Token;
use crate::{Error, ErrorKind, Result};

/// With less time left than this, an attempt is not begun: no answer comes so soon, but the service may act.
const TOO_LITTLE: Duration = Duration::from_millis(1);

/// Makes a call; gives the value that was read from the answer, and the answer. Both the value and what the future
/// keeps while it waits are in boxes: the future is small, whatever the answer is, and a large value is moved once.
#[expect(
    clippy::manual_async_fn,
    reason = "the future of an `async fn` holds its arguments twice"
)]
pub(super) fn run<T: Send>(
    mut request: Request<T>,
) -> impl Future<Output = Result<(Box<T>, Answer)>> + Send {
    async move {
        let request = &mut request;
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Error::invalid_request(
                "there is no Tokio runtime: await requests in one, such as under `#[tokio::main]`",
            )
            .of(request.operation));
        }
        let shared = &*request.client.shared;
        take_transaction_id(shared, &mut request.options);
        let mut progress = Progress::new(shared, request.operation, &request.options);
        let span = progress.span();
        let mut value = None;
        let mut read = |answer: &Answer| {
            value = Some((request.reader.read)(answer)?);
            Ok(())
        };
        let answer = progress
            .attempts(&request.source, request.reader.tolerant, &mut read, &span)
            .instrument(span.clone())
            .await?;
        // A reader that succeeded has left its value.
        let value = value.ok_or_else(|| Error::invalid_request("the answer was not read"))?;
        Ok((value, answer))
    }
}

/// Takes the value out of a successful answer.
type Read<'a> = &'a mut (dyn FnMut(&Answer) -> Result<(), Failure> + Send);

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

/// How many bytes of an answer are read.
fn limits(shared: &Shared) -> Limits {
    Limits {
        success: shared.body_limit,
        failure: shared.body_limit.min(answer::ERROR_BODY_LIMIT),
    }
}

/// What comes after an attempt.
enum Next {
    Again(Error, Duration),
    Stop(Error),
}

/// A call on its way through its attempts.
struct Progress<'a> {
    shared: &'a Shared,
    operation: &'static Operation,
    options: &'a Options,
    started: Instant,
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

    fn span(&self) -> Span {
        let transaction_id = self.options.transaction_id.as_ref();
        let transaction_id = transaction_id.and_then(|id| str::from_utf8(id.as_bytes()).ok());
        let address = self.shared.endpoints.of(self.operation.server);
        observe::call_span(address, self.operation, transaction_id)
    }

    /// Makes attempts until one succeeds or no other may follow. Not generic, so that it is compiled once.
    async fn attempts(
        &mut self,
        source: &Source,
        tolerant: bool,
        read: Read<'_>,
        span: &Span,
    ) -> Result<Answer> {
        let shared = self.shared;
        loop {
            let token = match self.prepare().await {
                Ok(token) => token,
                Err(error) => return Err(self.ended(error, span)),
            };
            let request = match self.request(source, token.as_ref()) {
                Ok(request) => request,
                Err(error) => return Err(self.ended(error, span)),
            };
            let began = shared.runtime.now();
            let left = self.remaining_at(began);
            if left < TOO_LITTLE {
                return Err(self.ended(timed_out(self.spent()), span));
            }
            self.attempts += 1;
            let limit = self.attempt_timeout.min(left);
            let mut incoming = Incoming::new();
            let sent = {
                let limits = limits(shared);
                let sent = pin!(shared.transport.send(request, limits, &mut incoming));
                let sent = driven_by(shared.connection_thread.as_deref(), sent);
                within(&*shared.runtime, limit, sent).await
            };
            if sent.is_none() {
                // A connection that took the request just before begins to write it within this time; one that takes
                // it now sees that nobody waits for it.
                TokioRuntime.sleep(Duration::from_millis(1)).await;
            }
            let has_begun = incoming.has_begun();
            let answer = incoming.into_answer();
            if let (Some(session), Some(answer)) = (&self.options.session, &answer) {
                let origin = Origin {
                    address: shared.endpoints.of(self.operation.server),
                    environment: shared.environment,
                    custom_domain: shared.endpoints.custom_domain,
                };
                session.keep(&answer.headers, &origin, self.service_time(Some(answer)));
            }
            let outcome = match sent {
                Some(sent) => self.outcome(answer.as_ref(), sent, tolerant, &mut *read),
                None if !has_begun => Err(answer::not_made(timed_out(self.time_up(limit)))),
                None => Err(answer::timed_out(answer.as_ref(), self.time_up(limit))),
            };
            let status = answer.as_ref().map(|answer| answer.status.as_u16());
            let next = match (outcome, answer) {
                (Ok(()), Some(answer)) => {
                    shared.budget.give();
                    self.report(span, began, status, None);
                    return Ok(answer);
                }
                (Ok(()), None) => Next::Stop(Error::invalid_request("no answer was kept")),
                (Err(failure), answer) => self.next(failure, token.as_ref(), answer.as_ref()),
            };
            self.report(span, began, status, Some(&next));
            match next {
                Next::Again(_, wait) => shared.runtime.sleep(wait).await,
                Next::Stop(error) => return Err(error),
            }
        }
    }

    /// The error of a call that ended before an attempt.
    fn ended(&self, error: Error, span: &Span) -> Error {
        let error = self.finish(error);
        observe::record_end(span, None, self.attempts, Some(&error));
        error
    }

    /// What an attempt came to: success, or why not.
    fn outcome(
        &self,
        answer: Option<&Answer>,
        sent: reqwest::Result<()>,
        tolerant: bool,
        read: Read<'_>,
    ) -> Result<(), Failure> {
        let broken = sent.err();
        match (answer, broken) {
            (Some(answer), broken) if !answer::is_success(self.operation, answer.status) => {
                Err(answer::unsuccessful(answer, broken))
            }
            (Some(answer), broken) if !answer.complete && !tolerant => {
                Err(answer::incomplete(answer, broken))
            }
            // The status says that it was done; an error about the rest of the answer would say that it was not.
            (Some(answer), _) => read(answer),
            (None, Some(error)) => Err(answer::unanswered(error)),
            (None, None) => Err(answer::not_made(Error::invalid_request(
                "the client layer kept no answer",
            ))),
        }
    }

    /// Tells those who observe how an attempt ended.
    fn report(&self, span: &Span, began: Instant, status: Option<u16>, next: Option<&Next>) {
        let (error, again_after) = match next {
            None => (None, None),
            Some(Next::Again(error, wait)) => (Some(error), Some(*wait)),
            Some(Next::Stop(error)) => (Some(error), None),
        };
        if again_after.is_some() || self.shared.on_attempt.is_some() {
            let report = AttemptReport {
                operation: self.operation,
                attempt: self.attempts,
                elapsed: self.shared.runtime.now().saturating_duration_since(began),
                status,
                error,
                again_after,
            };
            if let Some(on_attempt) = &self.shared.on_attempt {
                on_attempt(&report);
            }
            observe::retry_event(&report);
        }
        if again_after.is_none() {
            observe::record_end(span, status, self.attempts, error);
        }
    }

    /// When an answer was made, by the clock of the service or else by the one here.
    fn service_time(&self, answer: Option<&Answer>) -> SystemTime {
        answer
            .and_then(|answer| retry::service_time(&answer.headers))
            .unwrap_or_else(|| self.shared.runtime.wall_clock())
    }

    fn elapsed(&self) -> Duration {
        let now = self.shared.runtime.now();
        now.saturating_duration_since(self.started)
    }

    fn remaining(&self) -> Duration {
        self.remaining_at(self.shared.runtime.now())
    }

    fn remaining_at(&self, now: Instant) -> Duration {
        let elapsed = now.saturating_duration_since(self.started);
        self.timeout.saturating_sub(elapsed)
    }

    fn time_up(&self, limit: Duration) -> String {
        if self.remaining().is_zero() {
            self.spent()
        } else {
            format!("the time limit of an attempt is {} s", limit.as_secs_f32())
        }
    }

    fn spent(&self) -> String {
        format!(
            "the time limit of the call is {} s",
            self.timeout.as_secs_f32()
        )
    }

    fn takes(&self, security: Security) -> bool {
        self.operation.security.contains(&security)
    }

    fn takes_cookie(&self) -> bool {
        let mut ways = self.operation.security.iter();
        ways.any(|way| matches!(way, Security::Cookie(_)))
    }

    /// The token of the next attempt, if the call can be made at all.
    async fn prepare(&self) -> Result<Option<Token>> {
        match invalid(self.options) {
            Some(error) => Err(error),
            None => self.token().await,
        }
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
        // The first attempt begins with the call.
        let left = match self.attempts {
            0 => self.timeout,
            _ => self.remaining(),
        };
        if left < TOO_LITTLE {
            return Err(timed_out(self.spent()));
        }
        match within(&*self.shared.runtime, left, provider.token(left)).await {
            Some(Ok(token)) => Ok(Some(token)),
            Some(Err(error)) => Err(match error.downcast::<Error>() {
                Ok(error) => *error,
                Err(error) => token_error("the token provider failed", Some(error)),
            }),
            None => Err(token_error(
                "the token did not come in time",
                Some(timed_out(self.spent()).into()),
            )),
        }
    }

    /// The request of the next attempt.
    fn request(&self, source: &Source, token: Option<&Token>) -> Result<reqwest::Request> {
        let credentials = self.credentials(token)?;
        let transport = &self.shared.transport;
        let request = match source {
            Source::Value(endpoint) => transport.request(&**endpoint, credentials.as_slice()),
            Source::Made(make) => {
                let endpoint = make().map_err(Error::invalid_request)?;
                transport.request(&*endpoint, credentials.as_slice())
            }
        };
        let mut request = request.map_err(answer::unsendable)?;
        if let Some(link) = &self.options.address {
            let redirected = transport.redirect(self.operation, &mut request, link);
            redirected.map_err(answer::unsendable)?;
        }
        let ids: [(&'static str, &Option<HeaderValue>); 2] = [
            (TRANSACTION_ID, &self.options.transaction_id),
            ("x-ping-external-session-id", &self.options.session_id),
        ];
        for (name, value) in &self.options.headers {
            add_header(&mut request, name.clone(), value.clone());
        }
        for (name, value) in ids {
            if let Some(value) = value {
                add_header(&mut request, HeaderName::from_static(name), value.clone());
            }
        }
        if let Some(hook) = &self.shared.request_headers {
            let mut headers = HeaderMap::new();
            hook(self.operation, &mut headers);
            for (name, value) in &mut headers {
                check_header(name).map_err(Error::invalid_request)?;
                value.set_sensitive(true);
                add_header(&mut request, name.clone(), value.clone());
            }
        }
        Ok(request)
    }

    /// The credentials that the call has; the transport sends those that the operation takes.
    fn credentials(&self, token: Option<&Token>) -> Result<Option<Authorization>> {
        let made = if let Some(token) = token {
            Authorization::bearer(&token.secret)
        } else if self.takes_cookie()
            && let Some(session) = &self.options.session
            && let Some(cookie) = session.header()?
        {
            Authorization::cookies(&cookie)
        } else if let Some((id, secret)) = &self.options.basic {
            Authorization::basic(id, secret)
        } else {
            return Ok(None);
        };
        made.map(Some)
            .map_err(|reason| Error::invalid_request(reason.to_string()))
    }

    fn next(&mut self, failure: Failure, token: Option<&Token>, answer: Option<&Answer>) -> Next {
        let Failure { outcome, mut error } = failure;
        self.may_have_been_sent |= outcome != Outcome::NotSent;
        let now = self.service_time(answer);
        let retry_after = answer.and_then(|answer| retry::retry_after(&answer.headers, now));
        error.inner_mut().retry_after = retry_after.max(answer::wait_in_details(&error, now));
        error.inner_mut().operation = Some(self.operation);
        if error.kind() == ErrorKind::InvalidRequest {
            return Next::Stop(self.finish(error));
        }
        let outcome = if error.rejects_token() && self.token_is_replaced(token) {
            Outcome::TokenRejected
        } else {
            outcome
        };
        let policy = self
            .options
            .retry_policy
            .as_ref()
            .unwrap_or(&self.shared.retry_policy);
        // Whether such a request was sent is as good as known, which is not good enough for doing it again.
        let is_uncertain = error.kind() == ErrorKind::Timeout
            && outcome == Outcome::NotSent
            && self.operation.effect != Effect::Read;
        if is_uncertain {
            return Next::Stop(self.finish(error));
        }
        let decision = policy.decide(&RetryContext {
            operation: self.operation.id,
            effect: self.operation.effect,
            attempt: self.attempts,
            outcome,
            code: error.code(),
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

/// The error of a call that ran out of time before it sent anything.
fn timed_out(note: String) -> Error {
    Error::new(Inner {
        kind: ErrorKind::Timeout,
        note: note.into(),
        ..Inner::default()
    })
}

fn token_error(note: &'static str, source: Option<BoxError>) -> Error {
    Error::new(Inner {
        kind: ErrorKind::Token,
        note: note.into(),
        source: source.map(Arc::from),
        ..Inner::default()
    })
}

#[cfg(test)]
mod tests {
    use std::future::IntoFuture;

    use pingone_models::requests::VerifyUser;
    use pingone_models::{UserId, UserVerification};

    use crate::Client;

    #[test]
    fn a_call_in_progress_is_small() {
        let builder = Client::builder().environment_id("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6");
        let client = builder.token("t").build().expect("a client");
        let request = || {
            let body = UserVerification::new("A1B2C3D4");
            client.request(VerifyUser::new(UserId::new(Default::default()), body))
        };
        let sizes = [
            ("awaiting a request", size_of_val(&*request().into_future())),
            ("send_with_meta", size_of_val(&*request().send_with_meta())),
        ];
        for (what, size) in sizes {
            println!("{what}: {size} bytes while it waits");
            assert!(size < 1024, "{what}: {size} bytes while it waits");
        }
    }
}
