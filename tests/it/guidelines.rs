//! What `GUIDELINES.md` says of the public API, and that what it points to is there.

use std::collections::BTreeSet;
use std::fs;

use pingone_tests::root;

/// The listings of the two crates that promise semantic versioning, a line for each item.
fn listed() -> Vec<String> {
    let read = |name: &str| {
        let path = root().join("api").join(name);
        fs::read_to_string(path).expect("a listing")
    };
    let text = read("pingone.txt") + &read("pingone-models.txt");
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    assert!(lines.len() > 2_000, "the listings are empty");
    lines
}

/// The functions among them: the last part of each name, and what follows it.
fn functions(lines: &[String]) -> impl Iterator<Item = (&str, &str)> {
    lines.iter().filter_map(|line| {
        let (_, rest) = line.split_once("fn ")?;
        let (path, signature) = rest.split_at(rest.find(['(', '<'])?);
        Some((path.rsplit("::").next()?, signature))
    })
}

/// Fails on items of which the guidelines say that there are none.
#[track_caller]
fn none(what: &str, found: impl Fn(&str) -> bool) {
    let lines = listed();
    let found: Vec<_> = lines.iter().filter(|line| found(line)).collect();
    assert!(found.is_empty(), "{what}: {found:#?}");
}

#[test]
fn every_test_that_is_named_exists() {
    let text = fs::read_to_string(root().join("GUIDELINES.md")).expect("readable");
    let (mut files, mut names) = (BTreeSet::new(), BTreeSet::new());
    for cell in text.lines().filter_map(|line| line.rsplit('|').nth(1)) {
        let mut file: Option<String> = None;
        for name in cell.split('`').skip(1).step_by(2) {
            if name.starts_with(['.', 'a', 't', 'c', 'd']) && name.contains('/') {
                // A file that follows another without a folder stands beside it.
                assert!(root().join(name).exists(), "there is no {name}");
                files.insert(name.to_owned());
                file = Some(name.to_owned());
            } else if let Some(beside) = name.strip_suffix(".rs") {
                let folder = file.as_deref().and_then(|file| file.rsplit_once('/'));
                let path = format!("{}/{beside}.rs", folder.map_or("", |(folder, _)| folder));
                assert!(root().join(&path).exists(), "there is no {path}");
            } else if let Some(file) = &file {
                let source = fs::read_to_string(root().join(file)).unwrap_or_default();
                let declared = source.contains(&format!("fn {name}("));
                assert!(declared, "{file} has no `{name}`");
                names.insert(name.to_owned());
            }
        }
    }
    println!(
        "{} files and {} tests are named, and are there",
        files.len(),
        names.len()
    );
    assert!(files.len() > 10 && names.len() > 3);
}

#[test]
fn conversions_have_the_names_of_what_they_cost() {
    let lines = listed();
    let mut count = 0;
    for (name, signature) in functions(&lines) {
        let borrows = signature.starts_with("(&self") || signature.starts_with("(&mut self");
        let right = match name.split_once('_').map(|(prefix, _)| prefix) {
            // A value that is copied can give what lives for ever.
            Some("as") => borrows || signature.contains("-> &'static"),
            Some("to") => borrows,
            Some("into") => signature.starts_with("(self"),
            _ => continue,
        };
        assert!(right, "{name}{signature}");
        count += 1;
    }
    assert!(count > 10);
}

#[test]
fn getters_have_no_get() {
    let lines = listed();
    let found: Vec<_> = functions(&lines)
        .filter(|(name, _)| name.starts_with("get_"))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn nothing_implements_into_or_deref_or_an_operator() {
    // What an implementation is of stands before `for`.
    let implements = |line: &str, name: &str| {
        let of = line.split(" for ").next().unwrap_or_default();
        line.starts_with("impl") && of.contains(name)
    };
    for name in [
        "convert::Into<",
        "ops::deref::",
        "ops::arith::",
        "ops::bit::",
    ] {
        none(name, |line| implements(line, &format!("core::{name}")));
    }
}

#[test]
fn no_struct_has_public_fields_and_no_room_for_more() {
    let lines = listed();
    let is_struct = |line: &&String| line.starts_with("pub struct ");
    for open in lines.iter().filter(is_struct) {
        let path = open.trim_start_matches("pub struct ");
        let path = path.split(['<', '(', ' ']).next().unwrap_or_default();
        // Generated tables fill these, also those of other documents.
        let for_generated_code = [
            "pingone_models::operation::",
            "pingone_models::parameter::",
            "pingone_models::request::",
        ];
        if for_generated_code
            .iter()
            .any(|module| path.starts_with(module))
        {
            continue;
        }
        let field = |line: &&String| {
            line.starts_with(&format!("pub {path}::"))
                && !line.contains("fn ")
                && line.contains(": ")
        };
        let found = lines.iter().find(field);
        assert!(
            found.is_none(),
            "{path} is neither closed nor `#[non_exhaustive]`: {found:?}"
        );
    }
}

#[test]
fn the_traits_can_be_objects() {
    use pingone::retry::RetryPolicy;
    use pingone::token::TokenProvider;
    use pingone::{Linked, Runtime};

    let size = size_of::<&dyn Runtime>();
    assert_eq!(size_of::<Box<dyn RetryPolicy>>(), size);
    assert_eq!(size_of::<Box<dyn TokenProvider>>(), size);
    assert_eq!(size_of::<&dyn Linked>(), size);
}
