//! The document itself: what no linter knows of it.

use std::collections::BTreeSet;

use pingone_codegen::model::{Body, ResponseBody};
use pingone_codegen::{Document, Layout, generate, lower};
use pingone_tests::{API, DOCUMENT, root};
use serde_json::Value;

#[test]
fn every_operation_says_where_it_is_documented() {
    for operation in &API.operations {
        let docs = operation
            .docs
            .as_ref()
            .unwrap_or_else(|| panic!("`{}` has no `x-docs`", operation.id));
        assert!(
            docs.page
                .starts_with("https://developer.pingidentity.com/pingone-api/")
                && docs.page.ends_with(".html"),
            "`{}` names no page: {}",
            operation.id,
            docs.page
        );
        assert!(
            ["page", "reference", "inferred"].contains(&docs.basis.as_str()),
            "`{}` has no basis: {}",
            operation.id,
            docs.basis
        );
    }
}

/// The function of the crate `pingone` that calls an operation has the address in its documentation.
#[test]
fn every_call_links_to_its_page() {
    let folder = root().join("crates/pingone/src");
    let mut source = String::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                source += &std::fs::read_to_string(path).expect("text");
            }
        }
    }
    // Tokens are requested by providers, which have a page of their own.
    let calls = API.operations.iter().filter(|own| own.id != "requestToken");
    for operation in calls {
        let page = &operation.docs.as_ref().expect("a page").page;
        let link = format!("]({page})");
        assert!(source.contains(&link), "`{}`: {page}", operation.id);
    }
}

#[test]
fn an_operation_without_an_effect_is_refused() {
    let text = DOCUMENT.text();
    let lines: Vec<&str> = text.lines().collect();
    let effects = (0..lines.len()).filter(|line| lines[*line].contains(" x-effect: "));
    let mut refused = 0;
    for position in effects {
        let mut without = lines.clone();
        without.remove(position);
        let document = Document::parse("spec/pingone.yaml", without.join("\n")).expect("readable");
        let error = lower(&document).expect_err("an operation has no effect");
        assert!(error.to_string().contains("has no `x-effect`"), "{error}");
        refused += 1;
    }
    println!(
        "A1: {} of {} operations have an effect, and need it",
        refused,
        API.operations.len()
    );
    assert_eq!(refused, API.operations.len());
}

#[test]
fn every_operation_has_a_tag_and_a_success() {
    for operation in &API.operations {
        assert!(operation.tag.is_some(), "`{}` has no tag", operation.id);
        let successes = operation
            .responses
            .iter()
            .filter(|response| response.status.starts_with('2'))
            .count();
        assert_eq!(successes, 1, "`{}` has one success", operation.id);
    }
}

#[test]
fn every_request_and_every_answer_is_shown_by_an_example() {
    for operation in &API.operations {
        if let Body::Content { examples, .. } = &operation.body {
            assert!(
                !examples.is_empty(),
                "no request of `{}` is shown",
                operation.id
            );
        }
        for response in &operation.responses {
            if matches!(response.body, ResponseBody::Json { .. }) {
                assert!(
                    !response.examples.is_empty(),
                    "no {} of `{}` is shown",
                    response.status,
                    operation.id
                );
            }
        }
    }
}

/// Every example against its schema, with formats checked and unknown members refused.
#[test]
fn every_example_fits_its_schema() {
    let path = root().join("crates/sandbox/src/generated/schemas.json");
    let text = std::fs::read_to_string(path).expect("generated");
    let mut schemas: Value = serde_json::from_str(&text).expect("JSON");
    for definition in schemas["$defs"]
        .as_object_mut()
        .expect("definitions")
        .values_mut()
    {
        let is_record = definition.get("properties").is_some()
            && definition.get("additionalProperties").is_none();
        if is_record {
            definition["additionalProperties"] = false.into();
        }
    }
    let mut count = 0;
    let mut check = |schema: &Value, example: &Value, what: &str| {
        let mut schema = schema.clone();
        schema["$defs"] = schemas["$defs"].clone();
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .expect("a schema");
        let errors: Vec<_> = validator
            .iter_errors(example)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{what}: {}", errors.join("; "));
        count += 1;
    };
    for operation in &API.operations {
        if let Body::Content { examples, .. } = &operation.body {
            for (case, example) in examples {
                check(
                    &schemas["requests"][&operation.id],
                    example,
                    &format!("request `{case}` of `{}`", operation.id),
                );
            }
        }
        for response in &operation.responses {
            for (case, example) in &response.examples {
                let schema = &schemas["responses"][&operation.id][&response.status];
                check(
                    schema,
                    example,
                    &format!("{} `{case}` of `{}`", response.status, operation.id),
                );
            }
        }
    }
    println!("{count} examples fit their schemas");
}

#[test]
fn every_component_is_used() {
    let text = DOCUMENT.text();
    for kind in ["schemas", "responses", "parameters", "examples", "headers"] {
        let components = DOCUMENT
            .get(&format!("/components/{kind}"))
            .and_then(Value::as_object);
        for name in components.into_iter().flatten().map(|(name, _)| name) {
            let reference = format!("#/components/{kind}/{name}");
            let used = text.match_indices(&reference).any(|(at, _)| {
                !text[at + reference.len()..]
                    .starts_with(|next: char| next.is_alphanumeric() || next == '_')
            });
            assert!(used, "`{reference}` is used nowhere");
        }
    }
}

#[test]
fn ids_follow_their_casing() {
    let ids: BTreeSet<_> = API
        .operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    for id in ids {
        let lower_camel = id.starts_with(|first: char| first.is_ascii_lowercase())
            && id.chars().all(char::is_alphanumeric);
        assert!(lower_camel, "`{id}` is not camelCase");
    }
    for name in API.schemas.keys() {
        assert!(
            name.starts_with(|first: char| first.is_ascii_uppercase()),
            "`{name}` is not PascalCase"
        );
    }
}

#[test]
fn the_generated_files_are_fresh() {
    for output in generate(&DOCUMENT, &Layout::workspace(&root())).expect("generated") {
        if let Some(stale) = output.check().expect("comparable") {
            panic!("{stale}\nrun `cargo xtask codegen` and commit the result");
        }
    }
}
