//! What the document says of a variant, in the form that can be compared.

use pingone_codegen::join;
use pingone_codegen::model::{
    Body, Location, Operation, Parameter, ResponseBody, SchemaKind, Security, Style,
};
use serde_json::Value;

use super::entry::{Entry, Item, Place};
use super::page::entries as page_entries;
use super::specification::{Specification, address, group};
use super::topic::{Direction, Topic};
use crate::page::{digest, wording};

/// The name of a variable of the path, which is compared by its place: its own name is not sent.
pub(super) const PATH_VARIABLE: &str = "path variable";

/// Deeper properties are not told apart: a schema may contain itself.
const MAX_DEPTH: usize = 12;

/// The keywords that bound a value.
const BOUNDS: [&str; 13] = [
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "multipleOf",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Everything that the document says of a variant.
pub(super) fn entries(lowered: &Specification, operation: &Operation) -> Vec<Entry> {
    entries_with_body(lowered, operation, operation)
}

/// Everything that the document says of a variant, if it had the request body of another one.
pub(crate) fn entries_with_body(
    lowered: &Specification,
    operation: &Operation,
    owner: &Operation,
) -> Vec<Entry> {
    let mut walk = Walk::new(lowered);
    walk.address(operation);
    walk.parameters(operation);
    walk.request(owner);
    walk.responses(operation);
    walk.words(operation);
    walk.entries
}

/// Everything that the document says of a named schema, as if a variant sent or got it.
pub(crate) fn schema_entries(
    lowered: &Specification,
    direction: Direction,
    name: &str,
) -> Vec<Entry> {
    let mut walk = Walk::new(lowered);
    let schema = serde_json::json!({ "$ref": format!("#/components/schemas/{name}") });
    walk.schema(direction, &schema, "", "", None);
    walk.entries
}

struct Walk<'a> {
    lowered: &'a Specification,
    entries: Vec<Entry>,
    /// The schemas around the one that is looked at.
    open: Vec<String>,
}

/// What the topics of a property are in one direction.
struct Topics {
    property: Topic,
    kind: Topic,
    format: Topic,
    requirement: Topic,
    null: Topic,
    value: Topic,
    bound: Topic,
}

impl Topics {
    fn of(direction: Direction) -> Self {
        use Topic::*;
        if direction == Direction::Request {
            Self {
                property: RequestProperty,
                kind: RequestType,
                format: RequestFormat,
                requirement: RequestRequirement,
                null: RequestNull,
                value: RequestValue,
                bound: RequestBound,
            }
        } else {
            Self {
                property: ResponseProperty,
                kind: ResponseType,
                format: ResponseFormat,
                requirement: ResponseRequirement,
                null: ResponseNull,
                value: ResponseValue,
                bound: ResponseBound,
            }
        }
    }
}

impl<'a> Walk<'a> {
    fn new(lowered: &'a Specification) -> Self {
        Self {
            lowered,
            entries: Vec::new(),
            open: Vec::new(),
        }
    }

    fn add(&mut self, topic: Topic, name: &str, value: &str, pointer: &str) {
        self.item(topic, name, value, pointer, None);
    }

    fn item(
        &mut self,
        topic: Topic,
        name: &str,
        value: &str,
        pointer: &str,
        item: Option<(&str, Option<&str>)>,
    ) {
        self.entries.push(Entry {
            topic,
            name: name.to_owned(),
            value: value.to_owned(),
            place: Place {
                line: self.lowered.line(pointer),
                pointer: pointer.to_owned(),
            },
            item: item.map(|(schema, property)| Item {
                schema: schema.to_owned(),
                property: property.map(str::to_owned),
            }),
        });
    }

