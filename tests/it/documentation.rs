//! What the documentation of `pingone` promises: whoever reads about a call learns what it does, what it does twice and
//! what can go wrong, sees it used, and finds its page.

use std::fs;
use std::path::PathBuf;

use pingone_tests::root;
use syn::{
    Attribute, Expr, ImplItem, Item, Lit, Meta, ReturnType, Signature, TraitItem, Visibility,
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

/// A public function with its documentation.
struct Function {
    place: String,
    docs: String,
    output: String,
    is_async: bool,
}

fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(value) if value.path.is_ident("doc") => match &value.value {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(text) => Some(text.value()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        });
    lines.collect::<Vec<_>>().join("\n")
}

fn function(place: &str, attributes: &[Attribute], signature: &Signature) -> Function {
    let output = match &signature.output {
        ReturnType::Type(_, ty) => match &**ty {
            syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        },
        ReturnType::Default => None,
    };
    Function {
        place: format!("{place}: {}", signature.ident),
        docs: docs(attributes),
        output: output.unwrap_or_default(),
        is_async: signature.asyncness.is_some(),
    }
}

/// The public functions of public types and traits. What implements a foreign trait has its documentation.
fn functions() -> Vec<Function> {
    let mut functions = Vec::new();
    for (path, text) in sources() {
        let place = path
            .strip_prefix(root())
            .unwrap_or(&path)
            .display()
            .to_string();
        let file = syn::parse_file(&text).expect("Rust");
        for item in file.items {
            match item {
                Item::Impl(item) if item.trait_.is_none() => {
                    for member in item.items {
                        if let ImplItem::Fn(own) = member
                            && matches!(own.vis, Visibility::Public(_))
                        {
                            functions.push(function(&place, &own.attrs, &own.sig));
                        }
                    }
                }
                Item::Trait(item) if matches!(item.vis, Visibility::Public(_)) => {
                    for member in item.items {
                        if let TraitItem::Fn(own) = member {
                            functions.push(function(&place, &own.attrs, &own.sig));
                        }
                    }
                }
                Item::Fn(own) if matches!(own.vis, Visibility::Public(_)) => {
                    functions.push(function(&place, &own.attrs, &own.sig));
                }
                _ => {}
            }
        }
    }
    functions
}

#[test]
fn every_call_says_what_it_does_and_shows_it() {
    let calls = |own: &Function| own.output == "Request" || own.is_async || own.output == "Poll";
    let (mut count, mut missing) = (0, Vec::new());
    for own in functions().into_iter().filter(calls) {
        // The `next` of a stream is about pages that were asked for before.
        if own.place.ends_with("find.rs: next") {
            continue;
        }
        count += 1;
        for part in [
            "```",
            "# Errors\n",
            "# Side effects\n",
            "# Retries\n",
            "](https://developer.pingidentity.com/pingone-api/",
        ] {
            if !own.docs.contains(part) {
                missing.push(format!("{}: {}", own.place, part.trim()));
            }
        }
    }
    println!("{count} calls are documented in full");
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(count > 45);
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
        assert!(own.docs.contains("# Errors\n"), "{}", own.place);
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
        assert!(first.ends_with(['.', ':']), "{}: {first:?}", own.place);
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
