//! What a wrong document is answered with: where it is wrong, and what to do.

use pingone_codegen::{Document, Error, Kind, Layout, generate, lower, lower_supported};

const RIGHT: &str = "\
openapi: 3.0.3
info: { title: Doors, version: 1.0.0 }
servers: [{ url: https://doors.example }]
paths:
  /doors/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: string } }
    get:
      operationId: readDoor
      summary: Read.
      x-effect: read
      responses: { '200': { description: Door. } }
    post:
      operationId: act
      summary: Act.
      requestBody:
        content:
          application/vnd.doors.open+json:
            x-operation-id: openDoor
            x-summary: Open.
            x-effect: changes-state
            x-no-body: true
          application/vnd.doors.knock+json:
            x-operation-id: knock
            x-summary: Knock.
            x-effect: sends-message
            schema: { $ref: '#/components/schemas/Knock' }
      responses: { '200': { description: Done. } }
components:
  schemas:
    Knock:
      type: object
      properties: { times: { type: integer } }
";

#[test]
fn the_document_that_the_cases_start_from_is_right() {
    let document = Document::parse("doors.yaml", RIGHT).expect("readable");
    generate(&document, &Layout::folder("out".as_ref())).expect("generated");
}

/// Replaces one piece of the right document and compares the error.
#[track_caller]
fn check(right: &str, wrong: &str, expected: &str) {
    assert!(RIGHT.contains(right), "the case replaces nothing");
    let text = RIGHT.replacen(right, wrong, 1);
    let outcome = Document::parse("doors.yaml", text)
        .and_then(|document| generate(&document, &Layout::folder("out".as_ref())));
    let error = outcome.expect_err("the document is wrong");
    reports(&error, expected);
}

/// One of the faults has this place and this message.
#[track_caller]
fn reports(error: &Error, expected: &str) {
    let expected = format!("doors.yaml{expected}");
    let text = error.to_string();
    let found = text.lines().any(|line| line.trim_start() == expected);
    assert!(found, "no line is\n{expected}\nin\n{text}");
}

#[test]
fn a_media_type_without_a_name() {
    check(
        "            x-operation-id: knock\n",
        "",
        ":23:11: media type `application/vnd.doors.knock+json` has no `x-operation-id`: \
         give this variant a name of its own, in camelCase",
    );
}

#[test]
fn a_media_type_without_a_summary() {
    check(
        "            x-summary: Knock.\n",
        "",
        ":23:11: media type `application/vnd.doors.knock+json` has no `x-summary`: \
         say in one line what this variant does",
    );
}

#[test]
fn a_media_type_without_an_effect() {
    check(
        "            x-effect: sends-message\n",
        "",
        ":23:11: media type `application/vnd.doors.knock+json` has no `x-effect`: say what sending it twice would do: \
         `read`, `changes-state`, `spends-attempt`, `sends-message`",
    );
}

#[test]
fn an_effect_that_does_not_exist() {
    check(
        "x-effect: sends-message",
        "x-effect: harmless",
        ":26:13: `harmless` is no effect: use one of `read`, `changes-state`, `spends-attempt`, `sends-message`",
    );
}

#[test]
fn two_variants_of_one_name() {
    check(
        "x-operation-id: knock",
        "x-operation-id: OpenDoor",
        ":24:13: two variants are named `OpenDoor`; the first stands on line 19",
    );
}

#[test]
fn a_name_that_is_no_function() {
    check(
        "x-operation-id: knock",
        "x-operation-id: 2knock",
        ":24:13: `2knock` cannot be the name of a Rust function: choose another",
    );
}

#[test]
fn a_body_without_a_schema() {
    check(
        "            schema: { $ref: '#/components/schemas/Knock' }\n",
        "",
        ":23:11: media type `application/vnd.doors.knock+json` has no `schema`: \
         add one, or `x-no-body: true` if nothing is sent",
    );
}

#[test]
fn a_reference_to_nowhere() {
    check(
        "schemas/Knock'",
        "schemas/Ring'",
        ":27:23: `$ref` names nothing: `#/components/schemas/Ring` does not exist",
    );
}

#[test]
fn a_reference_to_another_file() {
    check(
        "'#/components/schemas/Knock'",
        "other.yaml#/Knock",
        ":27:23: `$ref: \"other.yaml#/Knock\"` is unsupported: only references within this document are; \
         move the target under `components`",
    );
}

#[test]
fn a_reference_to_itself() {
    check(
        "    Knock:\n      type: object\n      properties: { times: { type: integer } }\n",
        "    Knock: { $ref: '#/components/schemas/Ring' }\n    Ring: { $ref: '#/components/schemas/Knock' }\n",
        ":32:13: `$ref` leads back to itself: `#/components/schemas/Knock`",
    );
}