    fn address(&mut self, operation: &Operation) {
        let at = group(operation);
        let (host, base, path) = address(self.lowered, operation);
        let servers = ["", &join("/paths", &operation.path), &at]
            .into_iter()
            .rev()
            .map(|owner| join(owner, "servers"))
            .find(|pointer| self.lowered.document.get(pointer).is_some())
            .unwrap_or_default();
        let server = format!("{servers}/0");
        self.add(Topic::Method, "", &operation.method, &at);
        self.add(Topic::Path, "", &path, &at);
        self.add(Topic::BasePath, "", &base, &at);
        self.add(Topic::Host, "", &host, &join(&server, "url"));
        self.add(
            Topic::Server,
            "",
            &operation.server,
            &join(&server, "x-name"),
        );
        if let Some(media_type) = operation.media_type() {
            let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
            self.add(Topic::MediaType, "", essence.trim(), &operation.pointer);
            if !parameters.is_empty() {
                self.add(
                    Topic::MediaTypeParameter,
                    "",
                    parameters.trim(),
                    &operation.pointer,
                );
            }
        }
        let security = join(&at, "security");
        for way in &operation.security {
            self.add(Topic::Authorization, "", &scheme(way), &security);
        }
        if operation.anonymous && !operation.security.is_empty() {
            self.add(Topic::AuthorizationWay, "", "none", &security);
        }
        if let Some(selector) = &operation.selector {
            let value = format!("{}={}", selector.property, selector.value);
            self.add(Topic::Selector, "", &value, &operation.pointer);
        }
        let variables = self
            .lowered
            .server(operation)
            .map(|server| &server.variables);
        for (name, default) in variables.into_iter().flatten() {
            let at = join(&join(&server, "variables"), name);
            self.add(Topic::Host, name, default, &at);
        }
    }

    fn parameters(&mut self, operation: &Operation) {
        let mut variables = 0;
        for parameter in &operation.parameters {
            let word = if parameter.required {
                "required"
            } else {
                "optional"
            };
            let mut name = parameter.name.clone();
            match parameter.location {
                Location::Path => {
                    variables += 1;
                    name = format!("{PATH_VARIABLE} {variables}");
                }
                Location::Query => {
                    self.add(
                        Topic::QueryParameter,
                        &parameter.name,
                        word,
                        &parameter.pointer,
                    );
                }
                Location::Header => {
                    self.add(Topic::Header, &parameter.name, word, &parameter.pointer)
                }
            }
            self.parameter(&name, parameter);
        }
    }

    /// The schema of a parameter, and what is said of the parameter for people.
    fn parameter(&mut self, name: &str, parameter: &Parameter) {
        let at = parameter.pointer.as_str();
        let lowered = self.lowered;
        let target = reference(&parameter.schema);
        let named = target.and_then(|target| lowered.api.schemas.get_key_value(target));
        let schema = named.map_or(&parameter.schema, |(_, named)| &named.value);
        let kind = match named {
            // Identifiers are texts of one format: only the Rust type tells them apart.
            Some((target, named)) if named.kind == SchemaKind::Id => target.as_str(),
            _ => schema
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        };
        self.add(Topic::ParameterType, name, kind, at);
        for (key, value) in schema.as_object().into_iter().flatten() {
            let text = text(value);
            match key.as_str() {
                "format" => self.add(Topic::ParameterFormat, name, &text, at),
                "enum" => {
                    for value in value.as_array().into_iter().flatten() {
                        self.add(Topic::ParameterValue, name, &self::text(value), at);
                    }
                }
                "default" => self.add(Topic::ParameterDefault, name, &text, at),
                key if BOUNDS.contains(&key) => {
                    self.add(Topic::ParameterBound, &format!("{name}#{key}"), &text, at);
                }
                "type" | "description" | "title" | "example" => {}
                key if key.starts_with("x-") => {
                    self.add(Topic::Extension, &format!("{name}#{key}"), &text, at);
                }
                key => self.add(Topic::Other, &format!("{name}#{key}"), &text, at),
            }
        }
        if let Some(example) = &parameter.example {
            let example = digest(&example.to_string());
            self.add(Topic::RequestExample, "", &format!("{name} {example}"), at);
        }
        let usual = match parameter.location {
            Location::Query => Style::Form { explode: true },
            Location::Path | Location::Header => Style::Simple { explode: false },
        };
        if parameter.style != usual {
            self.add(
                Topic::Other,
                name,
                &format!("style {:?}", parameter.style),
                at,
            );
        }
        if parameter.client_supplied {
            self.add(Topic::Other, name, "supplied by the client", at);
        }
        let raw = lowered.document.get(at);
        let deprecated = raw.and_then(|parameter| parameter.get("deprecated"));
        if deprecated == Some(&Value::Bool(true)) {
            self.add(Topic::Deprecation, name, "deprecated", at);
        }
    }

