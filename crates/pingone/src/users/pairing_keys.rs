//! The keys that pair native apps with a user.

use pingone_models::requests::{CreatePairingKey, DeletePairingKey, ReadPairingKey};
use pingone_models::{PairingKey, PairingKeyCreation, PairingKeyId, UserId};

use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;

/// The pairing keys of one user. Made by [`UserHandle::pairing_keys`](super::UserHandle::pairing_keys).
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// use pingone::models::{PairingKeyCreation, PairingKeyStatus};
///
/// let keys = client.user(user).pairing_keys();
/// let key = keys.create(PairingKeyCreation::new()).await?;
/// println!("show a QR code of {} characters", key.code.map_or(0, |code| code.expose().len()));
/// let is_paired = keys.read(key.id).await?.status == Some(PairingKeyStatus::Claimed);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PairingKeys {
    client: Client,
    user: UserId,
}

impl PairingKeys {
    pub(super) fn new(client: Client, user: UserId) -> Self {
        Self { client, user }
    }

    /// Creates a pairing key, which the app is given as a QR code.
    #[doc = docs::create_pairing_key!()]
    #[inline]
    pub fn create(&self, key: PairingKeyCreation) -> Request<PairingKey> {
        self.client.request(CreatePairingKey::new(self.user, key))
    }

    /// Reads a pairing key, to see whether an app has claimed it.
    #[doc = docs::read_pairing_key!()]
    #[inline]
    pub fn read(&self, key: impl Into<PairingKeyId>) -> Request<PairingKey> {
        self.client.request(ReadPairingKey::new(self.user, key))
    }

    /// Deletes a pairing key, so that no app can claim it.
    #[doc = docs::delete_pairing_key!()]
    #[inline]
    pub fn delete(&self, key: impl Into<PairingKeyId>) -> Request<()> {
        self.client.request(DeletePairingKey::new(self.user, key))
    }
}
