//! The resources of the document: an address, and the operations that are found there.

use std::sync::LazyLock;

use pingone_models::operation::{Body, Operation};
use pingone_models::operations;

use url::form_urlencoded;

use crate::handlers::{HANDLERS, Handler};
use crate::links;
use crate::media::{FORM, essence};
use crate::refusal::Refusal;
use crate::rules;
use crate::state::context::RequestContext;

/// An address of the document.
#[derive(Debug)]
pub(crate) struct Resource {
    /// The path below the sandbox's origin, with the names of its parameters in braces.
    pub(crate) path: String,
    pub(crate) routes: Vec<Route>,
}

/// An operation and what does it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) operation: &'static Operation,
    pub(crate) handler: Handler,
}

/// Every address of the document, with the operations that have a handler.
pub(crate) static RESOURCES: LazyLock<Vec<Resource>> = LazyLock::new(|| {
    let mut resources: Vec<Resource> = Vec::new();
    for operation in operations::OPERATIONS {
        let found = HANDLERS.iter().find(|(id, _)| *id == operation.id);
        let Some(&(_, handler)) = found else { continue };
        let path = format!("{}{}", links::base_path(operation.server), operation.path);
        let route = Route { operation, handler };
        match resources.iter_mut().find(|known| known.path == path) {
            Some(resource) => resource.routes.push(route),
            None => resources.push(Resource {
                path,
                routes: vec![route],
            }),
        }
    }
    resources
});

impl Route {
    /// Whether the member of a form that selects the operation has its value, where there is such a member.
    fn is_selected_by(&self, body: &[u8]) -> bool {
        let Some(selector) = self.operation.selector else {
            return true;
        };
        form_urlencoded::parse(body)
            .any(|(name, value)| name == selector.property && value == selector.value)
    }
}

impl Resource {
    /// The methods of this address in alphabetical order.
    pub(crate) fn methods(&self) -> Vec<&'static str> {
        let mut methods: Vec<_> = self
            .routes
            .iter()
            .map(|route| route.operation.method)
            .collect();
        methods.sort_unstable();
        methods.dedup();
        methods
    }

    pub(crate) fn takes_forms(&self) -> bool {
        self.routes
            .iter()
            .any(|route| route.operation.media_type() == Some(FORM))
    }

    /// The operation of this method and media type.
    pub(crate) fn route(
        &self,
        context: &mut RequestContext<'_>,
        method: &str,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<&Route, Refusal> {
        let of_method = |route: &&Route| route.operation.method == method;
        let candidates = || self.routes.iter().filter(of_method);
        if candidates().next().is_none() {
            let allowed = self.methods().join(", ");
            let message = format!("{method} is not supported here; use {allowed}.");
            return Err(Refusal::new(405, "INVALID_REQUEST", &message).header("allow", allowed));
        }
        let without = candidates().find(|route| route.operation.body == Body::None);
        if let Some(route) = without {
            return Ok(route);
        }
        let wanted = content_type.map(essence);
        let of_type = |route: &&Route| {
            let known = route.operation.media_type().map(str::to_ascii_lowercase);
            known.is_some() && known == wanted
        };
        // A body that selects none is refused by the first operation of its media type.
        let found = candidates()
            .filter(of_type)
            .find(|route| route.is_selected_by(body))
            .or_else(|| candidates().find(of_type));
        found.ok_or_else(|| {
            let accepted: Vec<_> = candidates()
                .filter_map(|route| route.operation.media_type())
                .collect();
            let accepted = accepted.join(", ");
            if self.takes_forms() {
                let description = format!("the media type must be {accepted}");
                return Refusal::oauth(400, "invalid_request", &description);
            }
            let given = match content_type {
                Some(given) => format!("The media type {given} is not supported"),
                None => {
                    context.rule(&rules::MEDIA_TYPE_MISSING);
                    "The request has no Content-Type".to_owned()
                }
            };
            let message = format!("{given}; {method} takes {accepted} here.");
            Refusal::new(415, "INVALID_REQUEST", &message)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_routes_are_the_operations_of_the_document() {
        let key = |operation: &Operation| {
            let path = format!("{}{}", links::base_path(operation.server), operation.path);
            let selected = operation.selector.map(|selector| selector.value);
            (path, operation.method, operation.media_type(), selected)
        };
        let documented: BTreeSet<_> = operations::OPERATIONS.iter().map(|op| key(op)).collect();
        let routed: BTreeSet<_> = RESOURCES
            .iter()
            .flat_map(|resource| resource.routes.iter().map(|route| key(route.operation)))
            .collect();
        assert_eq!(routed, documented);
        assert_eq!(documented.len(), operations::OPERATIONS.len());
        assert!(
            RESOURCES
                .iter()
                .any(|resource| resource.path.starts_with("/v1/environments/"))
        );
    }
}
