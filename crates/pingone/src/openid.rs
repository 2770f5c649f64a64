//! What the authentication server publishes as an OpenID Connect provider, and what it says of a signed-on user.

use pingone_models::requests::{
    Authorize, PostUserInfo, ReadJwks, ReadOpenidConfiguration, ReadUserInfo,
};
use pingone_models::{JsonWebKeySet, OpenidConfiguration, Secret, UserInfo};

use crate::call::{Acknowledged, Request};
use crate::client::Client;
use crate::generated::docs;

/// The environment as an OpenID Connect provider. Made by [`Client::openid`].
///
/// ```
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// let configuration = client.openid().configuration().await?;
/// println!("tokens of {} are signed by:", configuration.issuer);
/// for key in client.openid().jwks().await?.keys {
///     println!("{:?}", key.kid);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OpenId {
    client: Client,
}

impl Client {
    /// The environment as an OpenID Connect provider. Nothing is sent yet.
    #[must_use]
    pub fn openid(&self) -> OpenId {
        OpenId {
            client: self.clone(),
        }
    }
}

impl OpenId {
    /// Reads the discovery document.
    #[doc = docs::read_openid_configuration!()]
    #[inline]
    pub fn configuration(&self) -> Request<OpenidConfiguration> {
        self.client.request(ReadOpenidConfiguration::new())
    }

    /// Reads the public keys that tokens are signed with.
    #[doc = docs::read_jwks!()]
    #[inline]
    pub fn jwks(&self) -> Request<JsonWebKeySet> {
        self.client.request(ReadJwks::new())
    }

    /// Reads the claims of the user who has this access token.
    #[doc = docs::read_user_info!()]
    #[inline]
    pub fn user_info(&self, access_token: impl Into<Secret>) -> Request<UserInfo> {
        self.client
            .request(ReadUserInfo::new())
            .with_token(access_token)
    }

    /// Reads the claims of the user who has this access token, with a `POST`.
    #[doc = docs::post_user_info!()]
    #[inline]
    pub fn user_info_by_post(&self, access_token: impl Into<Secret>) -> Request<UserInfo> {
        self.client
            .request(PostUserInfo::new())
            .with_token(access_token)
    }

    /// Begins a sign-on by redirect. The browser of the user makes this request as a rule.
    #[doc = docs::authorize!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, application: pingone::models::ApplicationId) -> pingone::Result<()> {
    /// use pingone::models::requests::Authorize;
    ///
    /// let request = Authorize::new(application, "code")
    ///     .with_redirect_uri("https://app.example.com/callback")
    ///     .with_scope("openid");
    /// let begun = client.openid().authorize(request).await?;
    /// println!("the user signs on at {:?}", begun.header("location"));
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn authorize(&self, request: Authorize) -> Request<Acknowledged> {
        self.client.request(request).acknowledged()
    }
}
