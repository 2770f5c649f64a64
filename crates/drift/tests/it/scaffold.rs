//! What the document lacks for a page, written and pasted in.

use std::path::Path;

use pingone_codegen::{Document, Layout, generate};
use pingone_drift::{
    Choices, Finding, Form, Ledger, Page, Scaffold, ScaffoldError, Specification, check_pages,
    scaffold,
};

use crate::catalogue::{LIBRARY, document, specification};
use crate::noop::pages;

pub(crate) fn page(text: &str) -> Page {
    Page::read(text.as_bytes()).expect("the page can be read")
}

pub(crate) fn accepted(text: &str) -> Specification {
    specification(text).unwrap_or_else(|error| panic!("{error}"))
}

/// A document without the block that begins with a line, which has to be one.
#[track_caller]
pub(crate) fn without(text: &str, first: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| line.trim() == first);
    let start = start.unwrap_or_else(|| panic!("no line is `{first}`"));
    let inside = |line: &&&str| line.trim().is_empty() || indent(line) > indent(lines[start]);
    let end = start + 1 + lines[start + 1..].iter().take_while(inside).count();
    let kept = lines[..start].iter().chain(&lines[end..]);
    kept.map(|line| format!("{line}\n")).collect()
}

/// The document with the parts pasted in, as a person would do it.
fn pasted(text: &str, new: &Scaffold) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for part in &new.parts {
        let own = part.text.lines().map(str::to_owned);
        lines.splice(part.line..part.line, own);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What is found of a page that was just recorded, but for what real pages say wrong.
fn found(page: Page, specification: &Specification) -> Vec<Finding> {
    let pages = [("page".to_owned(), page)];
    let ledger = Ledger::of(&pages, specification);
    assert_eq!(ledger.pages.len(), 1, "the document knows the page");
    // The prose of the invented page requires what its table calls optional.
    let known = [
        "page-links-found",
        "page-addresses-found",
        "prose-operation-changed",
        "prose-requirement-changed",
    ];
    let mut found = check_pages(&pages, &ledger, specification);
    found.retain(|finding| !known.contains(&finding.rule.as_str()));
    found
}

#[track_caller]
fn check(text: &str, missing: &str, from: &str) -> Scaffold {
    let text = without(text, missing);
    let specification = accepted(&text);
    let choices = Choices {
        url: Some("https://docs.example.com/page.html".to_owned()),
        ..Choices::default()
    };
    let new = scaffold(&page(from), &specification, &choices)
        .unwrap_or_else(|error| panic!("{missing}: {error}"));
    assert_eq!(
        pasted(&text, &new),
        new.text,
        "{missing}: no other line changes"
    );
    let found = found(page(from), &accepted(&new.text));
    assert!(found.is_empty(), "{missing}: {found:#?}");
    new
}

/// The generator takes the document, and not only reads it.
#[track_caller]
fn generated(text: &str) {
    let document = Document::parse("new.yaml", text).expect("it is YAML");
    let outputs = generate(&document, &Layout::folder(Path::new("never-written")));
    assert!(outputs.is_ok_and(|outputs| !outputs.is_empty()), "{text}");
}

#[test]
fn a_variant_that_was_taken_out_comes_back_from_its_page() {
    let missing = [
        (
            "000",
            "application/vnd.pingidentity.user.sendVerificationCode+json:",
        ),
        ("001", "application/vnd.pingidentity.user.verify+json:"),
        (
            "002",
            "application/vnd.pingidentity.password.sendRecoveryCode+json:",
        ),
        ("003", "application/vnd.pingidentity.user.confirm+json:"),
        ("004", "/{environmentId}/deviceAuthentications:"),
    ];
    let document = document();
    let mut runs = 0;
    for (name, form, text) in pages() {
        let Some((_, first)) = missing.iter().find(|(number, _)| name.starts_with(number)) else {
            continue;
        };
        let own = page(&text);
        // Text in its tightest form has lost names; what is left of them is another test's.
        let whole = own
            .properties
            .iter()
            .flatten()
            .all(|row| !row.name.is_empty());
        if form == Form::TightText && !whole {
            continue;
        }
        let new = check(&document, first, &text);
        if form == Form::Markdown {
            generated(&new.text);
        }
        runs += 1;
    }
    println!("{runs} pages came back");
    assert!(runs == 0 || runs >= 15, "{runs} runs");
}

#[test]
fn an_invented_variant_comes_back_in_every_form() {
    let mut texts = Vec::new();
    for (name, form, text) in pages() {
        if name == "invented" {
            // A requirement in words is one that no document agrees with.
            let text = text.replace("Required if overdue", "Optional");
            let new = check(LIBRARY, "application/vnd.example.loan.extend+json:", &text);
            generated(&new.text);
            texts.push((form, new));
        }
    }
    let (_, spaced) = &texts[0];
    insta::assert_snapshot!(
        spaced
            .parts
            .iter()
            .map(|part| format!(
                "# {} behind line {}\n{}\n",
                part.pointer, part.line, part.text
            ))
            .collect::<String>()
    );
    assert_eq!(texts.len(), 3);
}

#[test]
fn an_unknown_path_becomes_an_operation() {
    let text = page(
        "Read a Reader\n\nGET {{apiPath}}/shelves/{{shelfID}}/readers/{{readerID}}?with=loans\n\nReads.\n\nHeaders\n\n\
        Authorization      Bearer {{accessToken}}\n\nExample Response\n\n200 OK\n\n{\n    \"_links\": {\n        \"self\": {\n            \"href\": \"https://books.example.com/x\"\n        }\n    },\n    \"id\": \"8376797d-641c-4e7b-8bc1-2fdf71916cab\",\n    \"names\": [\"Ann\"],\n    \"left\": null\n}\n",
    );
    let new = scaffold(&text, &accepted(LIBRARY), &Choices::default()).expect("it is new");
    assert_eq!(pasted(LIBRARY, &new), new.text);
    insta::assert_snapshot!(new.parts[0].text);
    let found = found(text, &accepted(&new.text));
    assert!(found.is_empty(), "{found:#?}");
}

/// The page of the invented variant, scaffolded into a document whose schema was edited.
fn edited(find: &str, replace: &str) -> String {
    let document = LIBRARY.replacen(find, replace, 1);
    assert_ne!(document, LIBRARY, "`{find}` is there");
    // As the table of the page says.
    let document = document.replace("required: [reader, days, renew]", "required: [reader]");
    let document = without(&document, "application/vnd.example.loan.extend+json:");
    let text = crate::invented::SPACED.replace("Required if overdue", "Optional");
    let new = scaffold(&page(&text), &accepted(&document), &Choices::default());
    let new = new.unwrap_or_else(|error| panic!("{error}"));
    let parts = new.parts.into_iter().map(|part| part.text);
    parts.collect()
}

#[test]
fn a_schema_against_which_the_example_is_not_valid_is_not_chosen() {
    let chosen = edited("Library", "The library");
    assert!(chosen.contains("schemas/Extension'"), "{chosen}");
    let bounded = edited("days: {type: integer}", "days: {type: integer, maximum: 7}");
    assert!(!bounded.contains("schemas/Extension'"), "{bounded}");
    let bounded = edited("note: {type: string}", "note: {type: string, maxLength: 1}");
    assert!(!bounded.contains("schemas/Extension'"), "{bounded}");
}

#[track_caller]
fn refused(from: &str, expected: &str) {
    let outcome = scaffold(&page(from), &accepted(LIBRARY), &Choices::default());
    let error: ScaffoldError = outcome.expect_err("there is nothing to add");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_page_that_is_not_clear_adds_nothing() {
    refused(
        "Read\n\nGET {{apiPath}}/x\n\nText.\n\nHeaders\n\nwhat is this\n",
        "the page is not clear: line 9: nothing of this kind is known in this place",
    );
    refused(
        "Read\n\nNothing more.\n",
        "the page is not clear: it says no method and address",
    );
    refused(
        crate::invented::SPACED,
        "the document knows this page: `extendLoan` on line 20; `cargo xtask docs check --apply` edits it",
    );
    refused(
        "Read\n\nGET {{otherPath}}/x\n\nText.\n",
        "the document has no server for the host `otherPath`: add it under `servers`",
    );
    refused(
        "Extend Loan\n\nPOST {{apiPath}}/x\n\nText.\n\nHeaders\n\nContent-Type      application/x+json\n",
        "another variant is named `extendLoan`: choose a name with `--name`",
    );
    refused(
        "Put\n\nPUT {{apiPath}}/shelves/{{shelfID}}/loans/{{loanID}}\n\nText.\n",
        "`extendLoan` (line 12) does not choose by the media type: make it do so by hand",
    );
    refused(
        "Get\n\nGET {{apiPath}}/shelves/all/{{what}}/{{loanID}}\n\nText.\n",
        "a request could fit `/shelves/all/{what}/{loanId}` and `/shelves/{shelfId}/loans/{loanId}` (line 12): decide which one is served",
    );
}

#[test]
fn a_path_of_another_server_is_not_taken() {
    let page = page("List\n\nGET {{apiPath}}/{{envID}}/deviceAuthentications\n\nText.\n");
    let outcome = scaffold(&page, &accepted(&document()), &Choices::default());
    let error = outcome.expect_err("the path is one of the authentication server");
    assert!(
        matches!(&error, ScaffoldError::OtherServer { server, .. } if server == "auth"),
        "{error}"
    );
}
