use pingone_models::requests::{ListGroups, ReadGroup};
use pingone_models::{Group, GroupCollection, GroupId};

use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;

/// The groups of an environment. Made by [`Client::groups`].
///
/// [`UserHandle::groups`](crate::users::UserHandle::groups) has those of one user.
///
/// ```
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// let page = client.groups().list().await?;
/// for group in page.embedded.and_then(|embedded| embedded.groups).unwrap_or_default() {
///     println!("{:?}: {:?} users", group.name, group.direct_member_counts.and_then(|counts| counts.users));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Groups {
    client: Client,
}

impl Groups {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads the first page of groups.
    ///
    /// For a filter, another page or the total counts of members, send [`ListGroups`] with [`Client::request`].
    #[doc = docs::list_groups!()]
    #[inline]
    pub fn list(&self) -> Request<GroupCollection> {
        self.client.request(ListGroups::new())
    }

    /// Reads one group.
    #[doc = docs::read_group!()]
    #[inline]
    pub fn read(&self, id: impl Into<GroupId>) -> Request<Group> {
        self.client.request(ReadGroup::new(id))
    }
}
