//! The types of schemas: what a value holds, decided once for everything that is printed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::Document;
use crate::error::{Error, Result};
use crate::model::{Alternative, Field, OneOf, Rest, SchemaKind, Struct, Type};
use crate::names::{numbered, type_name};
use crate::schemas::{
    Schemas, alternatives, decides, is_id, is_sensitive, reference, sole_part, sole_value, texts,
};

/// Finds the types of schemas whose inner objects have names already.
pub(crate) struct Types<'a> {
    document: &'a Document,
    schemas: Schemas<'a>,
    kinds: BTreeMap<String, SchemaKind>,
    /// The objects of which the document does not say whether they have other members.
    unsaid: BTreeSet<String>,
    nullable: BTreeMap<String, bool>,
    /// For each alternative that was put together with what its choice shares: the schemas that are in it.
    lineage: BTreeMap<String, Vec<String>>,
}

/// A walk through the parts of a schema.
struct Walk {
    /// The references that led here.
    path: Vec<String>,
    /// How many more parts are looked at, so that parts of parts of parts come to an end.
    left: usize,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            path: Vec::new(),
            left: 50_000,
        }
    }
}

impl Walk {
    fn from(name: &str) -> Self {
        Self {
            path: vec![name.to_owned()],
            ..Self::default()
        }
    }
}

/// The keywords of a schema and of everything that it is composed of.
#[derive(Clone, Debug, Default)]
struct Merged {
    ty: Option<String>,
    format: Option<String>,
    /// `None` where any value will do.
    values: Option<Vec<Value>>,
    properties: BTreeMap<String, Value>,
    required: BTreeSet<String>,
    additional: Option<Value>,
    items: Option<Value>,
    alternatives: Vec<Value>,
    discriminator: Option<Value>,
    nullable: bool,
    patch: bool,
    /// Whether a bound says that values can be greater than any `i64`.
    exceeds_i64: bool,
}

impl<'a> Types<'a> {
    pub(crate) fn new(document: &'a Document, schemas: Schemas<'a>) -> Self {
        Self {
            document,
            schemas,
            kinds: BTreeMap::new(),
            unsaid: BTreeSet::new(),
            nullable: BTreeMap::new(),
            lineage: BTreeMap::new(),
        }
    }

    /// Decides about every named schema, also about those that come up meanwhile.
    pub(crate) fn decide(&mut self) {
        let mut open: Vec<String> = Vec::new();
        loop {
            let Some(name) = open.pop() else {
                let undecided = self
                    .schemas
                    .named
                    .keys()
                    .filter(|name| !self.kinds.contains_key(*name));
                open.extend(undecided.rev().cloned());
                if open.is_empty() {
                    return;
                }
                continue;
            };
            // Taken at once, so that a schema which leads back to itself ends.
            self.kinds
                .insert(name.clone(), SchemaKind::Newtype(Type::Any));
            match self.kind(&name) {
                Ok(kind) => {
                    self.kinds.insert(name, kind);
                }
                Err(error) => self.schemas.broken.entry(name).or_default().push(error),
            }
        }
    }

    pub(crate) fn finish(self) -> (Schemas<'a>, BTreeMap<String, SchemaKind>, BTreeSet<String>) {
        (self.schemas, self.kinds, self.unsaid)
    }

    pub(super) fn unsupported(&self, what: &'static str, pointer: &str, message: String) -> Error {
        self.document.unsupported(what, pointer, message)
    }

    pub(crate) fn kind_of(&self, name: &str) -> Option<&SchemaKind> {
        self.kinds.get(name)
    }

