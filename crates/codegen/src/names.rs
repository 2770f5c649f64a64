//! The Rust names of what a document names: the generator writes them, reports on a document quote them.

use std::collections::BTreeSet;

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// The type of a named schema; where several schemas come to one name, the later ones have a number behind it.
///
/// ```
/// assert_eq!(pingone_codegen::names::type_name("user-lifecycle"), "UserLifecycle");
/// assert_eq!(pingone_codegen::names::type_name("Option"), "OptionType");
/// assert_eq!(pingone_codegen::names::type_name("3rd"), "Type3rd");
/// ```
#[must_use]
pub fn type_name(schema: &str) -> String {
    let name = schema.to_upper_camel_case();
    if RESERVED_TYPES.contains(&name.as_str()) {
        return format!("{name}Type");
    }
    if is_identifier(&name) {
        return name;
    }
    let name: String = name
        .chars()
        .filter(|&character| is_identifier(&format!("xx{character}")))
        .collect();
    format!("Type{name}")
}

/// The request of a variant.
///
/// ```
/// assert_eq!(pingone_codegen::names::request_name("verifyUser"), "VerifyUser");
/// assert_eq!(pingone_codegen::names::request_name("open"), "OpenRequest");
/// ```
#[must_use]
pub fn request_name(id: &str) -> String {
    let name = id.to_upper_camel_case();
    if RESERVED_TYPES.contains(&name.as_str()) || RESERVED_REQUESTS.contains(&name.as_str()) {
        return format!("{name}Request");
    }
    name
}

/// Whether a variant can have this name.
pub(crate) fn can_name_variant(id: &str) -> bool {
    let function = id.to_snake_case();
    is_identifier(&function)
        && is_identifier(&request_name(id))
        && !RESERVED_FUNCTIONS.contains(&function.as_str())
}

/// The functions and statics that are generated beside those of the variants.
const RESERVED_FUNCTIONS: [&str; 3] = ["new_with_client", "operations", "servers"];

/// What the file of the requests also uses by its short name.
const RESERVED_REQUESTS: [&str; 8] = [
    "Endpoint",
    "IntoIterator",
    "Open",
    "Parts",
    "Place",
    "ReadError",
    "Write",
    "WriteError",
];

/// What generated code uses by its short name.
const RESERVED_TYPES: [&str; 13] = [
    "Box", "Default", "Err", "From", "Into", "None", "Ok", "Option", "Result", "Self", "Some",
    "String", "Vec",
];

/// Whether a text can be a Rust name.
pub(crate) fn is_identifier(text: &str) -> bool {
    // A keyword since the edition of 2024, which syn does not know.
    text != "gen" && syn::parse_str::<syn::Ident>(text).is_ok()
}

/// The first of `NAME`, `NAME2`, `NAME3`, … (or `NAME_2`, …) that is free.
pub(crate) fn numbered(name: &str, between: &str, is_free: impl Fn(&str) -> bool) -> String {
    if is_free(name) {
        return name.to_owned();
    }
    let mut number = 2;
    loop {
        let numbered = format!("{name}{between}{number}");
        if is_free(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

/// The constant of a variant in the table of operations.
///
/// ```
/// assert_eq!(pingone_codegen::names::constant_name("verifyUser"), "VERIFY_USER");
/// ```
#[must_use]
pub fn constant_name(id: &str) -> String {
    id.to_shouty_snake_case()
}

/// The field of a property, which has an underscore behind it where Rust has a keyword of that name.
///
/// ```
/// assert_eq!(pingone_codegen::names::field_name("memberOfGroupIDs"), "member_of_group_i_ds");
/// assert_eq!(pingone_codegen::names::field_name("type"), "type_");
/// assert_eq!(pingone_codegen::names::field_name("use"), "use_");
/// assert_eq!(pingone_codegen::names::field_name("_links"), "links");
/// ```
#[must_use]
pub fn field_name(property: &str) -> String {
    let name = property.to_snake_case();
    if is_identifier(&name) {
        return name;
    }
    let name: String = name
        .chars()
        .filter(|&character| is_identifier(&format!("xx{character}")))
        .collect();
    if name.is_empty() {
        return "field".to_owned();
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        return format!("_{name}");
    }
    format!("{name}_")
}

/// The fields of the properties of one object, in their order, each with a name of its own.
///
/// A property that is called as its field would be has the first right to the name.
///
/// ```
/// let fields = pingone_codegen::names::field_names(["plotId", "plot_id", "extra"], &["extra"]);
/// assert_eq!(fields, ["plot_id_2", "plot_id", "extra_"]);
/// ```
#[must_use]
pub fn field_names<'a>(
    properties: impl IntoIterator<Item = &'a str>,
    reserved: &[&str],
) -> Vec<String> {
    let wanted = properties.into_iter().map(|property| {
        let name = field_name(property);
        let is_reserved = reserved.contains(&name.as_str());
        let wanted = if is_reserved {
            format!("{name}_")
        } else {
            name
        };
        (property == wanted, wanted)
    });
    let wanted: Vec<(bool, String)> = wanted.collect();
    let mut taken: BTreeSet<&str> = wanted
        .iter()
        .filter(|(exact, _)| *exact)
        .map(|(_, name)| name.as_str())
        .chain(reserved.iter().copied())
        .collect();
    let mut names: Vec<String> = Vec::new();
    for (exact, name) in &wanted {
        if *exact || taken.insert(name) {
            names.push(name.clone());
            continue;
        }
        let base = name.trim_end_matches('_');
        let is_free = |free: &str| {
            is_identifier(free) && !taken.contains(free) && !names.iter().any(|name| name == free)
        };
        names.push(numbered(base, "_", is_free));
    }
    names
}

/// The variants of an open enum; `Unknown` stays free for the values that nobody documented.
///
/// ```
/// let values = ["OK".to_owned(), "UNKNOWN".to_owned()];
/// assert_eq!(pingone_codegen::names::variant_names(&values), ["Ok", "ValueUnknown"]);
/// ```
#[must_use]
pub fn variant_names(values: &[String]) -> Vec<String> {
    let mut taken = vec!["Unknown".to_owned()];
    for value in values {
        let mut name = value.to_upper_camel_case();
        if !is_identifier(&name) || taken.contains(&name) {
            name.retain(|character| is_identifier(&format!("xx{character}")));
            name = format!("Value{name}");
        }
        let name = numbered(&name, "", |name| !taken.iter().any(|other| other == name));
        taken.push(name);
    }
    taken.split_off(1)
}