#[test]
fn a_newer_version_of_openapi() {
    check(
        "openapi: 3.0.3",
        "openapi: 3.1.0",
        ":1:1: OpenAPI 3.1.0 is unsupported: write the document in OpenAPI 3.0",
    );
}

#[test]
fn something_that_is_no_openapi() {
    check(
        "openapi: 3.0.3",
        "swagger: 2",
        ":1:1: this is no OpenAPI document: it has no `openapi: 3.0.x`",
    );
}

#[test]
fn a_sensitive_member_that_is_neither_an_identifier_nor_a_text() {
    check(
        "times: { type: integer }",
        "times: { type: integer, x-sensitive: true }",
        ":33:45: `x-sensitive` is for named identifiers and for properties and parameters that are plain text; what is secret by itself has `format: password`",
    );
}

#[test]
fn an_unsupported_construct() {
    check(
        "      summary: Act.\n",
        "      summary: Act.\n      callbacks: {}\n",
        ":16:7: `callbacks` is unsupported",
    );
}

#[test]
fn an_unsupported_body() {
    check(
        "application/vnd.doors.knock+json",
        "multipart/form-data",
        ":23:11: a request body of type `multipart/form-data` is unsupported: only JSON, forms and plain texts or bytes are",
    );
}

#[test]
fn an_unsupported_keyword() {
    check(
        "type: integer",
        "not: {}",
        ":33:30: the keyword `not` is unsupported",
    );
}

#[test]
fn an_unsupported_place_of_a_parameter() {
    check(
        "in: path",
        "in: cookie",
        ":7:9: a parameter in `cookie` is unsupported",
    );
}

#[test]
fn a_path_parameter_that_the_path_does_not_name() {
    check(
        "    get:\n",
        "      - { name: floor, in: path, required: true, schema: { type: string } }\n    get:\n",
        ":8:9: the path does not name `{floor}`, so that this parameter would never be sent",
    );
}

#[test]
fn a_path_parameter_that_is_not_declared() {
    check(
        "/doors/{id}:",
        "/doors/{door}:",
        ":8:5: the path names `{door}`, but no path parameter of that name exists",
    );
}

#[test]
fn a_status_that_the_operation_lacks() {
    check(
        "            x-no-body: true\n",
        "            x-no-body: true\n            x-responses: [204]\n",
        ":23:27: `204` is not among the `responses` of this operation",
    );
}

#[test]
fn a_second_server_without_a_name() {
    check(
        "      x-effect: read\n",
        "      x-effect: read\n      servers: [{ url: https://other.example }]\n",
        ":3:11: a document with several servers names each: add `x-name` to this one",
    );
}