    fn request(&mut self, operation: &Operation) {
        let Body::Content {
            schema,
            examples,
            required,
            ..
        } = &operation.body
        else {
            return;
        };
        let at = join(&operation.pointer, "schema");
        let word = if *required { "required" } else { "optional" };
        self.add(Topic::RequestBody, "", word, &at);
        self.schema(Direction::Request, schema, &at, "", None);
        for (name, value) in examples {
            let at = join(&join(&operation.pointer, "examples"), name);
            self.add(
                Topic::RequestExample,
                "",
                &format!("{name} {}", digest(&value.to_string())),
                &at,
            );
        }
    }

    fn responses(&mut self, operation: &Operation) {
        for response in &operation.responses {
            if is_success(&response.status) {
                self.add(Topic::Status, "", &response.status, &response.pointer);
            } else {
                self.add(Topic::ErrorStatus, &response.status, "", &response.pointer);
            }
            for header in &response.headers {
                let name = format!("{} {}", response.status, header.to_ascii_lowercase());
                let at = join(&join(&response.pointer, "headers"), header);
                let form = self.header(&at);
                self.add(Topic::ResponseHeader, &name, &form, &at);
            }
            for (name, value) in &response.examples {
                let value = format!("{name} {}", digest(&value.to_string()));
                self.add(
                    Topic::ResponseExample,
                    &format!("{} {name}", response.status),
                    &value,
                    &response.pointer,
                );
            }
        }
        // All successes with one form are one answer; every other answer is named by its status.
        let unified = operation.success() != ResponseBody::Open;
        for response in &operation.responses {
            let ResponseBody::Json {
                media_type, schema, ..
            } = &response.body
            else {
                continue;
            };
            let success = unified && is_success(&response.status);
            let prefix = if success { "" } else { &response.status };
            let at = &response.pointer;
            let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
            let essence = essence.trim().to_ascii_lowercase();
            self.once(Topic::ResponseMediaType, prefix, &essence, at);
            if !parameters.is_empty() {
                let name = format!("answer {}", response.status);
                self.once(Topic::MediaTypeParameter, &name, parameters.trim(), at);
            }
            if self.once(Topic::ResponseBody, prefix, "known", at) {
                self.schema(Direction::Response, schema, at, prefix, None);
            }
        }
    }

    /// The schema of a response header, and whether every response has it.
    fn header(&self, pointer: &str) -> String {
        let document = &self.lowered.document;
        let resolved = |value: Option<&Value>| -> Value {
            let target = value.and_then(|value| value.get("$ref")?.as_str());
            let target = target.and_then(|target| document.get(target.strip_prefix('#')?));
            target.or(value).cloned().unwrap_or_default()
        };
        let header = resolved(document.get(pointer));
        let schema = resolved(header.get("schema"));
        let fields = schema.as_object().into_iter().flatten();
        let said = fields.filter(|(key, _)| *key != "description" && *key != "example");
        let mut words: Vec<String> = said
            .map(|(key, value)| match key.as_str() {
                "type" | "format" => text(value),
                key => format!("{key} {}", text(value)),
            })
            .collect();
        if header.get("required") == Some(&Value::Bool(true)) {
            words.push("required".to_owned());
        }
        words.join(", ")
    }

    /// Adds an entry unless it is there already.
    fn once(&mut self, topic: Topic, name: &str, value: &str, pointer: &str) -> bool {
        let same =
            |entry: &Entry| entry.topic == topic && entry.name == name && entry.value == value;
        let new = !self.entries.iter().any(same);
        if new {
            self.add(topic, name, value, pointer);
        }
        new
    }

