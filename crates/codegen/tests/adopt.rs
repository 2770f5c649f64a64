//! The extensions that a document of others gets: as text, in the places that the lowering reads.

use insta::assert_snapshot;
use pingone_codegen::{Document, adopt, lower};

/// Adopts a document, and lowers what comes out of it.
#[track_caller]
fn check(text: &str, get_is_read: bool) -> String {
    let document = Document::parse("doors.yaml", text).expect("readable");
    let adopted = adopt(&document, get_is_read).expect("adoptable");
    let document = Document::parse("doors.yaml", adopted.text).expect("still readable");
    if let Err(error) = lower(&document) {
        panic!("{error}\n{}", document.text());
    }
    let again = adopt(&document, get_is_read).expect("adoptable");
    assert_eq!(again.added, 0, "nothing is lacking now");
    document.text().to_owned()
}

#[test]
fn an_operation_describes_its_only_variant_and_comments_stay() {
    let text = "openapi: 3.0.3
info: { title: Doors, version: '1' }
paths:
  /doors: # all of them
    get:
      operationId: listDoors # as ever
      responses: { '204': { description: None. } }
    post:
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '204': { description: None. } }
";
    assert_snapshot!(check(text, true), @r#"
    openapi: 3.0.3
    info: { title: Doors, version: '1' }
    paths:
      /doors: # all of them
        get:
          summary: "TODO: say in one line what this does."
          x-effect: "read"
          operationId: listDoors # as ever
          responses: { '204': { description: None. } }
        post:
          operationId: "postDoors"
          summary: "TODO: say in one line what this does."
          x-effect: "changes-state" # TODO: decide
          requestBody: { content: { application/json: { schema: { type: object } } } }
          responses: { '204': { description: None. } }
    "#);
}

#[test]
fn a_get_is_read_only_if_a_person_says_so() {
    let text = "openapi: 3.0.3
info: { title: Doors, version: '1' }
paths:
  /doors: { get: { operationId: listDoors, summary: List., responses: { '204': { description: None. } } } }
";
    assert!(check(text, false).contains("\"x-effect\": \"changes-state\""));
    assert!(check(text, true).contains("\"x-effect\": \"read\""));
}

#[test]
fn each_of_several_media_types_gets_a_name_of_its_own() {
    let text = "openapi: 3.0.3
info: { title: Doors, version: '1' }
paths:
  /doors:
    patch:
      operationId: patchDoors
      summary: Patch.
      requestBody:
        content:
          application/merge-patch+json:
            schema: { type: object }
          application/json-patch+json:
            schema: { type: array, items: {} }
      responses: { '204': { description: None. } }
";
    assert_snapshot!(check(text, true), @r#"
    openapi: 3.0.3
    info: { title: Doors, version: '1' }
    paths:
      /doors:
        patch:
          operationId: patchDoors
          summary: Patch.
          requestBody:
            content:
              application/merge-patch+json:
                x-operation-id: "patchDoorsMergePatch"
                x-summary: "Patch."
                x-effect: "changes-state" # TODO: decide
                schema: { type: object }
              application/json-patch+json:
                x-operation-id: "patchDoorsJsonPatch"
                x-summary: "Patch."
                x-effect: "changes-state" # TODO: decide
                schema: { type: array, items: {} }
          responses: { '204': { description: None. } }
    "#);
}

#[test]
fn names_that_rust_cannot_tell_apart_are_numbered() {
    let text = "openapi: 3.0.3
info: { title: Doors, version: '1' }
paths:
  /a: { get: { operationId: get-door, summary: A., responses: { '204': { description: None. } } } }
  /b: { get: { operationId: getDoor, summary: B., responses: { '204': { description: None. } } } }
  /c: { get: { operationId: 2nd, summary: C., responses: { '204': { description: None. } } } }
";
    let adopted = check(text, true);
    assert!(
        adopted.contains("\"x-operation-id\": \"getDoorV2\""),
        "{adopted}"
    );
    assert!(
        adopted.contains("\"x-operation-id\": \"call2nd\""),
        "{adopted}"
    );
}

#[test]
fn a_body_that_two_operations_share_is_described_by_each() {
    let text = "openapi: 3.0.3
info: { title: Doors, version: '1' }
paths:
  /a: { post: { operationId: openA, summary: A., requestBody: { $ref: '#/components/requestBodies/Key' }, responses: { '204': { description: None. } } } }
  /b: { post: { operationId: openB, summary: B., requestBody: { $ref: '#/components/requestBodies/Key' }, responses: { '204': { description: None. } } } }
components:
  requestBodies: { Key: { content: { application/json: { schema: { type: object, properties: { code: { type: string } } } } } } }
";
    check(text, true);
}

#[test]
fn a_key_without_a_usable_value_is_not_written_twice() {
    let text = "openapi: 3.0.3
info: { title: Doors, version: '1' }
paths:
  /a: { get: { operationId: '', summary: , x-todo: 1, responses: { '204': { description: None. } } } }
";
    let adopted = check(text, false);
    assert!(
        adopted.contains("\"x-operation-id\": \"getA\""),
        "{adopted}"
    );
    let text = "openapi: 3.0.3
info: { title: Doors, version: '1' }
paths:
  /a: { get: { x-operation-id: [], operationId: {}, x-effect: 5, responses: { '204': { description: None. } } } }
";
    let document = Document::parse("doors.yaml", text).expect("readable");
    let adopted = adopt(&document, false).expect("adoptable");
    Document::parse("doors.yaml", adopted.text).expect("still readable");
}

#[test]
fn lines_can_end_as_on_old_machines() {
    let text = "openapi: 3.0.3\rinfo: { title: Doors, version: '1' }\rpaths:\r  /a:\r    get:\r      \
                operationId: readA\r      responses: { '204': { description: None. } }\r";
    check(text, true);
}

#[test]
fn json_stays_json() {
    let text = r#"{
  "openapi": "3.0.3",
  "info": { "title": "Doors \ud83d\udeaa", "version": "1" },
  "paths": {
    "/doors": {
      "get": {
        "operationId": "listDoors",
        "responses": { "204": { "description": "None." } }
      }
    }
  }
}
"#;
    let adopted = check(text, false);
    let value: serde_json::Value = serde_json::from_str(&adopted).expect("JSON");
    assert_eq!(
        value["paths"]["/doors"]["get"]["x-todo"],
        "TODO: decide about x-effect"
    );
    assert_eq!(value["info"]["title"], "Doors \u{1f6aa}");
}

#[test]
fn several_servers_are_named_by_their_hosts() {
    let text = "openapi: 3.0.3
info: { title: Doors, version: '1' }
servers: [{ url: 'https://doors.example' }]
paths:
  /a: { get: { operationId: a, summary: A., responses: { '204': { description: None. } } } }
  /b: { servers: [{ url: 'https://keys.example/v1' }], get: { operationId: b, summary: B., responses: { '204': { description: None. } } } }
";
    let adopted = check(text, true);
    assert!(adopted.contains("\"x-name\": \"doors\""), "{adopted}");
    assert!(adopted.contains("\"x-name\": \"keys\""), "{adopted}");
}
