//! The models: a struct for each object, an open enum for each list of values, an enum for each choice of types.
//!
//! They are written as text: there are as many as schemas, and their syntax is always the same.

use super::doc_lines;
use super::text::{listed, literal};
use crate::model::{Alternative, Api, Field, OneOf, Rest, Schema, SchemaKind, Struct, Type};
use crate::names::variant_names;

/// Generates every named schema of a document.
#[must_use]
pub(crate) fn types(api: &Api) -> String {
    let mut text = String::new();
    // What is hidden behind macros comes first.
    let (mut structs, emitter) = (String::new(), Emitter { api });
    for (name, schema) in &api.schemas {
        match &schema.kind {
            SchemaKind::Id => text.push_str(&id(schema)),
            SchemaKind::Enum(values) => text.push_str(&open_enum(schema, values)),
            SchemaKind::OneOf(choice) => text.push_str(&emitter.one_of(schema, choice)),
            SchemaKind::Secret => {}
            SchemaKind::Struct(object) => structs.push_str(&emitter.object(name, schema, object)),
            SchemaKind::Alias(ty) => structs.push_str(&emitter.alias(name, schema, ty)),
            SchemaKind::Newtype(ty) => structs.push_str(&emitter.newtype(name, schema, ty)),
        }
    }
    text.push_str(structs.trim_end());
    text.push('\n');
    text
}

/// The Rust type of a value; `models` is the path of the generated types, or empty among them.
#[must_use]
pub(super) fn rust_type(api: &Api, models: &str, ty: &Type) -> String {
    let inner = |ty: &Type| rust_type(api, models, ty);
    match ty {
        Type::Any => "::serde_json::Value".to_owned(),
        Type::Members => "::pingone_models::Members".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Integer(name) => (*name).to_owned(),
        Type::Number => "f64".to_owned(),
        Type::Text => "String".to_owned(),
        Type::Timestamp => "::pingone_models::Timestamp".to_owned(),
        Type::Address => "::pingone_models::Address".to_owned(),
        Type::Uuid => "::pingone_models::Uuid".to_owned(),
        Type::Secret => "::pingone_models::Secret".to_owned(),
        Type::Bytes => "Vec<u8>".to_owned(),
        Type::Named(name) => {
            let schema = api.schemas.get(name);
            let name = schema.map_or(name, |schema| &schema.type_name);
            match models {
                "" => name.clone(),
                models => format!("{models}::{name}"),
            }
        }
        Type::List(item) => format!("Vec<{}>", inner(item)),
        Type::Map(value) => format!("::std::collections::BTreeMap<String, {}>", inner(value)),
        Type::Nullable(present) => format!("Option<{}>", inner(present)),
    }
}

struct Emitter<'a> {
    api: &'a Api,
}

/// What is in the body of a macro call is indented.
const INDENT: &str = "    ";

fn id(schema: &Schema) -> String {
    let docs = doc_lines(schema.description().unwrap_or("An identifier."), INDENT);
    let name = &schema.type_name;
    let sensitive = if schema.is_sensitive() {
        "(sensitive)"
    } else {
        ""
    };
    format!("::pingone_models::uuid_id! {{\n{docs}    pub struct {name}{sensitive};\n}}\n\n")
}

fn open_enum(schema: &Schema, values: &[String]) -> String {
    let docs = doc_lines(
        schema
            .description()
            .unwrap_or("One of the documented values, or another."),
        INDENT,
    );
    let mut variants = String::new();
    for (variant, value) in variant_names(values).iter().zip(values) {
        variants.push_str(&format!("        {variant} = {value:?},\n"));
    }
    let name = &schema.type_name;
    format!(
        "::pingone_models::open_enum! {{\n{docs}    pub enum {name} {{\n{variants}    }}\n}}\n\n"
    )
}

