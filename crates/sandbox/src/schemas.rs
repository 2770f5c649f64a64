//! Checks queries and bodies against the document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use pingone_models::operation::Operation;
use pingone_models::{ErrorDetail, operations};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::refusal::{detail, inner};
use crate::rules::{self, Rule};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("generated/schemas.json")).unwrap_or_default()
});

/// What is known of the body of each operation.
static BODIES: LazyLock<BTreeMap<&'static str, Body>> = LazyLock::new(|| {
    let with_body = |operation: &&&Operation| DOCUMENT["requests"].get(operation.id).is_some();
    let operations = operations::OPERATIONS.iter().filter(with_body);
    operations
        .map(|operation| (operation.id, Body::of(operation)))
        .collect()
});

struct Body {
    validator: LazyLock<Option<Validator>, Box<dyn FnOnce() -> Option<Validator> + Send>>,
    /// Members that only other actions of the same resource take.
    foreign: BTreeSet<String>,
}

impl Body {
    fn of(operation: &'static Operation) -> Self {
        let own = properties(operation.id);
        let siblings = operations::OPERATIONS.iter().filter(|other| {
            (other.server, other.path) == (operation.server, operation.path)
                && other.id != operation.id
        });
        let foreign = match own {
            None => BTreeSet::new(),
            Some(own) => siblings
                .filter_map(|sibling| properties(sibling.id))
                .flat_map(Map::keys)
                .filter(|name| !own.contains_key(*name))
                .cloned()
                .collect(),
        };
        Self {
            validator: LazyLock::new(Box::new(|| compile(&DOCUMENT["requests"][operation.id]))),
            foreign,
        }
    }
}

/// The properties of a request whose schema does not invite others.
fn properties(operation: &str) -> Option<&'static Map<String, Value>> {
    let schema = resolve(&DOCUMENT["requests"][operation]);
    let open = schema.get("additionalProperties").is_some();
    schema
        .get("properties")
        .filter(|_| !open)
        .and_then(Value::as_object)
}

fn resolve(schema: &'static Value) -> &'static Value {
    let pointer = schema.get("$ref").and_then(Value::as_str);
    pointer
        .and_then(|pointer| DOCUMENT.pointer(pointer.trim_start_matches('#')))
        .unwrap_or(schema)
}

fn compile(schema: &Value) -> Option<Validator> {
    let mut schema = schema.clone();
    schema["$defs"] = DOCUMENT["$defs"].clone();
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .ok()
}

/// What is wrong with the body of this operation: nothing, if the list is empty.
pub(crate) fn check(operation: &str, body: &Value) -> Vec<ErrorDetail> {
    let validator = BODIES
        .get(operation)
        .and_then(|body| body.validator.as_ref());
    validator.map_or_else(Vec::new, |validator| {
        validator.iter_errors(body).map(explain).collect()
    })
}

/// The validators of the queries.
static QUERIES: LazyLock<BTreeMap<&'static str, Validator>> = LazyLock::new(|| {
    let queries = DOCUMENT["queries"].as_object().into_iter().flatten();
    queries
        .filter_map(|(id, schema)| Some((id.as_str(), compile(schema)?)))
        .collect()
});

/// What is wrong with the values in the query of this operation; each of several in a parameter is separated by a comma.
pub(crate) fn check_query(operation: &str, query: &str) -> Vec<ErrorDetail> {
    let Some(validator) = QUERIES.get(operation) else {
        return Vec::new();
    };
    let properties = &DOCUMENT["queries"][operation]["properties"];
    let mut details = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let Some(schema) = properties.get(&*name).map(resolve) else {
            continue;
        };
        let is_name = schema.get("enum").is_some();
        let values = match is_name {
            true => value.split(',').map(str::trim).collect(),
            false => vec![&*value],
        };
        for value in values {
            let query = json!({ &*name: typed(schema, value) });
            details.extend(validator.iter_errors(&query).map(explain));
        }
    }
    details
}

