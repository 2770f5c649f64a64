//! The groups of a user.

use pingone_models::requests::{AddUserToGroup, ListUserGroups, RemoveUserFromGroup};
use pingone_models::{GroupId, GroupMembership, GroupMembershipCollection, GroupReference, UserId};

use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;

/// The groups of one user. Made by [`UserHandle::groups`](super::UserHandle::groups).
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId, staff: pingone::models::GroupId) -> pingone::Result<()> {
/// let groups = client.user(user).groups();
/// groups.add(staff).await?;
/// // The name of the list is not published: take whatever list there is.
/// for membership in groups.list().await?.embedded.into_iter().flatten().flat_map(|(_, list)| list) {
///     println!("{:?}: {:?}", membership.name, membership.type_);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct UserGroups {
    client: Client,
    user: UserId,
}

impl UserGroups {
    pub(super) fn new(client: Client, user: UserId) -> Self {
        Self { client, user }
    }

    /// Lists the groups that the user is a member of, the first page of them.
    ///
    /// For a filter, another page or the groups themselves, send [`ListUserGroups`] with [`Client::request`].
    #[doc = docs::list_user_groups!()]
    #[inline]
    pub fn list(&self) -> Request<GroupMembershipCollection> {
        self.client.request(ListUserGroups::new(self.user))
    }

    /// Adds the user to a group.
    #[doc = docs::add_user_to_group!()]
    #[inline]
    pub fn add(&self, group: impl Into<GroupId>) -> Request<GroupMembership> {
        let group = GroupReference::new(group);
        self.client.request(AddUserToGroup::new(self.user, group))
    }

    /// Removes the user from a group.
    #[doc = docs::remove_user_from_group!()]
    #[inline]
    pub fn remove(&self, group: impl Into<GroupId>) -> Request<()> {
        self.client
            .request(RemoveUserFromGroup::new(self.user, group))
    }
}