    /// The type of a schema that has been named where it needs to be; `hint` names what comes up meanwhile.
    pub(crate) fn of(&mut self, schema: &Value, hint: &str, pointer: &str) -> Result<Type> {
        if let Some(name) = schema.as_object().and_then(reference) {
            return Ok(self.named(&name));
        }
        let nullable = schema.get("nullable") == Some(&Value::Bool(true));
        if let Some(part) = sole_part(schema) {
            let ty = self.of(part, hint, pointer)?;
            return Ok(if nullable { or_null(ty) } else { ty });
        }
        let merged = self.merge(schema, pointer, &mut Walk::default())?;
        let ty = if merged.needs_name() {
            if let Some(name) = self.narrowest(schema, &merged) {
                return Ok(self.named(&name));
            }
            let name = self.schemas.add(hint, pointer, schema.clone());
            return Ok(self.named(&name));
        } else {
            self.plain(&merged, hint, pointer)?
        };
        Ok(if merged.nullable { or_null(ty) } else { ty })
    }

    /// The part of an enum that has all of its values: it need not be named again.
    fn narrowest(&self, schema: &Value, merged: &Merged) -> Option<String> {
        let values = merged.texts()?;
        let parts = schema.get("allOf")?.as_array()?;
        parts.iter().find_map(|part| {
            let name = part.as_object().and_then(reference)?;
            let named = self.schemas.named.get(&name)?;
            (texts(&named.value)? == values).then_some(name)
        })
    }

    fn named(&mut self, name: &str) -> Type {
        let Some(named) = self.schemas.named.get(name) else {
            // The reference is broken, which is an error of its own.
            return Type::Any;
        };
        let ty = if is_secret(&named.value) {
            Type::Secret
        } else {
            Type::Named(name.to_owned())
        };
        let nullable = match self.nullable.get(name) {
            Some(known) => *known,
            None => {
                let merged = self.merge(&named.value, &named.pointer, &mut Walk::default());
                let nullable = merged.is_ok_and(|merged| merged.nullable);
                self.nullable.insert(name.to_owned(), nullable);
                nullable
            }
        };
        if nullable { or_null(ty) } else { ty }
    }

    /// The type of what needs no name.
    fn plain(&mut self, merged: &Merged, hint: &str, pointer: &str) -> Result<Type> {
        let format = merged.format.as_deref().unwrap_or_default();
        Ok(match merged.ty() {
            Some("string") => match format {
                "password" => Type::Secret,
                "date-time" => Type::Timestamp,
                "uri" => Type::Address,
                "uuid" => Type::Uuid,
                _ => Type::Text,
            },
            Some("boolean") => Type::Boolean,
            Some("integer") => Type::Integer(match format {
                "" if merged.exceeds_i64 => "u64",
                "int8" => "i8",
                "int16" => "i16",
                "int32" => "i32",
                "uint8" => "u8",
                "uint16" => "u16",
                "uint32" => "u32",
                "uint64" | "uint" => "u64",
                _ => "i64",
            }),
            Some("number") => Type::Number,
            Some("array") => {
                let item = match &merged.items {
                    Some(items) => self.of(items, &format!("{hint}-item"), pointer)?,
                    None => Type::Any,
                };
                self.holds_no_secret(&item, pointer)?;
                Type::List(Box::new(item))
            }
            Some("object") => match &merged.additional {
                Some(schema) if schema.is_object() && decides(schema) => {
                    let value = self.of(schema, &format!("{hint}-value"), pointer)?;
                    self.holds_no_secret(&value, pointer)?;
                    Type::Map(Box::new(value))
                }
                _ => Type::Members,
            },
            _ => Type::Any,
        })
    }

    fn holds_no_secret(&self, ty: &Type, pointer: &str) -> Result<()> {
        if *ty.present() != Type::Secret {
            return Ok(());
        }
        let message = "a secret inside a list or a map is unsupported";
        Err(self.document.unsupported("secret", pointer, message))
    }