impl Emitter<'_> {
    fn ty(&self, ty: &Type) -> String {
        rust_type(self.api, "", ty)
    }

    fn alias(&self, name: &str, schema: &Schema, ty: &Type) -> String {
        let docs = docs(name, schema);
        format!("{docs}pub type {} = {};\n\n", schema.type_name, self.ty(ty))
    }

    fn newtype(&self, name: &str, schema: &Schema, ty: &Type) -> String {
        let docs = docs(name, schema);
        let (name, inner) = (&schema.type_name, self.ty(ty));
        let mut text = format!(
            "\
{docs}#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
#[cfg_attr(feature = \"schemars\", derive(::schemars::JsonSchema))]
pub struct {name}(pub {inner});

impl ::std::ops::Deref for {name} {{
    type Target = {inner};

    fn deref(&self) -> &Self::Target {{
        &self.0
    }}
}}

impl From<{name}> for {inner} {{
    fn from(value: {name}) -> Self {{
        value.0
    }}
}}

impl From<{inner}> for {name} {{
    fn from(value: {inner}) -> Self {{
        Self(value)
    }}
}}

"
        );
        if *ty == Type::Text {
            text.push_str(&format!(
                "\
impl From<&str> for {name} {{
    fn from(text: &str) -> Self {{
        Self(text.to_owned())
    }}
}}

"
            ));
        }
        let is_plain = matches!(
            ty,
            Type::Boolean
                | Type::Integer(_)
                | Type::Number
                | Type::Text
                | Type::Timestamp
                | Type::Uuid
        );
        if is_plain {
            text.push_str(&format!(
                "\
impl ::std::fmt::Display for {name} {{
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {{
        ::std::fmt::Display::fmt(&self.0, f)
    }}
}}

impl ::std::str::FromStr for {name} {{
    type Err = <{inner} as ::std::str::FromStr>::Err;

    fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {{
        text.parse().map(Self)
    }}
}}

"
            ));
        }
        text
    }

    fn one_of(&self, schema: &Schema, choice: &OneOf) -> String {
        let docs = doc_lines(
            schema.description().unwrap_or("One of several types."),
            INDENT,
        );
        let by = match &choice.discriminator {
            Some(property) => format!(" by {property:?}"),
            None => String::new(),
        };
        let mut variants = String::new();
        let mut types = Vec::new();
        for alternative in &choice.alternatives {
            let Alternative {
                name,
                tags,
                members,
                values,
                ..
            } = alternative;
            let ty = boxed(self.ty(&alternative.ty), alternative.boxed);
            let values: Vec<String> = values
                .iter()
                .map(|(name, texts)| format!("({name:?}, &{texts:?})"))
                .collect();
            variants.push_str(&format!(
                "        {name}({ty}) {{ tags: {tags:?}, members: {members:?}, values: [{}] }},\n",
                values.join(", ")
            ));
            types.push(ty);
        }
        let name = &schema.type_name;
        let types = types.join(", ");
        format!(
            "::pingone_models::one_of! {{\n{docs}    pub enum {name}{by} {{\n{variants}    }}\n}}\n\n\
             #[cfg(feature = \"schemars\")]\n::pingone_models::__one_of_json_schema!({name}, [{types}]);\n\n"
        )
    }

    fn object(&self, name: &str, schema: &Schema, object: &Struct) -> String {
        let docs = docs(name, schema);
        let name = &schema.type_name;
        let own = object.fields.iter();
        let members: Vec<Member<'_>> = own.map(|field| self.member(field, object.patch)).collect();
        let mut fields: String = members.iter().map(Member::declaration).collect();
        let rest = match &object.rest {
            Rest::Dropped => None,
            Rest::Kept => Some("::pingone_models::Members".to_owned()),
            Rest::Typed(ty) => Some(format!(
                "::std::collections::BTreeMap<String, {}>",
                self.ty(ty)
            )),
        };
        if let Some(rest) = &rest {
            fields.push_str(&format!(
                "    /// Members that the document does not know, kept as they came.\n    \
                 #[serde(flatten)]\n    pub extra: {rest},\n"
            ));
        }
        let printed = object.fields.iter();
        let printed = printed.map(|field| (field.name.as_str(), field.sensitive));
        let printed: Vec<_> = printed
            .chain(rest.is_some().then_some(("extra", false)))
            .collect();
        let (derived, debug) = debug(name, &printed);
        let needs_nothing = members.iter().all(|member| !member.field.required);
        let default = if needs_nothing { "Default, " } else { "" };
        let builder = builder(name, &members, rest.is_some());
        let reader = reader(name, &members, rest.is_some());
        format!(
            "\
{docs}#[derive(::serde::Serialize, Clone, {derived}{default}PartialEq)]
#[cfg_attr(feature = \"schemars\", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct {name} {{
{fields}}}
{debug}
{reader}
{builder}
"
        )
    }

    fn member<'a>(&self, field: &'a Field, patch: bool) -> Member<'a> {
        let present = boxed(self.ty(field.ty.present()), field.boxed);
        let is_nullable = matches!(field.ty, Type::Nullable(_));
        let mut arguments: Vec<String> = Vec::new();
        if field.wire != field.name {
            arguments.push(format!("rename = {}", literal(&field.wire)));
        }
        let (ty, expose) = match (field.required, patch) {
            (true, _) if is_nullable => {
                // Without this, serde would take an absent member for null.
                let read = "deserialize_with = \"::pingone_models::required_nullable\"";
                arguments.push(read.to_owned());
                (format!("Option<{present}>"), "optional")
            }
            (true, _) => (present.clone(), "required"),
            (false, true) => {
                arguments.push("default".to_owned());
                let absent = "skip_serializing_if = \"::pingone_models::Patch::is_absent\"";
                arguments.push(absent.to_owned());
                (format!("::pingone_models::Patch<{present}>"), "patch")
            }
            (false, false) => {
                arguments.push("default".to_owned());
                arguments.push("skip_serializing_if = \"Option::is_none\"".to_owned());
                (format!("Option<{present}>"), "optional")
            }
        };
        // A secret refuses to be serialized by itself.
        if *field.ty.present() == Type::Secret {
            arguments.push(format!(
                "serialize_with = \"::pingone_models::expose::{expose}\""
            ));
        }
        Member {
            field,
            value: if field.required { ty.clone() } else { present },
            ty,
            serde: arguments,
            patch,
        }
    }
}

