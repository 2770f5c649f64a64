//! The Rust names of what a document names: the generator writes them, reports on a document quote them.

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// The type of a named schema.
///
/// ```
/// assert_eq!(pingone_codegen::names::type_name("user-lifecycle"), "UserLifecycle");
/// ```
#[must_use]
pub fn type_name(schema: &str) -> String {
    schema.to_upper_camel_case()
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
/// assert_eq!(pingone_codegen::names::field_name("_links"), "links");
/// ```
#[must_use]
pub fn field_name(property: &str) -> String {
    let name = property.to_snake_case();
    if syn::parse_str::<syn::Ident>(&name).is_err() {
        return format!("{name}_");
    }
    name
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
        let mut name = type_name(value);
        if syn::parse_str::<syn::Ident>(&name).is_err() || taken.contains(&name) {
            name = format!("Value{name}");
        }
        let mut numbered = name.clone();
        let mut number = 2;
        while taken.contains(&numbered) {
            numbered = format!("{name}{number}");
            number += 1;
        }
        taken.push(numbered);
    }
    taken.split_off(1)
}