    /// A schema with everything inside of it; `owner` is the property that has it.
    fn schema(
        &mut self,
        direction: Direction,
        schema: &Value,
        pointer: &str,
        path: &str,
        owner: Option<(&str, &str)>,
    ) {
        let whole;
        let schema = match self.merged(schema, 0) {
            Some(merged) => {
                whole = merged;
                &whole
            }
            None => schema,
        };
        if let Some(name) = reference(schema) {
            let lowered = self.lowered;
            let Some(named) = lowered.api.schemas.get(name) else {
                return;
            };
            if self.open.iter().any(|open| open == name) || self.open.len() >= MAX_DEPTH {
                return;
            }
            self.open.push(name.to_owned());
            let whole = self.merged(&named.value, 0);
            let value = whole.as_ref().unwrap_or(&named.value);
            self.facets(direction, value, &named.pointer, path, name, owner);
            self.members(direction, value, &named.pointer, path, name);
            self.open.pop();
        } else {
            let name = owner.map_or("", |(schema, _)| schema);
            self.facets(direction, schema, pointer, path, name, owner);
            self.members(direction, schema, pointer, path, name);
        }
    }

    /// The one schema that the parts of `allOf` make, if a schema has it.
    fn merged(&self, schema: &Value, depth: usize) -> Option<Value> {
        let parts = schema.get("allOf")?.as_array()?;
        let mut whole = schema.as_object()?.clone();
        whole.remove("allOf");
        let annotated = whole
            .keys()
            .all(|key| key == "description" || key.starts_with("x-"));
        if let [part] = &parts[..]
            && annotated
            && reference(part).is_some()
        {
            return Some(part.clone());
        }
        for part in parts {
            let named = reference(part).and_then(|name| self.lowered.api.schemas.get(name));
            let part = named.map_or(part, |named| &named.value);
            let inner = (depth < MAX_DEPTH)
                .then(|| self.merged(part, depth + 1))
                .flatten();
            let part = inner.as_ref().unwrap_or(part);
            for (key, value) in part.as_object().into_iter().flatten() {
                match whole.entry(key.clone()) {
                    serde_json::map::Entry::Vacant(entry) => _ = entry.insert(value.clone()),
                    serde_json::map::Entry::Occupied(mut entry) => match (entry.get_mut(), value) {
                        (Value::Object(own), Value::Object(more)) if key == "properties" => {
                            own.extend(more.clone());
                        }
                        (Value::Array(own), Value::Array(more)) if key == "required" => {
                            own.extend(more.iter().cloned());
                        }
                        _ => {}
                    },
                }
            }
        }
        Some(Value::Object(whole))
    }

