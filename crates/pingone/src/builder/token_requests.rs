//! Token requests, made like every other call.

use std::sync::Arc;
#[cfg(feature = "jwt")]
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use pingone_client::transport::{Answer, Authorization};
use pingone_models::requests::RequestToken;
use pingone_models::{Secret, TokenRequest};
use serde_json::Value;

use crate::call::{self, Failure, Request};
use crate::client::Client;
#[cfg(feature = "jwt")]
use crate::error::length;
use crate::runtime::{BoxFuture, Runtime};
use crate::token::{Authentication, ClientCredentials, Fetched, TokenCache, TokenProvider};
use crate::{Error, Result};

/// The life of a token of which the service does not say how long it lives. Too short costs a request; too long costs
/// a refusal with every call.
const UNKNOWN_LIFETIME: Duration = Duration::from_secs(300);

/// However short a token is said to live, it is used this long, so that there is no more than one request a second.
const SHORTEST_LIFETIME: Duration = Duration::from_secs(1);

/// However long a token is said to live, it is fetched anew after this time.
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest wait between two attempts of a token request, by the default policy.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What is said of an answer without a token.
const NO_TOKEN: &str = "it has no access token that could be sent";

/// How wrong a clock may be before an assertion, which is good for five minutes, may be refused for it.
#[cfg(feature = "jwt")]
const TOLERATED_SKEW: Duration = Duration::from_secs(30);

/// What a token request is made from; the assertion in it is new with every attempt.
struct Credentials {
    authentication: Authentication,
    runtime: Arc<dyn Runtime>,
    /// What to correct the clock by, once the service has shown that it is wrong.
    #[cfg(feature = "jwt")]
    skew: Mutex<Option<Skew>>,
}

/// Gives the tokens of these credentials, with a client that has the worker application's environment.
pub(super) fn provider(
    client: Client,
    credentials: ClientCredentials,
) -> Result<Arc<dyn TokenProvider>> {
    let authentication = credentials.authentication(&client.shared.token_endpoint())?;
    if authentication.is_public() {
        return Err(Error::config(
            "a public application cannot have access tokens of its own: give the secret or the key of a worker application",
        ));
    }
    let runtime = Arc::clone(&client.shared.runtime);
    let credentials = Arc::new(Credentials {
        authentication,
        runtime: Arc::clone(&runtime),
        #[cfg(feature = "jwt")]
        skew: Mutex::default(),
    });
    // The longest attempt, and a wait between two.
    let stalled_after = client.shared.attempt_timeout.saturating_add(LONGEST_WAIT);
    let fetch = move || -> BoxFuture<'static, Result<Fetched>> {
        let (client, credentials) = (client.clone(), Arc::clone(&credentials));
        Box::pin(async move { fetch(&client, credentials).await })
    };
    Ok(Arc::new(TokenCache::new(runtime, stalled_after, fetch)))
}

async fn fetch(client: &Client, credentials: Arc<Credentials>) -> Result<Fetched> {
    let fetched = request(client, Arc::clone(&credentials)).await;
    #[cfg(feature = "jwt")]
    if let Err(error) = &fetched
        && let Some(skew) = credentials.skew_in(error)
    {
        // A token request changes nothing, so that it can be made again with the service's time.
        let again = match credentials.correct_by(skew) {
            true => request(client, credentials).await,
            false => fetched,
        };
        return again.map_err(|error| skewed(error, skew));
    }
    fetched
}

/// How far the clock of this machine is from the service's: ahead, or behind.
#[cfg(feature = "jwt")]
#[derive(Clone, Copy)]
enum Skew {
    Ahead(Duration),
    Behind(Duration),
}

/// Says in an error that the clock of this machine is wrong.
#[cfg(feature = "jwt")]
fn skewed(mut error: Error, skew: Skew) -> Error {
    let (by, direction) = match skew {
        Skew::Ahead(by) => (by, "ahead of"),
        Skew::Behind(by) => (by, "behind"),
    };
    error.inner_mut().note = format!(
        "set the clock of this machine: it is {} {direction} that of the service, which refuses the client's assertion for it",
        length(by)
    )
    .into();
    error
}

fn request(client: &Client, credentials: Arc<Credentials>) -> Request<Fetched> {
    let basic = credentials.authentication.basic();
    let make = move || credentials.body().map(RequestToken::new);
    let request = Request::made(client, make, read);
    request.with_client(basic)
}

