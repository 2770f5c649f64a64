//! An operation that the document does not have: what is around its variant.

use std::collections::BTreeSet;

use pingone_codegen::model::Operation;
use pingone_codegen::{Document, join};
use serde_json::Value;

use super::editor::{Editor, Refusal, under};
use super::node::{Map, Node, lines_of, member, reference};
use super::payload::request_body;
use super::relocate::parameter;
use super::scaffold::Draft;
use super::schema::todo_note;
use crate::compare::specification::group;
use crate::compare::{Topic, page};

impl Draft<'_> {
    /// An operation that is not there.
    pub(super) fn operation(
        &self,
        editor: &mut Editor,
        name: &str,
        path: &str,
    ) -> Result<(), Refusal> {
        let server = self.server().map_err(|error| error.to_string())?;
        let media_type = self.page.media_type().filter(|_| self.method != "GET");
        let mut map = match &media_type {
            None => self.words(name, ["operationId", "summary", "description"]),
            Some(_) => Map::default().with("operationId", format!("{name}Group")),
        };
        if let Some((tag, note)) = self.tag(path) {
            map = map.noted("tags", Node::List(vec![tag.into()]), note);
        }
        if let Some(servers) = self.servers(server) {
            map = map.with("servers", servers);
        }
        let (security, note) = self.security();
        map = map.noted("security", security, note);
        let parameters = self.parameters(path);
        if !parameters.is_empty() {
            map = map.with("parameters", Node::List(parameters));
        }
        if let Some(media_type) = media_type {
            let body = request_body(self.page, self.specification, editor, name)?;
            let entry = self.variant_words(name).and(body);
            let content = Map::default().with(&media_type.value, entry);
            map = map.with("requestBody", Map::default().with("content", content));
        }
        let (status, answer) = self.answer(name, editor);
        let mut responses = Map::default().with(&status, answer);
        for (status, response) in self.failures(server) {
            responses = responses.with(&status, reference(&response));
        }
        let operation = member(
            &self.method.to_lowercase(),
            map.with("responses", responses),
        );
        editor.put("/paths", path, operation)
    }

    /// The tag of the operation with the most similar path.
    fn tag(&self, path: &str) -> Option<(String, Option<String>)> {
        let common = |operation: &&Operation| {
            let pairs = operation.path.split('/').zip(path.split('/'));
            pairs.take_while(|(a, b)| a == b).count()
        };
        let tagged = self
            .operations()
            .filter(|operation| operation.tag.is_some());
        let nearest = tagged.max_by_key(common)?;
        let note = (nearest.path != path).then(|| todo_note("the tag of the most similar path"));
        Some((nearest.tag.clone()?, note))
    }

    /// A copy of the `servers` of another operation of the server, unless it is the server of the document.
    fn servers(&self, server: &str) -> Option<Node> {
        let document = &self.specification.document;
        let first = document.get("/servers/0/x-name").and_then(Value::as_str);
        if first.is_none_or(|name| name == server) {
            return None;
        }
        let mut owners = self
            .operations()
            .filter(|operation| operation.server == server)
            .flat_map(|operation| [group(operation), join("/paths", &operation.path)]);
        owners.find_map(|owner| lines_of(document, &join(&owner, "servers")))
    }

    fn security(&self) -> (Node, Option<String>) {
        let none = |text| (Node::List(Vec::new()), Some(todo_note(text)));
        let headers = self.page.request_headers();
        let mut headers = headers.iter();
        let header = headers.find(|header| header.name.eq_ignore_ascii_case("authorization"));
        let Some(header) = header else {
            return none("the page shows no authorization; with none, no credential goes out");
        };
        match security(&self.specification.document, &header.value) {
            Some(security) => (security, None),
            None => none("`components` has no security scheme for this page"),
        }
    }

    fn parameters(&self, path: &str) -> Vec<Node> {
        let shared = "/components/parameters";
        let known = self.specification.document.get(shared);
        let known = known.and_then(Value::as_object);
        let in_path = crate::compare::variables(path).into_iter().map(|name| {
            let mut shared_ones = known.into_iter().flatten();
            let own = shared_ones.find(|(_, parameter)| {
                let word = |key: &str| parameter.get(key).and_then(Value::as_str);
                word("in") == Some("path") && word("name") == Some(name)
            });
            let referred = own.map(|(key, _)| reference(&join(shared, key)));
            referred.unwrap_or_else(|| parameter(name, "path", true))
        });
        let said = page::entries(&self.page.facts());
        let others = said.iter().filter_map(|entry| {
            let place = match entry.topic {
                Topic::Header => "header",
                Topic::QueryParameter => "query",
                _ => return None,
            };
            Some(parameter(&entry.name, place, entry.value == "required"))
        });
        in_path.chain(others).collect()
    }

    /// The answers that every operation of a server can give.
    fn failures(&self, server: &str) -> BTreeSet<(String, String)> {
        let document = &self.specification.document;
        let of = |operation: &Operation| -> BTreeSet<(String, String)> {
            let responses = document.get(&under(&group(operation), &["responses"]));
            let responses = responses.and_then(Value::as_object).into_iter().flatten();
            let shared = responses.filter_map(|(status, response)| {
                let target = response.get("$ref")?.as_str()?.strip_prefix('#')?;
                (!status.starts_with('2')).then(|| (status.clone(), target.to_owned()))
            });
            shared.collect()
        };
        let own = self
            .operations()
            .filter(|operation| operation.server == server);
        let common = own
            .map(of)
            .reduce(|common, own| common.intersection(&own).cloned().collect());
        common.unwrap_or_default()
    }
}

/// The `security` of an operation whose header `Authorization` begins like this.
pub(super) fn security(document: &Document, header: &str) -> Option<Node> {
    let wanted = if header.starts_with("Basic") {
        "basic"
    } else {
        "bearer"
    };
    let schemes = document.get("/components/securitySchemes")?.as_object()?;
    let (name, _) = schemes.iter().find(|(_, scheme)| {
        let word = scheme.get("scheme").and_then(Value::as_str);
        word.is_some_and(|word| word.eq_ignore_ascii_case(wanted))
    })?;
    let way = Map::default().with(name, Node::List(Vec::new()));
    Some(Node::List(vec![way.into()]))
}