    fn kind(&mut self, name: &str) -> Result<SchemaKind> {
        let Some(named) = self.schemas.named.get(name).cloned() else {
            return Ok(SchemaKind::Newtype(Type::Any));
        };
        let (value, pointer, hint) = (named.value, named.pointer, named.type_name);
        if is_id(&value) {
            return Ok(SchemaKind::Id);
        }
        if is_secret(&value) {
            return Ok(SchemaKind::Secret);
        }
        if alias(&value).is_some() {
            if self.is_circular(name) {
                let message = format!("the schema `{name}` is nothing but another name of itself");
                return Err(self.document.error(&pointer, message));
            }
            return Ok(SchemaKind::Alias(
                self.of(&value, &hint, &pointer)?.present().clone(),
            ));
        }
        let merged = self.merge(&value, &pointer, &mut Walk::from(name))?;
        if merged.alternatives.len() > 1 {
            return Ok(SchemaKind::OneOf(
                self.one_of(name, &merged, &hint, &pointer)?,
            ));
        }
        if let Some(values) = merged.texts() {
            return Ok(SchemaKind::Enum(values));
        }
        if !merged.properties.is_empty() {
            return Ok(SchemaKind::Struct(
                self.object(name, &merged, &hint, &pointer)?,
            ));
        }
        let ty = self.plain(&merged, &hint, &pointer)?;
        Ok(if ty == Type::Secret {
            SchemaKind::Secret
        } else {
            SchemaKind::Newtype(ty)
        })
    }

    /// Whether the references of aliases lead in a circle.
    fn is_circular(&self, name: &str) -> bool {
        let mut seen = BTreeSet::from([name.to_owned()]);
        let mut at = name.to_owned();
        while let Some(target) = self
            .schemas
            .named
            .get(&at)
            .and_then(|named| alias(&named.value))
        {
            if !seen.insert(target.clone()) {
                return true;
            }
            at = target;
        }
        false
    }

