//! The same operations as a document for this generator and as one for progenitor.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// Two variants on each path, with a body and an answer of their own, in block style.
pub(crate) fn document(operations: u32) -> String {
    let mut text = String::from(
        "openapi: 3.0.3\ninfo: { title: Scale, version: 1.0.0 }\nservers: [{ url: 'https://scale.example' }]\npaths:\n",
    );
    let mut schemas = String::from("components:\n  schemas:\n");
    for path in 0..operations / 2 {
        let _ = write!(
            text,
            "  /things{path}/{{id}}:\n    post:\n      operationId: act{path}\n      requestBody:\n        content:\n"
        );
        for variant in ["open", "close"] {
            let _ = write!(
                text,
                "          application/vnd.scale.{variant}+json:\n            x-operation-id: {variant}{path}\n            \
                 x-summary: Act.\n            x-effect: changes-state\n            \
                 schema:\n              $ref: '#/components/schemas/Act{path}'\n"
            );
        }
        let _ = write!(
            text,
            "      parameters:\n        - name: id\n          in: path\n          required: true\n          \
             schema:\n            type: string\n      responses:\n        \
             '200':\n          description: Done.\n          content:\n            application/json:\n              \
             schema:\n                $ref: '#/components/schemas/Thing{path}'\n"
        );
        for (name, required, other) in [("Act", "why", "how"), ("Thing", "id", "at")] {
            let _ = write!(
                schemas,
                "    {name}{path}:\n      type: object\n      required:\n        - {required}\n      properties:\n        \
                 {required}:\n          type: string\n        {other}:\n          type: string\n"
            );
        }
    }
    text + &schemas
}

/// The same document as JSON.
pub(crate) fn as_json(text: &str) -> String {
    let document = pingone_codegen::Document::parse("scale.yaml", text).expect("readable");
    serde_json::to_string_pretty(document.root()).expect("writable")
}

/// The same operations as progenitor can take them: each on a path of its own, with a plain JSON body.
pub(crate) fn lowered(operations: u32) -> Value {
    let mut paths = serde_json::Map::new();
    let mut schemas = serde_json::Map::new();
    let object = |required: &str, other: &str| {
        json!({
            "type": "object",
            "required": [required],
            "properties": { required: { "type": "string" }, other: { "type": "string" } },
        })
    };
    for path in 0..operations / 2 {
        for variant in ["open", "close"] {
            let content = |name: &str| {
                let reference = format!("#/components/schemas/{name}{path}");
                json!({ "application/json": { "schema": { "$ref": reference } } })
            };
            let operation = json!({
                "operationId": format!("{variant}{path}"),
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                "requestBody": { "required": true, "content": content("Act") },
                "responses": { "200": { "description": "Done.", "content": content("Thing") } },
            });
            paths.insert(
                format!("/things{path}/{{id}}/{variant}"),
                json!({ "post": operation }),
            );
        }
        schemas.insert(format!("Act{path}"), object("why", "how"));
        schemas.insert(format!("Thing{path}"), object("id", "at"));
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Scale", "version": "1.0.0" },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// What progenitor alone makes of its document, formatted as the output of this generator is.
pub(crate) fn progenitor(lowered: &str) -> String {
    let document: openapiv3::OpenAPI = serde_json::from_str(lowered).expect("OpenAPI");
    let mut generator = ::progenitor::Generator::default();
    let tokens = generator.generate_tokens(&document).expect("generated");
    prettyplease::unparse(&syn::parse2(tokens).expect("Rust"))
}
