//! Where a request goes, and what authorizes it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::media_type::is_token;
use super::{Lowering, template_names, text};
use crate::document::join;
use crate::error::Result;
use crate::model::{Security, Server};
use crate::names::is_identifier;

/// The modules that are generated beside those of the servers.
const MODULES: [&str; 6] = [
    "dispatch",
    "models",
    "operations",
    "registry",
    "requests",
    "samples",
];

impl Lowering<'_> {
    pub(super) fn server(&mut self, item: &str, operation: &str) -> Result<String> {
        let document = self.document;
        let owner = [operation, item, ""]
            .into_iter()
            .map(|owner| join(owner, "servers"))
            .find(|servers| {
                document
                    .get(servers)
                    .and_then(Value::as_array)
                    .is_some_and(|list| !list.is_empty())
            });
        // Without servers, OpenAPI means the address of the document itself.
        let pointer = owner.map_or_else(|| "/servers".to_owned(), |servers| join(&servers, "0"));
        let url = text(document.get(&join(&pointer, "url"))).unwrap_or_else(|| "/".to_owned());
        let name = match text(document.get(&join(&pointer, "x-name"))) {
            Some(name) => name,
            None if self
                .servers
                .iter()
                .all(|server| server.name == "api" && server.url == url) =>
            {
                "api".to_owned()
            }
            None => {
                let message =
                    "a document with several servers names each: add `x-name` to this one";
                return Err(document.error(&pointer, message));
            }
        };
        if !is_identifier(&name) || MODULES.contains(&name.as_str()) {
            let message = format!("`{name}` cannot be the name of a Rust module: choose another");
            return Err(document.error(&join(&pointer, "x-name"), message));
        }
        let known = self.servers.iter().find(|server| server.name == name);
        if let Some(known) = known {
            if known.url != url {
                let message = format!(
                    "the server `{name}` has another address elsewhere: `{}`",
                    known.url
                );
                return Err(document.error(&join(&pointer, "url"), message));
            }
            return Ok(name);
        }
        let variables = document
            .get(&join(&pointer, "variables"))
            .and_then(Value::as_object);
        let variables = variables
            .into_iter()
            .flatten()
            .filter_map(|(name, variable)| Some((name.clone(), text(variable.get("default"))?)));
        let variables: BTreeMap<String, String> = variables.collect();
        let at = join(&pointer, "url");
        let mut names = template_names(&url).into_iter();
        if let Some(name) = names.find(|name| !variables.contains_key(*name)) {
            let message =
                format!("the address names `{{{name}}}`, which has no `default` under `variables`");
            return Err(document.error(&at, message));
        }
        if url.contains(['?', '#']) {
            let message =
                "an address with a query or a fragment is unsupported: paths are appended to it";
            return Err(document.unsupported("server", &at, message));
        }
        self.servers.push(Server {
            name: name.clone(),
            url,
            variables,
            description: text(document.get(&join(&pointer, "description"))),
        });
        Ok(name)
    }

    pub(super) fn security(&self, operation: &str) -> Result<(Vec<Security>, bool)> {
        let document = self.document;
        let own = join(operation, "security");
        let pointer = if document.get(&own).is_some() {
            own
        } else {
            "/security".to_owned()
        };
        let mut ways = Vec::new();
        let mut anonymous = false;
        for (index, requirement) in document
            .get(&pointer)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            let at = join(&pointer, &index.to_string());
            let Some(requirement) = requirement.as_object() else {
                let message = format!(
                    "`security` is a list of mappings, such as `NAME: []`, and not of `{requirement}`"
                );
                return Err(document.error(&at, message));
            };
            let names: Vec<&String> = requirement.keys().collect();
            match names.as_slice() {
                [] => anonymous = true,
                [name] => ways.push(self.security_scheme(&at, name)?),
                _ => {
                    let message = "several security schemes at once are unsupported";
                    return Err(document.unsupported("security scheme", &at, message));
                }
            }
        }
        Ok((ways, anonymous))
    }

    fn security_scheme(&self, at: &str, name: &str) -> Result<Security> {
        let pointer = join("/components/securitySchemes", name);
        if self.document.get(&pointer).is_none() {
            let message = format!("the security scheme `{name}` does not exist under `components`");
            return Err(self.document.error(at, message));
        }
        let (pointer, scheme) = self.document.resolve(&pointer)?;
        let field = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
        let lower = field("scheme").to_lowercase();
        if field("type") == "apiKey" && field("in") != "query" && !is_token(field("name")) {
            let message =
                format!("the security scheme `{name}` has a `name` that no header can carry");
            return Err(self.document.error(&pointer, message));
        }
        match (field("type"), field("in"), lower.as_str()) {
            ("http", _, "bearer") | ("oauth2" | "openIdConnect", ..) => Ok(Security::Bearer),
            ("http", _, "basic") => Ok(Security::Basic),
            ("apiKey", "cookie", _) => Ok(Security::Cookie(field("name").to_owned())),
            ("apiKey", "header", _) => Ok(Security::Header(field("name").to_owned())),
            ("apiKey", "query", _) => Ok(Security::Query(field("name").to_owned())),
            _ => Err(self.document.unsupported(
                "security scheme",
                &pointer,
                format!("the security scheme `{name}` is of an unsupported kind"),
            )),
        }
    }
}