    fn object(&mut self, name: &str, merged: &Merged, hint: &str, pointer: &str) -> Result<Struct> {
        let mut fields = Vec::new();
        let mut errors = Vec::new();
        for (wire, schema) in &merged.properties {
            let at = crate::document::join(&format!("{pointer}/properties"), wire);
            let ty = match self.of(schema, &format!("{hint}-{wire}"), &at) {
                Ok(ty) => ty,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            let description = schema.get("description").and_then(Value::as_str);
            fields.push(Field {
                wire: wire.clone(),
                name: String::new(),
                ty,
                required: merged.required.contains(wire),
                read_only: schema.get("readOnly") == Some(&Value::Bool(true)),
                write_only: schema.get("writeOnly") == Some(&Value::Bool(true)),
                boxed: false,
                constant: self.constant(schema),
                sensitive: is_sensitive(schema),
                description: description.map(str::to_owned),
            });
        }
        if let Some(error) = Error::all(errors) {
            return Err(error);
        }
        // What is required without being described can be anything.
        for wire in merged
            .required
            .iter()
            .filter(|wire| !merged.properties.contains_key(*wire))
        {
            fields.push(Field {
                wire: wire.clone(),
                name: String::new(),
                ty: Type::Any,
                required: true,
                read_only: false,
                write_only: false,
                boxed: false,
                constant: None,
                sensitive: false,
                description: None,
            });
        }
        fields.sort_by(|a, b| a.wire.cmp(&b.wire));
        let rest = match &merged.additional {
            Some(Value::Bool(false)) => Rest::Dropped,
            Some(schema) if schema.is_object() && decides(schema) => {
                let ty = self.of(schema, &format!("{hint}-value"), pointer)?;
                self.holds_no_secret(&ty, pointer)?;
                Rest::Typed(ty)
            }
            Some(_) => Rest::Kept,
            // A base of other schemas holds the members of those.
            None if merged.discriminator.is_some() => Rest::Kept,
            None => {
                self.unsaid.insert(name.to_owned());
                Rest::Dropped
            }
        };
        Ok(Struct {
            fields,
            rest,
            patch: merged.patch,
        })
    }

    /// The value of a property that can have no other and whose default it is.
    fn constant(&self, property: &Value) -> Option<String> {
        let named = property.as_object().and_then(reference);
        let schema = match named {
            Some(name) => &self.schemas.named.get(&name)?.value,
            None => property,
        };
        let value = sole_value(schema)?;
        (schema.get("default")?.as_str()? == value).then(|| value.to_owned())
    }

    fn one_of(&mut self, own: &str, merged: &Merged, hint: &str, pointer: &str) -> Result<OneOf> {
        let discriminator = merged.discriminator.as_ref();
        let property =
            discriminator.and_then(|discriminator| discriminator.get("propertyName")?.as_str());
        let mapping =
            discriminator.and_then(|discriminator| discriminator.get("mapping")?.as_object());
        let mut alternatives: Vec<Alternative> = Vec::new();
        let shared = merged.without_alternatives();
        for (index, schema) in merged.alternatives.iter().enumerate() {
            let target = schema.as_object().and_then(reference);
            let own_name = target
                .as_deref()
                .map_or_else(|| format!("variant{}", index + 1), type_name);
            let composed = match &shared {
                Some(shared) if !self.includes(schema, merged, pointer)? => {
                    Some(json!({ "allOf": [shared, schema] }))
                }
                _ => None,
            };
            let lineage = match (&composed, &target) {
                (Some(_), Some(target)) => self.lineage_with(own, target, pointer)?,
                _ => Vec::new(),
            };
            let ty = self.of(
                composed.as_ref().unwrap_or(schema),
                &format!("{hint}-{own_name}"),
                pointer,
            )?;
            let ty = ty.present().clone();
            if let (Type::Named(name), Some(_)) = (&ty, &composed) {
                self.lineage.insert(name.clone(), lineage);
            }
            if ty == Type::Secret {
                let message = "a secret as one of several types is unsupported";
                return Err(self.document.unsupported("secret", pointer, message));
            }
            if alternatives.iter().any(|other| other.ty == ty) {
                continue;
            }
            let inner = self.merge(
                composed.as_ref().unwrap_or(schema),
                pointer,
                &mut Walk::default(),
            )?;
            let values = self.values(&inner, pointer);
            let own_values = |property: &str| {
                let found = values.iter().find(|(name, _)| name == property);
                found.map(|(_, texts)| texts.clone())
            };
            let tags = match (property, &target) {
                (None, _) => Vec::new(),
                (Some(property), Some(target)) => tags(target, mapping, own_values(property)),
                (Some(property), None) => own_values(property).ok_or_else(|| {
                    let message = format!(
                        "the `discriminator` `{property}` chooses among named schemas, but this is one without a \
                         name, which has no `enum` of values for it"
                    );
                    self.document.unsupported("discriminator", pointer, message)
                })?,
            };
            let name = match (&target, &ty) {
                (Some(target), _) => self.type_name(target),
                (None, Type::Named(name)) => self.type_name(name),
                (None, ty) => plain_name(ty).to_owned(),
            };
            let name = numbered(&name, "", |name| {
                name != "Unknown" && alternatives.iter().all(|other| other.name != name)
            });
            alternatives.push(Alternative {
                name,
                ty,
                boxed: false,
                tags,
                values,
                members: inner.properties.into_keys().collect(),
            });
        }
        Ok(OneOf {
            discriminator: property.map(str::to_owned),
            alternatives,
        })
    }

    /// Whether an alternative has everything that the alternatives share, as a child has it that is composed of its parent.
    fn includes(&self, alternative: &Value, shared: &Merged, pointer: &str) -> Result<bool> {
        let own = self.merge(alternative, pointer, &mut Walk::default())?;
        let has_members = shared
            .properties
            .iter()
            .all(|(name, schema)| own.properties.get(name) == Some(schema));
        let is_open = shared.additional.is_none() || shared.additional == own.additional;
        Ok(has_members && is_open && shared.required.is_subset(&own.required))
    }

    /// The schemas in an alternative; an error if it would be put together with itself without end.
    fn lineage_with(&self, own: &str, target: &str, pointer: &str) -> Result<Vec<String>> {
        let mut lineage = self.lineage.get(own).cloned().unwrap_or_default();
        lineage.push(own.to_owned());
        if lineage.iter().any(|known| known == target) {
            let message = format!(
                "the schema `{target}` is one of several that are composed of itself, which is unsupported"
            );
            return Err(self.document.unsupported("oneOf", pointer, message));
        }
        lineage.push(target.to_owned());
        Ok(lineage)
    }

    fn type_name(&self, name: &str) -> String {
        let named = self.schemas.named.get(name);
        named.map_or_else(|| type_name(name), |named| named.type_name.clone())
    }

    /// The documented texts by which one alternative can be told from another.
    fn values(&self, merged: &Merged, pointer: &str) -> Vec<(String, Vec<String>)> {
        let own = merged.texts().map(|texts| (String::new(), texts));
        let members = merged.properties.iter().filter_map(|(name, schema)| {
            let schema = self.merge(schema, pointer, &mut Walk::default()).ok()?;
            Some((name.clone(), schema.texts()?))
        });
        own.into_iter().chain(members).collect()
    }

    /// Puts a schema and its parts together.
    fn merge(&self, schema: &Value, pointer: &str, walk: &mut Walk) -> Result<Merged> {
        let Some(left) = walk.left.checked_sub(1) else {
            let message = "a schema that is composed of so many parts is unsupported";
            return Err(self.document.unsupported("allOf", pointer, message));
        };
        walk.left = left;
        if let Some(name) = schema.as_object().and_then(reference) {
            if walk.path.contains(&name) {
                let message = format!("the schema `{name}` is composed of itself");
                return Err(self.document.error(pointer, message));
            }
            let Some(named) = self.schemas.named.get(&name) else {
                return Ok(Merged::default());
            };
            walk.path.push(name);
            let merged = self.merge(&named.value, &named.pointer, walk);
            walk.path.pop();
            return merged;
        }
        let mut merged = Merged::own(schema);
        let own_decides = merged.decides();
        let mut parts_nullable = Vec::new();
        let alternatives = alternatives(schema);
        let parts = schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let sole = (alternatives.len() == 1)
            .then_some(&alternatives)
            .into_iter()
            .flatten()
            .copied();
        for part in parts.chain(sole) {
            let inner = self.merge(part, pointer, walk)?;
            if decides(part) {
                parts_nullable.push(inner.nullable);
            }
            merged.add(inner).map_err(|what| {
                let message = format!("the parts of `allOf` contradict each other: {what}");
                self.document.unsupported("allOf", pointer, message)
            })?;
        }
        if !own_decides
            && !parts_nullable.is_empty()
            && parts_nullable.iter().all(|nullable| *nullable)
        {
            merged.nullable = true;
        }
        // A parent that lists the child which is composed of it: here it is known which child it is.
        let leads_back = alternatives.iter().any(|alternative| {
            let target = alternative.as_object().and_then(reference);
            target.is_some_and(|target| walk.path.iter().rev().skip(1).any(|name| *name == target))
        });
        if alternatives.len() > 1 && !leads_back {
            if !merged.alternatives.is_empty()
                || ["oneOf", "anyOf"]
                    .iter()
                    .all(|key| schema.get(key).is_some_and(decides_any))
            {
                let message = "several lists of alternatives in one schema are unsupported: \
                    `oneOf` and `anyOf` can be combined once";
                return Err(self.document.unsupported("oneOf", pointer, message));
            }
            merged.alternatives = alternatives.into_iter().cloned().collect();
            let null = |schema: &Value| {
                let inner = self.merge(schema, pointer, walk);
                inner.is_ok_and(|inner| inner.nullable)
            };
            let nullable: Vec<bool> = merged.alternatives.iter().map(null).collect();
            merged.nullable |= nullable.contains(&true);
        }
        Ok(merged)
    }
}

/// The schema of which a schema is another name.
fn alias(schema: &Value) -> Option<String> {
    let part = sole_part(schema).unwrap_or(schema);
    reference(part.as_object()?)
}

fn decides_any(list: &Value) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(decides))
}

