//! What the links of a resource say about what can be done with it now.

use std::collections::BTreeMap;

use pingone_models::operation::Operation;
use pingone_models::operations::{
    OPERATIONS, READ_DEVICE_AUTHENTICATION, READ_FLOW, READ_PASSWORD, READ_USER,
    SEND_VERIFICATION_CODE,
};
use pingone_models::{DeviceAuthentication, Flow, Link, PasswordState, User};

/// What every action's media type begins with; the rest, without `+json`, is the name of its link.
const VENDOR: &str = "application/vnd.pingidentity.";

/// A resource with links, which come and go with what it allows.
///
/// ```
/// use pingone::Linked;
/// use pingone::models::operations::{VERIFY_USER, CHECK_FLOW_OTP};
/// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
/// # let handle = client.flow(flow);
///
/// let flow = handle.read().await?;
/// if flow.allows(&CHECK_FLOW_OTP) {
///     handle.check_otp("123456").await?;
/// }
/// for operation in flow.allowed() {
///     println!("possible now: {}", operation.summary);
/// }
/// # Ok(())
/// # }
/// ```
///
/// A link says that an action is possible. Its absence says so less surely: PingOne's pages show no link for mailing a
/// recovery code at all, and new links may appear at any time.
pub trait Linked: sealed::Sealed {
    /// The links by relation, as they came.
    fn links(&self) -> Option<&BTreeMap<String, Link>>;

    /// The address of a relation, such as `self` or `user.verify`.
    fn link(&self, relation: &str) -> Option<&str> {
        Some(self.links()?.get(relation)?.href.as_ref()?.as_str())
    }

    /// Whether a link says that this operation is possible now.
    fn allows(&self, operation: &Operation) -> bool {
        let Some(links) = self.links() else {
            return false;
        };
        let below = operation.path.strip_prefix(self.path());
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            && relations(operation).any(|relation| links.contains_key(relation))
    }

    /// The operations that links say are possible now, in the order of the document.
    fn allowed(&self) -> Vec<&'static Operation> {
        let operations = OPERATIONS.iter().copied();
        operations
            .filter(|operation| self.allows(operation))
            .collect()
    }
}

/// The names that the link of an operation may have.
fn relations(operation: &Operation) -> impl Iterator<Item = &'static str> {
    let named = operation
        .media_type()
        .and_then(|media_type| media_type.strip_prefix(VENDOR))
        .map(|name| name.trim_end_matches("+json"));
    // The page of this action shows its link under another name than its media type has.
    let other =
        (operation.id == SEND_VERIFICATION_CODE.id).then_some("account.sendVerificationCode");
    named.into_iter().chain(other)
}

mod sealed {
    pub trait Sealed {
        /// The path of the resource in the document.
        fn path(&self) -> &'static str;
    }
}

macro_rules! linked {
    ($($model:ty => $read:ident,)*) => {
        $(
            impl sealed::Sealed for $model {
                fn path(&self) -> &'static str {
                    $read.path
                }
            }

            impl Linked for $model {
                fn links(&self) -> Option<&BTreeMap<String, Link>> {
                    self.links.as_ref()
                }
            }
        )*
    };
}

linked! {
    DeviceAuthentication => READ_DEVICE_AUTHENTICATION,
    Flow => READ_FLOW,
    PasswordState => READ_PASSWORD,
    User => READ_USER,
}
