//! How an application says who it is in the form of a request to the authentication server.

use std::time::SystemTime;

use pingone_models::{
    AuthorizationCodeGrant, RefreshTokenGrant, Secret, TokenIntrospectionRequest, TokenRequest,
    TokenRevocation,
};

use super::Authentication;
use crate::runtime::Runtime;

#[cfg(feature = "jwt")]
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A form that has places for the credentials of an application.
pub(crate) trait ApplicationForm: Clone + Send + Sync + 'static {
    fn id(self, id: &str) -> Self;
    fn secret(self, secret: &Secret) -> Self;
    #[cfg(feature = "jwt")]
    fn assertion(self, kind: &str, assertion: Secret) -> Self;
}

macro_rules! application_forms {
    ($($form:ty),*) => {
        $(
            impl ApplicationForm for $form {
                fn id(self, id: &str) -> Self {
                    self.with_client_id(id)
                }

                fn secret(self, secret: &Secret) -> Self {
                    self.with_client_secret(secret)
                }

                #[cfg(feature = "jwt")]
                fn assertion(self, kind: &str, assertion: Secret) -> Self {
                    self.with_client_assertion_type(kind).with_client_assertion(assertion)
                }
            }
        )*
    };
}

application_forms!(
    AuthorizationCodeGrant,
    RefreshTokenGrant,
    TokenIntrospectionRequest,
    TokenRequest,
    TokenRevocation
);

impl Authentication {
    /// Whether nothing but the id proves who the application is.
    pub(crate) fn is_public(&self) -> bool {
        matches!(self, Self::None(_))
    }

    /// The form with what says who the application is, unless that is in a header.
    #[cfg_attr(
        not(feature = "jwt"),
        expect(
            unused_variables,
            reason = "only a JWT has a time and an id of its own"
        )
    )]
    pub(crate) fn identify<F: ApplicationForm>(
        &self,
        form: F,
        runtime: &dyn Runtime,
        now: SystemTime,
    ) -> Result<F, String> {
        Ok(match self {
            Self::None(id) => form.id(id),
            Self::Basic(..) => form,
            Self::Post(id, secret) => form.id(id).secret(secret),
            #[cfg(feature = "jwt")]
            Self::Assertion(signer) => {
                form.assertion(ASSERTION_TYPE, signer.assertion(runtime, now)?)
            }
        })
    }

    /// The id and secret for the header `Authorization`, if they go there.
    pub(crate) fn basic(&self) -> Option<(String, Secret)> {
        match self {
            Self::Basic(id, secret) => {
                Some((form_encoded(id), form_encoded(secret.expose()).into()))
            }
            _ => None,
        }
    }
}

/// RFC 6749 has id and secret encoded as in a form before they become a header. What RFC 3986 leaves alone stays as it
/// is: services that do not decode then see what they gave out.
fn form_encoded(text: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded.replace("%7E", "~")
}

#[cfg(test)]
mod tests {
    use super::form_encoded;

    #[test]
    fn a_secret_is_encoded_as_in_a_form() {
        assert_eq!(form_encoded("aZ9-._~"), "aZ9-._~");
        assert_eq!(form_encoded("a:b c%ä"), "a%3Ab+c%25%C3%A4");
    }
}