/// The value of a member of a form, whose texts have no types on the wire.
pub(crate) fn form_member(operation: &str, name: &str, text: &str) -> Value {
    let schema = members(operation).find(|(known, _)| *known == name);
    schema.map_or_else(|| text.into(), |(_, schema)| typed(schema, text))
}

/// A text as the type of its schema, if it has the form.
fn typed(schema: &Value, text: &str) -> Value {
    let kind = schema.get("type").and_then(Value::as_str);
    let value = match kind {
        Some("integer" | "number") => text.parse().map(Value::Number).ok(),
        Some("boolean") => text.parse().map(Value::Bool).ok(),
        _ => None,
    };
    value.unwrap_or_else(|| text.into())
}

/// Whether the document answers errors of this operation in the form of RFC 6749.
pub(crate) fn fails_as_oauth(operation: &str) -> bool {
    let schema = &DOCUMENT["responses"][operation]["400"]["$ref"];
    schema.as_str() == Some("#/$defs/OAuthError")
}

/// The members of a body, with what the document says of each.
fn members(operation: &str) -> impl Iterator<Item = (&'static str, &'static Value)> {
    let schema = resolve(&DOCUMENT["requests"][operation]);
    let properties = schema.get("properties").and_then(Value::as_object);
    let members = properties.into_iter().flatten();
    members.map(|(name, schema)| (name.as_str(), resolve(schema)))
}

fn is_required(operation: &str, name: &str) -> bool {
    let schema = resolve(&DOCUMENT["requests"][operation]);
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|required| required.iter().any(|known| known == name))
}

/// Whether every member of the body may be left out.
pub(crate) fn is_optional(operation: &str) -> bool {
    let schema = resolve(&DOCUMENT["requests"][operation]);
    let required = schema.get("required").and_then(Value::as_array);
    schema.get("properties").is_some() && required.is_none_or(Vec::is_empty)
}

/// Takes texts for booleans where a boolean belongs, and dates that no clock reaches for the last one; the rules that
/// this follows.
pub(crate) fn read_leniently(operation: &str, body: &mut Value) -> Vec<&'static Rule> {
    let mut followed = Vec::new();
    for (name, schema) in members(operation) {
        let Some(Value::String(text)) = body.get(name) else {
            continue;
        };
        let is = |key: &str, wanted: &str| {
            let known = schema.get(key);
            known == Some(&Value::from(wanted))
                || known
                    .and_then(Value::as_array)
                    .is_some_and(|known| known.iter().any(|known| known == wanted))
        };
        if is("type", "boolean")
            && let Ok(value) = text.parse::<bool>()
        {
            body[name] = Value::Bool(value);
            followed.push(&rules::BODY_STRING_BOOLEAN);
        } else if is("format", "date-time") && is_too_late(text) {
            body[name] = Value::from(LATEST);
            followed.push(&rules::BODY_LATEST_DATE);
        }
    }
    followed
}

/// The last moment that a clock can show, less what tells it from a lock without end.
const LATEST: &str = "9999-12-30T22:00:00.000Z";

/// Whether a moment of RFC 3339 is beyond what can be calculated with.
fn is_too_late(text: &str) -> bool {
    let civil = text.get(..19).map(str::parse::<DateTime>);
    text.starts_with("9999-12-3")
        && text.parse::<Timestamp>().is_err()
        && matches!(civil, Some(Ok(_)))
}

/// The required members and the secrets of a body that are empty.
pub(crate) fn empty_members(operation: &str, body: &Value) -> Vec<ErrorDetail> {
    let empty = members(operation).filter(|(name, schema)| {
        let is_text = schema.get("type").is_some_and(|known| known == "string");
        let is_secret = schema
            .get("format")
            .is_some_and(|known| known == "password");
        is_text
            && (is_secret || is_required(operation, name))
            && body.get(*name).and_then(Value::as_str) == Some("")
    });
    let details = empty
        .map(|(name, _)| detail("EMPTY_VALUE", &format!("{name} is empty.")).with_target(name));
    details.collect()
}