impl Credentials {
    /// How wrong the clock is, if an assertion was refused and the difference may be why.
    #[cfg(feature = "jwt")]
    fn skew_in(&self, error: &Error) -> Option<Skew> {
        let signed = matches!(self.authentication, Authentication::Assertion(_));
        let refused = error
            .code()
            .is_some_and(|code| code.starts_with("invalid_"));
        let theirs = error.service_date().filter(|_| signed && refused)?;
        let own = self.runtime.wall_clock();
        let skew = match own.duration_since(theirs) {
            Ok(ahead) => Skew::Ahead(ahead),
            Err(behind) => Skew::Behind(behind.duration()),
        };
        let (Skew::Ahead(by) | Skew::Behind(by)) = skew;
        (by > TOLERATED_SKEW).then_some(skew)
    }

    /// Corrects the clock for assertions. False, if it was corrected before.
    #[cfg(feature = "jwt")]
    fn correct_by(&self, skew: Skew) -> bool {
        let mut own = self.skew.lock().unwrap_or_else(PoisonError::into_inner);
        own.replace(skew).is_none()
    }

    fn now(&self) -> SystemTime {
        let now = self.runtime.wall_clock();
        #[cfg(feature = "jwt")]
        match *self.skew.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(Skew::Ahead(by)) => return now.checked_sub(by).unwrap_or(now),
            Some(Skew::Behind(by)) => return now.checked_add(by).unwrap_or(now),
            None => {}
        }
        now
    }

    fn body(&self) -> Result<TokenRequest, String> {
        self.authentication
            .identify(TokenRequest::new(), &*self.runtime, self.now())
    }
}

/// Reads the answer as far as it is needed, so that a token is not lost over a member that is written oddly.
fn read(answer: &Answer) -> Result<Fetched, Failure> {
    let unreadable = |note| Err(call::unreadable::<RequestToken>(answer, note));
    let Ok(Value::Object(mut members)) = serde_json::from_slice(&answer.body) else {
        return unreadable(NO_TOKEN);
    };
    let Some(Value::String(token)) = members.remove("access_token") else {
        return match members.get("error") {
            Some(Value::String(_)) => Err(call::refused(answer)),
            _ => unreadable(NO_TOKEN),
        };
    };
    if let Some(Value::String(kind)) = members.get("token_type")
        && !kind.eq_ignore_ascii_case("bearer")
    {
        return unreadable(
            "it has a token of another type than `Bearer`, which this client cannot send",
        );
    }
    let secret = Secret::from(token);
    if Authorization::bearer(&secret).is_err() {
        return unreadable(NO_TOKEN);
    }
    Ok(Fetched {
        secret,
        lifetime: lifetime(members.get("expires_in")),
    })
}

fn lifetime(expires_in: Option<&Value>) -> Duration {
    let seconds = match expires_in {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    let Some(seconds) = seconds.filter(|seconds: &f64| !seconds.is_nan()) else {
        return UNKNOWN_LIFETIME;
    };
    let seconds = seconds.clamp(
        SHORTEST_LIFETIME.as_secs_f64(),
        LONGEST_LIFETIME.as_secs_f64(),
    );
    Duration::from_secs_f64(seconds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_request_in_progress_is_small() {
        let builder = Client::builder().environment_id("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6");
        let client = builder.token("t").build().expect("a client");
        let credentials = Credentials {
            authentication: Authentication::Basic("id".into(), "secret".into()),
            runtime: Arc::clone(&client.shared.runtime),
            #[cfg(feature = "jwt")]
            skew: Mutex::default(),
        };
        let size = size_of_val(&fetch(&client, Arc::new(credentials)));
        println!("a token request: {size} bytes while it waits");
        assert!(size < 1024, "{size} bytes while it waits");
    }

    #[test]
    fn every_lifetime_is_bounded() {
        let seconds = |value: Value| lifetime(Some(&value)).as_secs();
        assert_eq!(seconds(json!(3600)), 3600);
        assert_eq!(seconds(json!("3600")), 3600);
        assert_eq!(seconds(json!(0)), 1);
        assert_eq!(seconds(json!(1)), 1);
        assert_eq!(seconds(json!(-5)), 1);
        assert_eq!(seconds(json!(1_000_000_000_000_u64)), 86_400);
        assert_eq!(seconds(json!(1e300)), 86_400);
        for unknown in [json!("soon"), json!("NaN"), json!(null), json!([1])] {
            assert_eq!(seconds(unknown), 300);
        }
        assert_eq!(lifetime(None).as_secs(), 300);
    }
}
