//! Changes of the site's template: the same on every page, so one finding and not one for each page and line.

use pingone_drift::{Finding, Form, Ledger, Page, Specification, Wire, check_pages};
use regex::Regex;

use crate::catalogue::{LIBRARY, document, specification};
use crate::noop::pages;

/// Pages in one form, by name.
type Texts = Vec<(String, String)>;

fn texts(form: Form) -> Texts {
    let own = pages().into_iter().filter(|(_, own, _)| *own == form);
    own.filter(|(name, ..)| form == Form::Markdown || !name.starts_with("002"))
        .map(|(name, _, text)| (name, text))
        .collect()
}

fn read(texts: &Texts) -> Vec<(String, Page)> {
    let read = |text: &str| Page::read(text.as_bytes()).expect("the page can be read");
    texts
        .iter()
        .map(|(name, text)| (name.clone(), read(text)))
        .collect()
}

/// What is found of an edit of all pages beyond what was found before it.
fn found(
    form: Form,
    edit: &dyn Fn(&str) -> String,
    specification: &Specification,
    invented: bool,
) -> Vec<Finding> {
    let texts: Texts = texts(form)
        .into_iter()
        .filter(|(name, _)| (name == "invented") == invented)
        .collect();
    let ledger = Ledger::of(&read(&texts), specification);
    let known = check_pages(&read(&texts), &ledger, specification);
    let edited: Texts = texts
        .iter()
        .map(|(name, text)| (name.clone(), edit(text)))
        .collect();
    let mut found = check_pages(&read(&edited), &ledger, specification);
    // Lines move without a cause.
    let line = Regex::new(r"\(line \d+\)").expect("it is a pattern");
    let words = |finding: &Finding| line.replace_all(&finding.text, "").into_owned();
    found.retain(|finding| !known.iter().any(|known| words(known) == words(finding)));
    found
}

/// Tries an edit of all pages: the real ones against the document, the invented one against its own.
#[track_caller]
fn check(form: Form, find: &str, replace: &str, most: usize) {
    check_up_to(Wire::Review, form, find, replace, most);
}

/// As [`check`], with the worst verdict that is right.
#[track_caller]
fn check_up_to(limit: Wire, form: Form, find: &str, replace: &str, most: usize) {
    let find = Regex::new(find).expect("it is a pattern");
    let edit = |text: &str| find.replace_all(text, replace).into_owned();
    for (text, invented) in [(document(), false), (LIBRARY.to_owned(), true)] {
        let specification = specification(&text).expect("it is accepted");
        let found = found(form, &edit, &specification, invented);
        let worst = found
            .iter()
            .map(Finding::overall)
            .max()
            .unwrap_or(Wire::None);
        let texts: Vec<&str> = found.iter().map(|finding| finding.text.as_str()).collect();
        assert!(
            found.len() <= most,
            "{} findings, at most {most}: {texts:#?}",
            found.len()
        );
        assert!(worst <= limit, "{worst}: {texts:#?}");
    }
}

#[test]
fn a_key_of_the_front_matter() {
    check(Form::Markdown, "\\A---\n", "---\nreviewed: 2031-01-01\n", 1);
}

#[test]
fn a_breadcrumb_above_the_title() {
    check(
        Form::Markdown,
        "(?m)^# ",
        "Home > Reference > Here\n\n# ",
        1,
    );
}

#[test]
fn other_levels_of_headings() {
    check(Form::Markdown, "(?m)^### ", "## ", 0);
    check(Form::Markdown, "(?m)^### ", "#### ", 0);
}

#[test]
fn a_collapsed_block_in_html() {
    check(
        Form::Markdown,
        r"(?s)> \*\*Collapse: Request Model\*\*\n>\n((?:>.*?\n)+)",
        "<details>\n<summary>Request Model</summary>\n\n$1\n</details>\n",
        1,
    );
}

