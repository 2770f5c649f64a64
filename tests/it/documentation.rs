//! Every operation has a handle method with the documentation that is generated for it, and what people write beside it
//! keeps to the project's form.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use heck::ToUpperCamelCase;
use pingone_tests::{API, root};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Block, Expr, ImplItem, Item, Lit, Meta, ReturnType, Signature, TraitItem, Visibility,
};

/// The files of the crate `pingone`.
fn sources() -> Vec<(PathBuf, String)> {
    let mut sources = Vec::new();
    let mut folders = vec![root().join("crates/pingone/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).expect("text");
                sources.push((path, text));
            }
        }
    }
    sources
}

/// A function of a type, a trait or a module.
struct Function {
    file: String,
    name: String,
    is_public: bool,
    docs: String,
    /// The operations whose generated documentation it has.
    documents: Vec<String>,
    output: String,
    /// The names in its arguments and its body.
    names: BTreeSet<String>,
}

impl Function {
    fn place(&self) -> String {
        format!("{}: {}", self.file, self.name)
    }
}

/// The text of a doc attribute.
fn doc_value(attribute: &Attribute) -> Option<&Expr> {
    match &attribute.meta {
        Meta::NameValue(value) if value.path.is_ident("doc") => Some(&value.value),
        _ => None,
    }
}

fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter_map(|attribute| match doc_value(attribute)? {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            // What the generated text begins with.
            Expr::Macro(_) => Some(String::new()),
            _ => None,
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// The `x` of each `#[doc = docs::x!()]`.
fn documents(attributes: &[Attribute]) -> Vec<String> {
    let macros = attributes
        .iter()
        .filter_map(|attribute| match doc_value(attribute)? {
            Expr::Macro(generated) => generated.mac.path.segments.last(),
            _ => None,
        });
    macros.map(|segment| segment.ident.to_string()).collect()
}

fn names(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => drop(found.insert(name.to_string())),
            TokenTree::Group(group) => names(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn function(
    file: &str,
    is_public: bool,
    attributes: &[Attribute],
    signature: &Signature,
    body: Option<&Block>,
) -> Function {
    let output = match &signature.output {
        ReturnType::Type(_, ty) => match &**ty {
            syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        },
        ReturnType::Default => None,
    };
    let mut found = BTreeSet::new();
    // A caller may bring the request.
    names(signature.inputs.to_token_stream(), &mut found);
    names(body.to_token_stream(), &mut found);
    Function {
        file: file.to_owned(),
        name: signature.ident.to_string(),
        is_public,
        docs: docs(attributes),
        documents: documents(attributes),
        output: output.unwrap_or_default(),
        names: found,
    }
}

/// The functions of types and traits. What implements a foreign trait has its documentation.
fn all_functions() -> Vec<Function> {
    let is_public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
    let mut functions = Vec::new();
    for (path, text) in sources() {
        let path = path.strip_prefix(root()).unwrap_or(&path);
        let place = path.display().to_string();
        for item in syn::parse_file(&text).expect("Rust").items {
            match item {
                Item::Impl(item) if item.trait_.is_none() => {
                    for member in item.items {
                        if let ImplItem::Fn(own) = member {
                            let public = is_public(&own.vis);
                            let body = Some(&own.block);
                            functions.push(function(&place, public, &own.attrs, &own.sig, body));
                        }
                    }
                }
                Item::Trait(item) => {
                    let public = is_public(&item.vis);
                    for member in item.items {
                        if let TraitItem::Fn(own) = member {
                            let body = own.default.as_ref();
                            functions.push(function(&place, public, &own.attrs, &own.sig, body));
                        }
                    }
                }
                Item::Fn(own) => {
                    let body = Some(&*own.block);
                    let public = is_public(&own.vis);
                    functions.push(function(&place, public, &own.attrs, &own.sig, body));
                }
                _ => {}
            }
        }
    }
    functions
}

/// The public functions of public types and traits.
fn functions() -> Vec<Function> {
    let functions = all_functions().into_iter();
    functions.filter(|own| own.is_public).collect()
}

/// The names that a function reaches, also through other functions of its file.
fn reached<'f>(own: &'f Function, all: &'f [Function]) -> BTreeSet<&'f str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![own];
    while let Some(next) = open.pop() {
        for name in &next.names {
            if seen.insert(name.as_str()) {
                let called = |other: &&Function| other.file == own.file && other.name == *name;
                open.extend(all.iter().filter(called));
            }
        }
    }
    seen
}

#[test]
fn every_operation_has_a_handle_method() {
    let all = all_functions();
    let mut missing = Vec::new();
    for operation in &API.operations {
        let (id, request) = (operation.rust_name(), operation.id.to_upper_camel_case());
        let performs = |own: &Function| {
            own.is_public
                && own.documents.contains(&id)
                && reached(own, &all).contains(request.as_str())
        };
        if !all.iter().any(performs) {
            missing.push(format!(
                "`{}`: add a public method with `#[doc = docs::{id}!()]` to a handle in crates/pingone/src that sends \
                 `{request}`; CONTRIBUTING.md shows how",
                operation.id
            ));
        }
    }
    assert!(
        missing.is_empty(),
        "no handle method sends\n{}",
        missing.join("\n")
    );
}

/// Generated documentation belongs to the operation that a method sends.
#[test]
fn no_method_has_the_documentation_of_another_operation() {
    let all = all_functions();
    let calls = all
        .iter()
        .filter(|own| own.is_public && own.output == "Request");
    let mut count = 0;
    for own in calls {
        let sent: BTreeSet<String> = API
            .operations
            .iter()
            .filter(|operation| own.names.contains(&operation.id.to_upper_camel_case()))
            .map(pingone_codegen::model::Operation::rust_name)
            .collect();
        if !sent.is_empty() {
            let documented: BTreeSet<String> = own.documents.iter().cloned().collect();
            assert_eq!(documented, sent, "{}", own.place());
            count += 1;
        }
    }
    println!("{count} methods have the documentation of their operation");
    assert!(count > 60);
}

#[test]
fn every_type_shows_how_it_is_used() {
    let mut count = 0;
    for (path, text) in sources() {
        for item in syn::parse_file(&text).expect("Rust").items {
            let (name, visibility, attributes) = match &item {
                Item::Enum(own) => (&own.ident, &own.vis, &own.attrs),
                Item::Struct(own) => (&own.ident, &own.vis, &own.attrs),
                Item::Trait(own) => (&own.ident, &own.vis, &own.attrs),
                _ => continue,
            };
            if matches!(visibility, Visibility::Public(_)) {
                let shown = docs(attributes).contains("```");
                assert!(shown, "{}: {name} has no example", path.display());
                count += 1;
            }
        }
    }
    println!("{count} types and traits have an example");
    assert!(count > 30);
}

#[test]
fn whatever_can_fail_says_how() {
    let mut count = 0;
    for own in functions().iter().filter(|own| own.output == "Result") {
        assert!(own.docs.contains("# Errors\n"), "{}", own.place());
        count += 1;
    }
    println!("{count} functions that return a `Result` say when it is an error");
    assert!(count > 5);
}

#[test]
fn documentation_begins_with_a_sentence() {
    let functions = functions();
    for own in &functions {
        let first = own.docs.split("\n\n").next().unwrap_or_default();
        let first = first.split("\n |").next().unwrap_or_default().trim();
        assert!(first.ends_with(['.', ':']), "{}: {first:?}", own.place());
    }
    println!("{} functions begin with a sentence", functions.len());
}

#[test]
fn examples_do_not_panic_on_errors() {
    let mut lines = 0;
    for (path, text) in sources() {
        // A line that begins with `#` is not shown.
        let shown = |line: &&str| line.trim_start().starts_with("///") && !line.contains("/// # ");
        for line in text.lines().filter(shown) {
            lines += 1;
            let panics = line.contains(".unwrap()") || line.contains(".expect(");
            assert!(!panics, "{}: {line}", path.display());
        }
    }
    assert!(lines > 1_000);
}