impl Merged {
    /// The keywords of a schema itself.
    fn own(schema: &Value) -> Self {
        let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
        let flag = |key: &str| schema.get(key) == Some(&Value::Bool(true));
        let properties = schema.get("properties").and_then(Value::as_object);
        let required = schema.get("required").and_then(Value::as_array);
        let values = schema.get("enum").and_then(Value::as_array);
        let has_null = values.is_some_and(|values| values.contains(&Value::Null));
        Self {
            ty: text("type"),
            format: text("format"),
            values: values.map(|values| {
                values
                    .iter()
                    .filter(|value| !value.is_null())
                    .cloned()
                    .collect()
            }),
            properties: properties
                .into_iter()
                .flatten()
                .map(|(name, schema)| (name.clone(), schema.clone()))
                .collect(),
            required: required
                .into_iter()
                .flatten()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            additional: schema.get("additionalProperties").cloned(),
            items: schema.get("items").cloned(),
            alternatives: Vec::new(),
            discriminator: schema.get("discriminator").cloned(),
            nullable: flag("nullable") || has_null,
            patch: flag("x-patch"),
            exceeds_i64: schema
                .get("maximum")
                .is_some_and(|maximum| maximum.is_u64() && !maximum.is_i64()),
        }
    }

    fn decides(&self) -> bool {
        self.ty.is_some()
            || self.format.is_some()
            || self.values.is_some()
            || !self.properties.is_empty()
            || self.additional.is_some()
            || self.items.is_some()
    }