fn docs(name: &str, schema: &Schema) -> String {
    let fallback = || format!("The schema `{name}`.");
    let text = schema.description().map_or_else(fallback, str::to_owned);
    doc_lines(&text, "")
}

fn boxed(ty: String, is_boxed: bool) -> String {
    match is_boxed {
        true => format!("Box<{ty}>"),
        false => ty,
    }
}

/// How a struct prints itself: what to derive, or an implementation that leaves the fields out that are sensitive.
pub(super) fn debug(name: &str, fields: &[(&str, bool)]) -> (&'static str, String) {
    if fields.iter().all(|(_, sensitive)| !sensitive) {
        return ("Debug, ", String::new());
    }
    let fields = fields.iter().map(|(field, sensitive)| {
        let value = match sensitive {
            true => "&format_args!(\"..\")".to_owned(),
            false => format!("&self.{field}"),
        };
        format!("            .field(\"{field}\", {value})\n")
    });
    let fields: String = fields.collect();
    let implementation = format!(
        "
impl ::std::fmt::Debug for {name} {{
    #[inline]
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {{
        f.debug_struct(\"{name}\")
{fields}            .finish()
    }}
}}
"
    );
    ("", implementation)
}

/// A field as the struct and its builder see it.
struct Member<'a> {
    field: &'a Field,
    ty: String,
    /// The arguments of its attribute for serde.
    serde: Vec<String>,
    /// The type of the value that is set.
    value: String,
    patch: bool,
}

impl Member<'_> {
    fn declaration(&self) -> String {
        let Field {
            name,
            wire,
            description,
            ..
        } = self.field;
        let fallback = || format!("The member `{wire}`.");
        let docs = description.clone().unwrap_or_else(fallback);
        let docs = doc_lines(&docs, INDENT);
        let serde = match self.serde.is_empty() {
            true => String::new(),
            false => format!("    {}\n", listed(4, "#[serde(", &self.serde, ")]")),
        };
        format!("{docs}{serde}    pub {name}: {},\n", self.ty)
    }

    /// The only value that the document allows, where it is also the default.
    fn constant(&self) -> Option<&str> {
        let constant = self.field.constant.as_deref();
        constant.filter(|_| self.field.required)
    }

    fn setter(&self) -> String {
        let Field { name, wire, .. } = self.field;
        let setter = name.trim_matches('_');
        let (ty, set) = match self.patch {
            true => (
                format!("::pingone_models::Patch<{}>", self.value),
                "value.into()",
            ),
            false => (self.value.clone(), "Option::Some(value.into())"),
        };
        let arguments = ["mut self".to_owned(), format!("value: impl Into<{ty}>")];
        let head = listed(
            4,
            &format!("pub fn with_{setter}("),
            &arguments,
            ") -> Self {",
        );
        let docs = doc_lines(&format!("Sets `{wire}`."), INDENT);
        format!(
            "
{docs}    #[must_use]
    {head}
        self.{name} = {set};
        self
    }}
"
        )
    }
}

/// How the struct is read.
fn reader(name: &str, members: &[Member<'_>], has_rest: bool) -> String {
    let members = members.iter().enumerate().map(|(index, member)| {
        let Field { name, wire, .. } = member.field;
        let kind = match member.field.required {
            true => "required",
            false => "optional",
        };
        format!("        {index} {name}: {} {kind},\n", literal(wire))
    });
    let members: String = members.collect();
    let rest = if has_rest { " extra" } else { "" };
    format!("::pingone_models::object! {{\n    {name} {{\n{members}    }}{rest}\n}}\n")
}

/// `new` takes what is required, a `with_` method sets each of the rest.
fn builder(name: &str, members: &[Member<'_>], has_rest: bool) -> String {
    let required = members
        .iter()
        .filter(|member| member.field.required && member.constant().is_none());
    let arguments: Vec<String> = required
        .map(|member| format!("{}: impl Into<{}>", member.field.name, member.value))
        .collect();
    let values = members.iter().map(|member| {
        let name = &member.field.name;
        match member.constant() {
            Some(value) => format!("{name}: {}.into()", literal(value)),
            None if member.field.required => format!("{name}: {name}.into()"),
            None => format!("{name}: Default::default()"),
        }
    });
    let rest = has_rest.then(|| "extra: Default::default()".to_owned());
    let values: Vec<String> = values.chain(rest).collect();
    // Where members are required, `Default` is not derived.
    let derived = members.iter().all(|member| !member.field.required);
    let default = match arguments.is_empty() && !derived {
        true => format!(
            "\
impl Default for {name} {{
    fn default() -> Self {{
        Self::new()
    }}
}}

"
        ),
        false => String::new(),
    };
    let head = listed(4, "pub fn new(", &arguments, ") -> Self {");
    let value = listed(8, "Self {", &values, "}");
    let setters = members.iter().filter(|member| !member.field.required);
    let setters: String = setters.map(Member::setter).collect();
    format!(
        "\
{default}impl {name} {{
    /// Creates a value from its required members; everything else is absent.
    #[must_use]
    {head}
        {value}
    }}
{setters}}}
"
    )
}