#[test]
fn all_faults_are_found_at_once_and_grouped_by_kind() {
    let text = RIGHT
        .replace("x-summary: Open.", "x-open: Open.")
        .replace("x-summary: Knock.", "x-knock: Knock.")
        .replace("/doors/{id}:", "/doors/{id}/{floor}:")
        .replace("x-effect: read", "x-effect: harmless");
    let document = Document::parse("doors.yaml", text).expect("readable");
    let error = lower(&document).expect_err("wrong");
    insta::assert_snapshot!(error, @r"
    doors.yaml: 5 errors

    3 x other error:
      doors.yaml:8:5: the path names `{floor}`, but no path parameter of that name exists
      doors.yaml:11:7: `harmless` is no effect: use one of `read`, `changes-state`, `spends-attempt`, `sends-message`
      doors.yaml:13:5: the path names `{floor}`, but no path parameter of that name exists

    2 x variant without a summary:
      doors.yaml:18:11: media type `application/vnd.doors.open+json` has no `x-summary`: say in one line what this variant does
      doors.yaml:23:11: media type `application/vnd.doors.knock+json` has no `x-summary`: say in one line what this variant does
    ");
}

#[test]
fn of_many_faults_the_first_are_shown_and_the_lines_of_some_more() {
    let mut text = String::from("openapi: 3.0.3\ninfo: { title: Doors, version: 1.0.0 }\npaths:\n");
    for door in 0..2_000 {
        text.push_str(&format!(
            "  /doors/{door}: {{ get: {{ summary: Read., responses: {{ '204': {{ description: Door. }} }} }} }}\n"
        ));
    }
    let document = Document::parse("doors.yaml", text).expect("readable");
    let error = lower(&document).expect_err("wrong");
    assert_eq!(error.faults().count(), 4_000);
    let text = error.to_string();
    assert!(text.len() < 4_000, "{text}");
    assert!(text.contains("2000 x variant without a name:"), "{text}");
    assert!(
        text.contains("and 1995 more, on the lines 9, 10, "),
        "{text}"
    );
}

#[test]
fn what_is_unsupported_can_be_left_out_alone() {
    let text = RIGHT.replace("application/vnd.doors.knock+json", "multipart/form-data");
    let document = Document::parse("doors.yaml", text).expect("readable");
    let (api, skipped) = lower_supported(&document).expect("the rest is right");
    let kept: Vec<&str> = api
        .operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    assert_eq!(kept, ["readDoor", "openDoor"]);
    let [skipped] = skipped.as_slice() else {
        panic!("{skipped:?}");
    };
    assert_eq!(
        skipped.to_string(),
        "doors.yaml:23:11: skipped `POST /doors/{id}` with `multipart/form-data`: a request body of type \
         `multipart/form-data` is unsupported: only JSON, forms and plain texts or bytes are"
    );
    let fault = skipped.reason.faults().next().expect("a fault");
    assert_eq!(fault.kind, Kind::Unsupported("request body"));
}

#[test]
fn what_is_wrong_is_not_left_out() {
    let text = RIGHT.replace("            x-summary: Knock.\n", "");
    let document = Document::parse("doors.yaml", text).expect("readable");
    let error = lower_supported(&document).expect_err("wrong");
    assert_eq!(
        error.faults().next().expect("a fault").kind,
        Kind::MissingSummary
    );
}

#[test]
fn a_schema_that_is_unsupported_refuses_the_variants_that_hold_it() {
    let text = RIGHT.replace("times: { type: integer }", "times: { not: {} }");
    let document = Document::parse("doors.yaml", text).expect("readable");
    let (api, skipped) = lower_supported(&document).expect("the rest is right");
    assert_eq!(api.operations.len(), 2);
    assert_eq!(skipped.len(), 1);
    assert!(!api.schemas.contains_key("Knock"));
}

#[test]
fn a_media_type_that_no_header_can_carry() {
    check(
        "application/vnd.doors.knock+json",
        "application/vnd.dörr+json",
        ":23:11: `application/vnd.dörr+json` is no media type: no header can carry it",
    );
}

#[test]
fn a_schema_that_is_composed_of_itself() {
    check(
        "      type: object\n      properties: { times: { type: integer } }\n",
        "      allOf: [{ $ref: '#/components/schemas/Knock' }]\n      properties: { times: { type: integer } }\n",
        ":31:5: the schema `Knock` is composed of itself",
    );
}

#[test]
fn parts_that_contradict_each_other() {
    check(
        "times: { type: integer }",
        "times: { allOf: [{ type: integer }, { type: string }] }",
        ":33:21: the parts of `allOf` contradict each other: one is of type `integer`, another of type `string`",
    );
}

#[test]
fn yaml_that_cannot_be_read() {
    check(
        "info: {",
        "info: [",
        ":3:1: unreadable YAML: while parsing a flow sequence, expected ',' or ']'",
    );
}

/// Gives the body of `knock` a discriminator and one variant, and compares the error.
#[track_caller]
fn check_selection(knock: &str, variants: &str, expected: &str) {
    let old = "            x-operation-id: knock\n            x-summary: Knock.\n            x-effect: sends-message\n            \
               schema: { $ref: '#/components/schemas/Knock' }\n";
    assert!(RIGHT.contains(old), "the case replaces nothing");
    let new = format!(
        "            schema: {{ oneOf: [{{ $ref: '#/components/schemas/Knock' }}], discriminator: {{ \
         propertyName: how, mapping: {{ loud: '#/components/schemas/Knock' }} }} }}\n            \
         x-variants: {variants}\n"
    );
    let text = RIGHT.replacen(old, &new, 1).replacen(
        "      properties: { times: { type: integer } }\n",
        knock,
        1,
    );
    let error = Document::parse("doors.yaml", text)
        .and_then(|document| lower(&document))
        .expect_err("the document is wrong");
    reports(&error, expected);
}

const LOUD: &str =
    "      required: [how]\n      properties: { how: { type: string, enum: [loud] } }\n";

#[test]
fn variants_of_a_media_type_without_a_name() {
    check_selection(
        LOUD,
        "{ loud: { x-summary: Knock. } }",
        ":25:27: the variant with `how` `loud` has no `x-operation-id`: \
         give this variant a name of its own, in camelCase",
    );
}

#[test]
fn variants_of_a_media_type_that_the_mapping_does_not_have() {
    check_selection(
        LOUD,
        "{ loud: {}, soft: {} }",
        ":25:37: the `mapping` of the `discriminator` has no `soft`",
    );
}

#[test]
fn a_value_of_the_mapping_without_a_variant() {
    check_selection(
        LOUD,
        "{ soft: {} }",
        ":25:13: `x-variants` says nothing of `loud`: add an entry for it",
    );
}

#[test]
fn a_variant_whose_schema_leaves_its_value_open() {
    check_selection(
        "      properties: { how: { type: string } }\n",
        "{ loud: {} }",
        ":29:5: `how` chooses this schema by the value `loud`: make it required, with `enum: [loud]`",
    );
}

#[test]
fn a_duplicate_key() {
    check(
        "      summary: Act.\n",
        "      summary: Act.\n      summary: Again.\n",
        ":16:7: the key `summary` stands here again; first on line 15",
    );
}

#[test]
fn a_yaml_alias() {
    check(
        "info: {",
        "base: &base 1\nother: *base\ninfo: {",
        ":3:8: YAML aliases are unsupported: write the value out or use `$ref`",
    );
}

#[test]
fn an_empty_document() {
    let error = Document::parse("doors.yaml", "")
        .expect_err("wrong")
        .to_string();
    assert_eq!(error, "doors.yaml: the document is empty");
}

#[test]
fn a_document_nested_beyond_reason() {
    let text = "[".repeat(100_000);
    let error = Document::parse("doors.yaml", text)
        .expect_err("wrong")
        .to_string();
    assert!(error.starts_with("doors.yaml:1:"), "{error}");
}

#[test]
fn a_file_that_does_not_exist() {
    let error = Document::read("no/such.yaml".as_ref())
        .expect_err("wrong")
        .to_string();
    assert!(
        error.starts_with("no/such.yaml: cannot read the document: "),
        "{error}"
    );
}

#[test]
fn a_file_that_is_no_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("doors.yaml");
    std::fs::write(&path, b"openapi: 3.0.3\ninfo: \xff\n").expect("written");
    let error = Document::read(&path).expect_err("wrong").to_string();
    assert!(
        error.ends_with("doors.yaml:2:1: the document is not UTF-8 text"),
        "{error}"
    );
}