/// A member that this operation does not know, but another action of the same resource does.
pub(crate) fn foreign_member(operation: &str, body: &Value) -> Option<String> {
    let foreign = &BODIES.get(operation)?.foreign;
    body.as_object()?
        .keys()
        .find(|name| foreign.contains(*name))
        .cloned()
}

/// The names of texts in named objects of the document, each with the name of the object: secrets, and others.
static TEXTS_BY_PLACE: LazyLock<[BTreeSet<(&'static str, &'static str)>; 2]> =
    LazyLock::new(|| {
        let properties = |schema: &'static Value| {
            let properties = schema.get("properties").and_then(Value::as_object);
            properties.into_iter().flatten()
        };
        let (mut secret, mut plain) = (BTreeSet::new(), BTreeSet::new());
        let schemas = DOCUMENT["$defs"].as_object().into_iter();
        for (place, schema) in schemas.flat_map(Map::values).flat_map(properties) {
            let object = target(schema.get("items").unwrap_or(schema));
            for (name, schema) in properties(object) {
                let found = match is_password(schema) {
                    true => &mut secret,
                    false => &mut plain,
                };
                found.insert((place.as_str(), name.as_str()));
            }
        }
        [secret, plain]
    });

/// Every name that the document gives to a secret.
static SECRETS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let schemas = DOCUMENT["$defs"].as_object().into_iter();
    let properties = schemas
        .flat_map(Map::values)
        .filter_map(|schema| schema.get("properties")?.as_object())
        .flatten();
    let secret = properties.filter(|(_, schema)| is_password(schema));
    secret.map(|(name, _)| name.as_str()).collect()
});

fn is_password(schema: &Value) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("password")
}

/// The schema that a reference leads to.
fn target(schema: &'static Value) -> &'static Value {
    let name = schema.get("$ref").and_then(Value::as_str);
    match name.and_then(|name| name.strip_prefix("#/$defs/")) {
        Some(name) => &DOCUMENT["$defs"][name],
        None => schema,
    }
}

/// Whether a member of this name in an object of that name holds a secret: whoever has the name of a secret does,
/// unless the document knows the object and has no secret there, as it has `code` in `error`.
pub(crate) fn is_secret_in(place: &str, name: &str) -> bool {
    let [secret, plain] = &*TEXTS_BY_PLACE;
    is_secret(name) && (secret.contains(&(place, name)) || !plain.contains(&(place, name)))
}

/// Whether a parameter of a form or query, in which no names nest, holds a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    SECRETS.contains(name)
}

/// Whether a partial update of a user may change this attribute.
pub(crate) fn is_profile_attribute(name: &str) -> bool {
    DOCUMENT["$defs"]["UserUpdate"]["properties"]
        .get(name)
        .is_some()
}

/// Whether the document knows this member of a user.
pub(crate) fn is_user_member(name: &str) -> bool {
    DOCUMENT["$defs"]["User"]["properties"].get(name).is_some()
}