    /// Adds the keywords of a part; the error says what contradicts.
    fn add(&mut self, part: Self) -> Result<(), String> {
        self.ty = match (self.ty.take(), part.ty) {
            (Some(a), Some(b)) if a == b => Some(a),
            (Some(a), Some(b))
                if [a.as_str(), b.as_str()]
                    .iter()
                    .all(|ty| ["integer", "number"].contains(ty)) =>
            {
                Some("integer".to_owned())
            }
            (Some(a), Some(b)) => {
                return Err(format!("one is of type `{a}`, another of type `{b}`"));
            }
            (a, b) => a.or(b),
        };
        self.format = match (self.format.take(), part.format) {
            (Some(a), Some(b)) if a != b => {
                return Err(format!(
                    "one has the format `{a}`, another the format `{b}`"
                ));
            }
            (a, b) => a.or(b),
        };
        self.values = match (self.values.take(), part.values) {
            (Some(a), Some(b)) => {
                let both: Vec<Value> = a.into_iter().filter(|value| b.contains(value)).collect();
                if both.is_empty() {
                    return Err("their enums have no value in common".to_owned());
                }
                Some(both)
            }
            (a, b) => a.or(b),
        };
        for (name, schema) in part.properties {
            let schema = match self.properties.remove(&name) {
                Some(known) if known != schema => json!({ "allOf": [known, schema] }),
                _ => schema,
            };
            self.properties.insert(name, schema);
        }
        self.required.extend(part.required);
        self.additional = match (self.additional.take(), part.additional) {
            // What one part closes, another opens for its members.
            (Some(Value::Bool(false)), other) | (other, Some(Value::Bool(false))) => other,
            (Some(a), Some(b)) if a.is_object() && b.is_object() && a != b => {
                Some(json!({ "allOf": [a, b] }))
            }
            (a, b) => a.or(b),
        };
        self.items = match (self.items.take(), part.items) {
            (Some(a), Some(b)) if a != b => Some(json!({ "allOf": [a, b] })),
            (a, b) => a.or(b),
        };
        if !self.alternatives.is_empty() && !part.alternatives.is_empty() {
            return Err("several have alternatives".to_owned());
        }
        self.alternatives.extend(part.alternatives);
        self.discriminator = self.discriminator.take().or(part.discriminator);
        self.patch |= part.patch;
        self.exceeds_i64 |= part.exceeds_i64;
        Ok(())
    }