#[test]
fn headers_in_a_table() {
    let row = r"(?m)^(Authorization|Content-Type|X-[\w-]+|Cookie)[ \u{a0}]{2,}(.*)\n\n";
    check(
        Form::Markdown,
        row,
        "| Header | Value |\n| --- | --- |\n| $1 | $2 |\n\n",
        1,
    );
}

#[test]
fn the_endpoint_as_inline_code() {
    check(Form::Markdown, "(?s)```none\n(.*?)\n```", "`$1`", 0);
}

#[test]
fn the_status_as_a_heading() {
    check(
        Form::Markdown,
        r"(?m)^(\d\d\d [A-Z][a-zA-Z ]*)$",
        "#### $1",
        1,
    );
}

#[test]
fn variables_in_single_braces() {
    for form in [Form::Markdown, Form::SpacedText] {
        check(form, r"\{\{(\w+)\}\}", "{$1}", 1);
    }
}

#[test]
fn another_banner() {
    check(
        Form::SpacedText,
        r"\APingOne Platform APIs",
        "The Reference of all APIs",
        1,
    );
}

#[test]
fn heads_of_columns_on_lines_of_their_own() {
    check(
        Form::SpacedText,
        "(?m)^Property Type Required\\?$",
        "Property\n\nType\n\nRequired?",
        0,
    );
}

#[test]
fn a_footer() {
    let footer = "\n\nWas this page helpful?\n\nYes No\n\n© The vendor\n";
    for form in [Form::Markdown, Form::SpacedText] {
        check(form, r"\s*\z", footer, 3);
    }
}

#[test]
fn method_and_address_on_two_lines() {
    check(
        Form::SpacedText,
        r"(?m)^(POST|PUT) (\{\{\w+\}\}/\S+)$",
        "$1\n\n$2",
        0,
    );
    check(
        Form::Markdown,
        r"(?m)^(POST|PUT) (\{\{\w+\}\}/\S+)$",
        "$1\n$2",
        0,
    );
}

#[test]
fn another_name_for_the_host_variable() {
    // Nothing says that the new name is the old host.
    check_up_to(
        Wire::Breaking,
        Form::Markdown,
        r"\{\{apiPath\}\}",
        "{{platformPath}}",
        3,
    );
}

#[test]
fn entities_and_zero_width_characters() {
    check(Form::SpacedText, "’", "&rsquo;", 0);
    check(Form::SpacedText, "The ", "The&nbsp;", 0);
    for nothing in ["\u{200b}", "\u{ad}", "&shy;", "\u{200e}"] {
        for form in [Form::Markdown, Form::SpacedText] {
            check(form, " the ", &format!(" t{nothing}he "), 0);
        }
    }
    check(Form::SpacedText, "\n", "\r\n", 0);
}

#[test]
fn hosts_in_full() {
    let samples_and_prose = r"\{\{apiPath\}\}";
    check(
        Form::SpacedText,
        samples_and_prose,
        "https://api.pingone.com/v1",
        0,
    );
    check(
        Form::Markdown,
        samples_and_prose,
        "https://api.pingone.com/v1",
        0,
    );
}

#[test]
fn headers_with_colons() {
    for form in [Form::Markdown, Form::SpacedText] {
        check(
            form,
            r"(?m)^(Authorization|Content-Type|X-\w+)[ \u{a0}]{2,}",
            "$1: ",
            0,
        );
    }
}

#[test]
fn yes_and_no_for_required_and_optional() {
    check(Form::Markdown, r"\| Required \|", "| Yes |", 0);
    check(Form::SpacedText, r"(?m)^Optional$", "No", 0);
}

#[test]
fn other_heads_of_columns() {
    check(
        Form::Markdown,
        r"\| Property \| Type \| Required\? \|",
        "| Name | Data type | Mandatory |",
        1,
    );
    check(
        Form::SpacedText,
        "Property Type Required\\?",
        "Name Type Required",
        1,
    );
}

