//! A change of the document reaches the generated files, and nothing else does.

use std::path::Path;

use pingone_codegen::{Document, Layout, generate};
use pingone_tests::{DOCUMENT, root};

/// The added and removed lines of every generated file after a change of the document.
fn changed_lines(from: &str, to: &str) -> Vec<String> {
    assert!(DOCUMENT.text().contains(from), "the case changes nothing");
    let changed =
        Document::parse("spec/pingone.yaml", DOCUMENT.text().replace(from, to)).expect("readable");
    let mut lines = Vec::new();
    for output in generate(&changed, &Layout::workspace(&root())).expect("generated") {
        let Some(stale) = output.check().expect("comparable") else {
            continue;
        };
        let name = output
            .path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name")
            .to_owned();
        for line in stale.to_string().lines() {
            let is_change = line.starts_with(['+', '-'])
                && !line.starts_with("+++")
                && !line.starts_with("---");
            if is_change && name != "document.sha256" {
                lines.push(format!("{name}: {}{}", &line[..1], line[1..].trim_start()));
            }
        }
    }
    lines
}

#[test]
fn a_renamed_property_changes_its_field_and_nothing_else() {
    let lines = changed_lines("verificationCode", "confirmationCode");
    let unrelated: Vec<_> = lines
        .iter()
        .filter(|line| {
            let line = line.to_lowercase().replace('_', "");
            !line.contains("verificationcode") && !line.contains("confirmationcode")
        })
        .collect();
    assert!(unrelated.is_empty(), "{unrelated:#?}");
    assert!(lines.contains(&"models.rs: -#[serde(rename = \"verificationCode\", serialize_with = \"::pingone_models::expose::required\")]".to_owned()) || lines.iter().any(|line| line.contains("-rename = \"verificationCode\",")), "{lines:#?}");
    assert!(
        lines.contains(&"models.rs: +pub confirmation_code: ::pingone_models::Secret,".to_owned()),
        "{lines:#?}"
    );
}

#[test]
fn a_renamed_media_type_changes_one_line_of_the_table() {
    let lines = changed_lines(
        "vnd.pingidentity.otp.check+json",
        "vnd.pingidentity.otp.verify+json",
    );
    let table: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("operations.rs: +"))
        .collect();
    assert!(
        !table.is_empty() && table.iter().all(|line| line.contains("otp.verify+json")),
        "{table:#?}"
    );
}

#[test]
fn a_new_secret_of_the_document_is_one_in_rust() {
    let property =
        "        verificationCode:\n          type: string\n          format: password\n";
    let new = property.replace("verificationCode", "petName");
    let lines = changed_lines(property, &format!("{new}{property}"));
    for expected in [
        "models.rs: +pub pet_name: Option<::pingone_models::Secret>,",
        "models.rs: +serialize_with = \"::pingone_models::expose::optional\",",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{lines:#?}");
    }
    // Without the marker it is a text like any other.
    let plain = new.replace("          format: password\n", "");
    let lines = changed_lines(property, &format!("{plain}{property}"));
    let expected = "models.rs: +pub pet_name: Option<String>,";
    assert!(lines.iter().any(|line| line == expected), "{lines:#?}");
    println!("C4: a new secret of the document is redacted with no change of code");
}

#[test]
fn the_same_document_gives_the_same_bytes_in_any_folder() {
    let generated = |folder: &str| {
        let outputs = generate(&DOCUMENT, &Layout::folder(Path::new(folder))).expect("generated");
        outputs
            .into_iter()
            .map(|output| output.content)
            .collect::<Vec<_>>()
    };
    assert_eq!(generated("a"), generated("somewhere/else"));
}