    /// The type, also where the schema says it by its other keywords alone.
    fn ty(&self) -> Option<&str> {
        if let Some(ty) = &self.ty {
            return Some(ty);
        }
        if !self.properties.is_empty() || self.additional.as_ref().is_some_and(Value::is_object) {
            return Some("object");
        }
        if self.items.is_some() {
            return Some("array");
        }
        let all = |is: fn(&Value) -> bool| {
            let values = self.values.as_ref().filter(|values| !values.is_empty());
            values.is_some_and(|values| values.iter().all(is))
        };
        if all(Value::is_boolean) {
            Some("boolean")
        } else if all(|value| value.is_i64() || value.is_u64()) {
            Some("integer")
        } else if all(Value::is_number) {
            Some("number")
        } else if all(Value::is_string) {
            Some("string")
        } else {
            // A format without a type says nothing about numbers, but these are texts alone.
            self.format
                .as_deref()
                .filter(|format| ["date-time", "uuid", "uri"].contains(format))
                .map(|_| "string")
        }
    }

    fn texts(&self) -> Option<Vec<String>> {
        let values = self.values.clone()?;
        texts(&json!({ "type": self.ty(), "enum": values }))
    }

    fn needs_name(&self) -> bool {
        !self.properties.is_empty() || self.alternatives.len() > 1 || self.texts().is_some()
    }

    /// What all alternatives share, as a schema; `None` if that is nothing.
    fn without_alternatives(&self) -> Option<Value> {
        if self.properties.is_empty() && self.required.is_empty() && self.additional.is_none() {
            return None;
        }
        let mut schema = Map::new();
        schema.insert("type".to_owned(), "object".into());
        if !self.properties.is_empty() {
            let properties = self.properties.clone().into_iter();
            schema.insert("properties".to_owned(), Value::Object(properties.collect()));
        }
        schema.insert(
            "required".to_owned(),
            self.required.iter().cloned().collect(),
        );
        if let Some(additional) = &self.additional {
            schema.insert("additionalProperties".to_owned(), additional.clone());
        }
        Some(Value::Object(schema))
    }
}

/// The values of a discriminator that choose a schema: those of the mapping, else those that it allows itself, else its name.
fn tags(
    schema: &str,
    mapping: Option<&Map<String, Value>>,
    own_values: Option<Vec<String>>,
) -> Vec<String> {
    let leads_here = |target: &Value| {
        let named = json!({ "$ref": target });
        let by_reference = named.as_object().and_then(reference);
        by_reference.as_deref() == Some(schema) || target.as_str() == Some(schema)
    };
    let mapped = mapping
        .into_iter()
        .flatten()
        .filter(|(_, target)| leads_here(target));
    let mut tags: Vec<String> = mapped.map(|(value, _)| value.clone()).collect();
    if let (true, Some(own)) = (tags.is_empty(), own_values) {
        return own;
    }
    let is_other = mapping.is_some_and(|mapping| mapping.contains_key(schema));
    if !is_other && !tags.iter().any(|tag| tag == schema) {
        tags.push(schema.to_owned());
    }
    tags
}

/// The name of an alternative without a name of its own.
fn plain_name(ty: &Type) -> &'static str {
    match ty {
        Type::Any | Type::Named(_) | Type::Nullable(_) => "Value",
        Type::Members => "Object",
        Type::Boolean => "Boolean",
        Type::Integer(_) => "Integer",
        Type::Number => "Number",
        Type::Text | Type::Secret => "Text",
        Type::Timestamp => "Timestamp",
        Type::Address => "Address",
        Type::Uuid => "Uuid",
        Type::List(_) => "List",
        Type::Map(_) => "Map",
        Type::Bytes => "Bytes",
    }
}

fn or_null(ty: Type) -> Type {
    match ty {
        // Any JSON holds `null` already.
        Type::Nullable(_) | Type::Any => ty,
        ty => Type::Nullable(Box::new(ty)),
    }
}

fn is_secret(schema: &Value) -> bool {
    let word = |key: &str| schema.get(key).and_then(Value::as_str);
    (word("type"), word("format")) == (Some("string"), Some("password")) && texts(schema).is_none()
}
