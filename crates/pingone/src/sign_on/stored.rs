//! A sign-on between two requests of the user's browser.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use pingone_models::{ApplicationId, EnvironmentId, Flow, Secret};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::SignOn;
use super::pkce::Secrets;
use crate::applications::Application;
use crate::flows::FlowHandle;
use crate::session::Session;
use crate::{Error, Result};

/// A sign-on as it can be stored, such as in the server-side session of the user's browser. Made by
/// [`SignOn::to_stored`].
///
/// Serializing it writes its secrets: the session cookies and the code verifier. Who has them can go on with the sign-on,
/// so keep it on the server, or encrypt it. Printing it shows none of them.
///
/// ```
/// # async fn run(sign_on: pingone::sign_on::SignOn, application: pingone::applications::Application) -> Result<(), Box<dyn std::error::Error>> {
/// let text = serde_json::to_string(&sign_on.to_stored())?;
/// // With the next request of the browser:
/// let mut sign_on = application.restore_sign_on(serde_json::from_str(&text)?)?;
/// sign_on.act(|flow| flow.check_otp("123456")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredSignOn {
    environment: EnvironmentId,
    application: ApplicationId,
    flow: Flow,
    #[serde(serialize_with = "exposed")]
    cookies: BTreeMap<String, Secret>,
    secrets: Secrets,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<String>,
}

/// Writes cookies with their values.
fn exposed<S: Serializer>(
    cookies: &BTreeMap<String, Secret>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(cookies.len()))?;
    for (name, value) in cookies {
        map.serialize_entry(name, value.expose())?;
    }
    map.end()
}

impl SignOn {
    /// What has to be kept to go on with this sign-on elsewhere.
    #[must_use]
    pub fn to_stored(&self) -> StoredSignOn {
        StoredSignOn {
            environment: self.application.client().environment_id(),
            application: self.application.id(),
            flow: self.flow.clone(),
            cookies: self.handle.shared_session().cookies(),
            secrets: self.secrets.clone(),
            redirect_uri: self.redirect_uri.clone(),
        }
    }
}

impl Application {
    /// Goes on with a sign-on that was stored. Nothing is sent.
    ///
    /// # Errors
    /// With the kind [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the sign-on is one to another application
    /// or environment.
    pub fn restore_sign_on(&self, stored: StoredSignOn) -> Result<SignOn> {
        let client = self.client();
        if (stored.environment, stored.application) != (client.environment_id(), self.id()) {
            return Err(Error::invalid_request(
                "the stored sign-on is one to another application or environment",
            ));
        }
        let session = Arc::new(Session::from_cookies(stored.cookies));
        Ok(SignOn {
            application: self.clone(),
            handle: FlowHandle::new(client.clone(), stored.flow.id, session),
            flow: stored.flow,
            secrets: stored.secrets,
            redirect_uri: stored.redirect_uri,
        })
    }
}

impl fmt::Debug for StoredSignOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSignOn")
            .field("environment", &self.environment)
            .field("application", &self.application)
            .field("status", &self.flow.status)
            .finish_non_exhaustive()
    }
}