#[test]
fn a_document_of_comments_or_of_something_else() {
    let empty = Document::parse("doors.yaml", "# Nothing yet.\n").expect_err("empty");
    assert_eq!(empty.to_string(), "doors.yaml: the document is empty");
    for text in ["null", "[]", "text", "{}", "openapi: 3.0.3"] {
        let document = Document::parse("doors.yaml", text).expect("readable");
        let error = lower(&document).expect_err("no OpenAPI").to_string();
        assert!(error.starts_with("doors.yaml:1:1: "), "{text}: {error}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_document() {
    let json = r#"{"openapi": "3.0.3", "info": {"title": "\ud83d\ude00"}, "paths": {}}"#;
    for (text, title) in [(RIGHT, "Doors"), (json, r#""\ud83d\ude00""#)] {
        let document = Document::parse("doors.yaml", format!("\u{feff}{text}")).expect("readable");
        lower(&document).expect("lowered");
        let extent = document.extent("/info/title").expect("a title");
        assert_eq!(&document.text()[extent.value], title);
    }
}

#[test]
fn a_duplicate_key_that_is_escaped() {
    let error = Document::parse("doors.yaml", r#"{"a": 1, "\u0061": 2}"#)
        .expect_err("wrong")
        .to_string();
    assert_eq!(
        error,
        "doors.yaml:1:10: the key `a` stands here again; first on line 1"
    );
}

#[test]
fn keywords_of_the_wrong_kind() {
    let properties = "properties: { times: { type: integer } }";
    check(
        properties,
        "properties: { times: { type: integer, nullable: yes } }",
        ":33:45: `nullable` is `true` or `false`, not `\"yes\"`",
    );
    check(
        properties,
        "properties: { times: { type: integer, required: true } }",
        ":33:45: `required` is a list of the members that an object must have: write it beside `properties`",
    );
    check(properties, "allOf: {}", ":33:7: `allOf` is a list");
    check(
        properties,
        "properties: [times]",
        ":33:7: `properties` is a mapping",
    );
    check(
        "required: true, schema",
        "required: yes, schema",
        ":7:31: `required` is `true` or `false`, not `\"yes\"`",
    );
    check(
        "servers:",
        "security: [key]\nservers:",
        ":3:12: `security` is a list of mappings, such as `NAME: []`, and not of `\"key\"`",
    );
}

#[test]
fn names_that_only_look_like_keywords() {
    let text = RIGHT.replacen(
        "properties: { times: { type: integer } }",
        "properties: { nullable: { type: string }, required: { type: string }, allOf: { type: string }, \
         properties: { type: string }, example: { type: string, example: { $ref: x, nullable: yes } } }",
        1,
    );
    let document = Document::parse("doors.yaml", text).expect("readable");
    generate(&document, &Layout::folder("out".as_ref())).expect("generated");
}