    fn facets(
        &mut self,
        direction: Direction,
        schema: &Value,
        pointer: &str,
        path: &str,
        name: &str,
        owner: Option<(&str, &str)>,
    ) {
        let topics = Topics::of(direction);
        let word = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
        let own = Some((name, None));
        let used = owner.map(|(schema, property)| (schema, Some(property)));
        self.item(topics.kind, path, word("type"), pointer, used);
        self.item(topics.format, path, word("format"), pointer, used);
        for (key, value) in schema.as_object().into_iter().flatten() {
            let at = join(pointer, key);
            let text = text(value);
            match key.as_str() {
                "enum" => {
                    for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                        let value = self::text(value);
                        self.item(topics.value, path, &value, &format!("{at}/{index}"), own);
                    }
                }
                "nullable" if text == "true" => self.item(topics.null, path, "null", &at, used),
                "default" if direction == Direction::Request => {
                    self.item(Topic::RequestDefault, path, &text, &at, used);
                }
                key if BOUNDS.contains(&key) => {
                    self.item(topics.bound, &format!("{path}#{key}"), &text, &at, used);
                }
                "deprecated" if text == "true" => {
                    self.item(Topic::Deprecation, path, "deprecated", &at, used.or(own));
                }
                "readOnly" if direction == Direction::Request && text == "true" => {
                    self.item(Topic::ReadOnly, path, "read-only", &at, used);
                }
                "writeOnly" if direction == Direction::Response && text == "true" => {
                    self.item(Topic::WriteOnly, path, "write-only", &at, used);
                }
                "x-patch" => self.item(Topic::Patch, path, &text, &at, own),
                "type" | "format" | "required" | "properties" | "items" | "$ref" | "title"
                | "example" | "examples" | "default" | "nullable" | "deprecated" | "readOnly"
                | "writeOnly" => {}
                "additionalProperties" if value.is_object() => {}
                "description" => {
                    self.item(Topic::Description, path, &text, &at, used.or(own));
                }
                key if key.starts_with("x-") => {
                    self.item(
                        Topic::Extension,
                        &format!("{path}#{key}"),
                        &text,
                        &at,
                        used.or(own),
                    );
                }
                _ => self.item(
                    Topic::Other,
                    &format!("{path}#{key}"),
                    &text,
                    &at,
                    used.or(own),
                ),
            }
        }
    }

    fn members(
        &mut self,
        direction: Direction,
        schema: &Value,
        pointer: &str,
        path: &str,
        name: &str,
    ) {
        let topics = Topics::of(direction);
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        for (property, value) in properties.into_iter().flatten() {
            let at = join(&join(pointer, "properties"), property);
            let path = crate::page::dotted(path, property);
            let item = Some((name, Some(property.as_str())));
            let word = if required.contains(&property.as_str()) {
                "required"
            } else {
                "optional"
            };
            self.item(topics.property, &path, "", &at, item);
            self.item(topics.requirement, &path, word, &at, item);
            self.schema(direction, value, &at, &path, Some((name, property)));
        }
        for (key, mark) in [("items", "[]"), ("additionalProperties", ".*")] {
            if let Some(inner) = schema.get(key).filter(|inner| inner.is_object()) {
                let path = format!("{path}{mark}");
                let at = join(pointer, key);
                self.item(topics.property, &path, "", &at, Some((name, None)));
                self.schema(direction, inner, &at, &path, None);
            }
        }
    }

    fn words(&mut self, operation: &Operation) {
        let at = &operation.pointer;
        self.add(Topic::VariantName, "", &operation.id, at);
        self.add(Topic::Title, "", &operation.summary, at);
        self.add(Topic::Effect, "", operation.effect.word(), at);
        if operation.deprecated {
            self.add(
                Topic::Deprecation,
                "",
                "deprecated",
                &join(&group(operation), "deprecated"),
            );
        }
        if let Some(docs) = &operation.docs {
            let at = join(at, "x-docs");
            self.add(Topic::PageAddress, "", &docs.page, &at);
            self.add(Topic::PageAddress, "basis", &docs.basis, &at);
        }
        if let Some(description) = &operation.description {
            let key = if operation.media_type().is_some() {
                "x-description"
            } else {
                "description"
            };
            let at = join(at, key);
            let (found, wording) = wording(description);
            self.add(Topic::Description, "", &wording, &at);
            for mut entry in page_entries(&found) {
                if is_constant(entry.topic) {
                    entry.place = Place {
                        line: self.lowered.line(&at),
                        pointer: at.clone(),
                    };
                    self.entries.push(entry);
                }
            }
        }
        let known = [
            "x-operation-id",
            "x-summary",
            "x-description",
            "x-effect",
            "x-docs",
            "x-no-body",
            "x-responses",
        ];
        let own = self
            .lowered
            .document
            .get(at)
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        for (key, value) in own {
            if key.starts_with("x-") && !known.contains(&key.as_str()) {
                self.add(Topic::Extension, key, &text(value), &join(at, key));
            }
        }
        if let Some(tag) = &operation.tag {
            self.add(Topic::Other, "tag", tag, &join(&group(operation), "tags"));
        }
    }
}

/// Whether a topic is a number or a rule that sentences hold.
pub(crate) fn is_constant(topic: Topic) -> bool {
    use Topic::*;
    matches!(topic, Lifetime | Attempts | CodeShape | Limit | Default)
}

fn scheme(way: &Security) -> String {
    match way {
        Security::Bearer => "Bearer".to_owned(),
        Security::Basic => "Basic".to_owned(),
        Security::Cookie(name) => format!("cookie {name}"),
        Security::Header(name) => format!("header {name}"),
        Security::Query(name) => format!("query {name}"),
    }
}

/// A redirect that the document has is what was asked for.
fn is_success(status: &str) -> bool {
    status.starts_with(['2', '3'])
}

/// A value as text; `7` and `7.0` are one number.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => float.to_string(),
            _ => number.to_string(),
        },
        _ => value.to_string(),
    }
}

/// The name of the schema that a schema refers to.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}