fn explain(error: ValidationError<'_>) -> ErrorDetail {
    let mut target: Vec<String> = error
        .instance_path()
        .as_str()
        .split('/')
        .filter(|step| !step.is_empty())
        .map(str::to_owned)
        .collect();
    let found = match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            target.push(name.to_owned());
            detail(
                "REQUIRED_VALUE",
                &format!("{} is required.", target.join(".")),
            )
        }
        ValidationErrorKind::Enum { options } => {
            detail("INVALID_VALUE", "The value is not one of those allowed.")
                .with_inner_error(inner([("allowedValues", options.as_ref().clone())]))
        }
        ValidationErrorKind::Minimum { limit } => detail("OUT_OF_RANGE", "The value is too small.")
            .with_inner_error(inner([("rangeMinimumValue", limit.clone())])),
        ValidationErrorKind::Maximum { limit } => detail("OUT_OF_RANGE", "The value is too large.")
            .with_inner_error(inner([("rangeMaximumValue", limit.clone())])),
        ValidationErrorKind::Format { format } => {
            detail("INVALID_VALUE", &format!("The value is no {format}."))
        }
        kind => detail(
            "INVALID_VALUE",
            &format!(
                "The value breaks the rule `{}` of the schema.",
                kind.keyword()
            ),
        ),
    };
    if target.is_empty() {
        found
    } else {
        found.with_target(target.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_of_the_document_has_a_validator() {
        let queries = DOCUMENT["queries"].as_object().unwrap();
        assert!(queries.keys().eq(QUERIES.keys()));
        assert!(!queries.is_empty());
    }

    #[test]
    fn every_body_of_the_document_has_a_validator() {
        let operations = DOCUMENT["requests"].as_object().unwrap();
        assert!(operations.len() > 20);
        for operation in operations.keys() {
            assert!(
                BODIES[operation.as_str()].validator.is_some(),
                "{operation}"
            );
        }
    }

    #[track_caller]
    fn details(operation: &str, body: Value) -> Vec<String> {
        let detail = |detail: ErrorDetail| {
            format!(
                "{} {}",
                detail.code.unwrap_or_default(),
                detail.target.unwrap_or_default()
            )
        };
        check(operation, &body).into_iter().map(detail).collect()
    }

    #[test]
    fn a_missing_member_is_named_with_its_path() {
        assert_eq!(
            details("selectDevice", json!({ "device": {} })),
            ["REQUIRED_VALUE device.id"]
        );
        assert_eq!(
            details("recoverPassword", json!({ "newPassword": 1 })),
            ["REQUIRED_VALUE recoveryCode", "INVALID_VALUE newPassword"]
        );
    }

    #[test]
    fn formats_and_enums_are_checked() {
        assert_eq!(
            details("selectDevice", json!({ "device": { "id": "x" } })),
            ["INVALID_VALUE device.id"]
        );
        assert_eq!(
            details("cancelPushAuthentication", json!({ "reason": "BORED" })),
            ["INVALID_VALUE reason"]
        );
    }

    #[test]
    fn the_document_says_what_is_secret() {
        let names: Vec<_> = SECRETS.iter().copied().collect();
        assert_eq!(
            names.join(" "),
            "access_token assertion attestation client_assertion client_secret code code_verifier currentPassword id_token id_token_hint keyUri login_hint_token mobilePayload newPassword otp password recoveryCode refresh_token request secret token userCode value verificationCode"
        );
    }

    #[test]
    fn the_values_of_a_query_are_checked_one_by_one() {
        #[track_caller]
        fn check(operation: &str, query: &str, expected: &[&str]) {
            let found = check_query(operation, query);
            let found = found
                .iter()
                .map(|detail| (detail.code.as_deref(), detail.target.as_deref()));
            let expected = expected.iter().map(|text| text.split_once(' ').unwrap());
            let expected = expected.map(|(code, target)| (Some(code), Some(target)));
            assert!(found.eq(expected), "{query}");
        }
        check("listPopulations", "limit=1&cursor=x&other=y", &[]);
        check("listPopulations", "limit=0", &["OUT_OF_RANGE limit"]);
        check("listPopulations", "limit=x", &["INVALID_VALUE limit"]);
        check("listDevices", "expand=order,typeDisplayNames", &[]);
        check("listDevices", "expand=order,AAA", &["INVALID_VALUE expand"]);
        check("readEnvironment", "limit=0", &[]);
    }

    #[test]
    fn null_clears_a_member_of_a_partial_update_only() {
        assert!(details("updateFlowUser", json!({ "nickname": null })).is_empty());
        assert_eq!(
            details("confirmFlowUser", json!({ "username": null })),
            ["INVALID_VALUE username"]
        );
    }

    #[test]
    fn a_member_of_a_sibling_action_is_foreign() {
        let body = json!({ "recoveryCode": "A", "newPassword": "B" });
        assert_eq!(
            foreign_member("resetPassword", &body).as_deref(),
            Some("recoveryCode")
        );
        assert_eq!(foreign_member("recoverPassword", &body), None);
        assert_eq!(
            foreign_member("registerFlowUser", &json!({ "otp": "1" })),
            None
        );
    }
}