#[test]
fn headings_and_tabs_above_samples() {
    let fence = "(?m)^```(python|php|ruby|swift)$";
    check(Form::Markdown, fence, "#### $1\n\n```$1", 0);
    check(Form::Markdown, fence, "=== \"$1\"\n\n```$1", 0);
}

#[test]
fn the_status_as_a_status_line() {
    for form in [Form::Markdown, Form::SpacedText] {
        check(form, r"(?m)^(20[01] [A-Z])", "HTTP/1.1 $1", 0);
    }
}

#[test]
fn short_options_of_curl() {
    for form in [Form::Markdown, Form::SpacedText] {
        check(form, "--data '", "-d '", 0);
        check(form, "--header '", "-H '", 0);
    }
}

#[test]
fn a_table_of_contents() {
    let contents = "$1\n\n- [Headers](#headers)\n- [Body](#body)\n- [Example Request](#example)\n";
    check(Form::Markdown, r"(?m)^(# .*)$", contents, 0);
}

#[test]
fn anchors_of_headings() {
    check(Form::Markdown, r"(?m)^(### .*)$", "$1 {#here}", 0);
}

#[test]
fn headings_in_other_words() {
    for form in [Form::Markdown, Form::SpacedText] {
        check(form, "Example Response", "Response", 1);
        check(form, "Request Model", "Request body properties", 1);
    }
}

#[test]
fn no_front_matter() {
    check(Form::Markdown, r"(?s)\A---\n.*?\n---\n", "", 0);
}

#[test]
fn types_in_small_letters_and_marks_for_required() {
    check(Form::Markdown, r"\| String \|", "| string |", 0);
    check(Form::SpacedText, r"(?m)^String$", "string", 0);
    check(Form::Markdown, r"\| Required \|", "| ✔ |", 0);
    check(Form::SpacedText, r"(?m)^Optional$", "–", 0);
}

#[test]
fn another_name_for_a_variable_of_the_path() {
    for form in [Form::Markdown, Form::SpacedText] {
        check(form, r"\{\{(user|shelf)ID\}\}", "{{${1}Key}}", 1);
    }
}

#[test]
fn pages_in_a_form_that_is_not_known() {
    check(Form::Markdown, "(?m)^#+ (.*)$", "<h3>$1</h3>", 1);
}

#[test]
fn other_http_libraries_in_samples() {
    let python = r"(?s)import requests\n.*?print\(response\.text\)";
    let other = "import http.client\nimport json\n\nconn = http.client.HTTPSConnection(\"{{apiPath}}\")\nconn.request(\"POST\", \"/somewhere\", \"\", {})\nprint(conn.getresponse().read())";
    let node = r"(?s)var request = require\('request'\);\n.*?\n\}\);";
    let axios = "const axios = require('axios');\nlet config = {\n  method: 'post',\n  url: '/somewhere'\n};\naxios.request(config);";
    let short = "import requests\n\nresponse = requests.post(\"{{apiPath}}/somewhere\", json={})\nprint(response.text)";
    let php = r"(?s)<\?php\n.*?Error: ' \. \$e->getMessage\(\);\n\}";
    let guzzle = "<?php\n$$client = new Client();\n$$request = new Request('POST', '{{apiPath}}/somewhere', $$headers, $$body);\n$$res = $$client->sendAsync($$request)->wait();";
    let java = r"(?s)OkHttpClient client = .*?\.execute\(\);";
    let unirest =
        "HttpResponse<String> response = Unirest.post(\"{{apiPath}}/somewhere\")\n  .asString();";
    for form in [Form::Markdown, Form::SpacedText] {
        check(form, python, other, 0);
        check(form, python, short, 0);
        check(form, php, guzzle, 0);
        check(form, java, unirest, 0);
        check(form, node, axios, 0);
        check(
            form,
            "curl --location --globoff '([^']*)'",
            "curl -X PUT \\\n  '$1'",
            1,
        );
    }
}
