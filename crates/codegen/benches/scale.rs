//! What generating costs for 10, 100 and 1,000 operations, and beside progenitor alone.
//!
//! `cargo bench -p pingone-codegen` prints one line for each size; nothing is asserted.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use pingone_codegen::{Document, Layout, generate};
use serde_json::json;

fn main() {
    println!(
        "{:>10}  {:>12}  {:>12}  {:>16}  {:>6}",
        "operations", "total", "each", "progenitor alone", "ratio"
    );
    for count in [10, 100, 1_000] {
        let text = document(count);
        let ours = fastest(|| {
            let document = Document::parse("scale.yaml", text.as_str()).expect("readable");
            let outputs =
                generate(&document, &Layout::folder("scale".as_ref())).expect("generated");
            black_box(outputs);
        });
        let alone: openapiv3::OpenAPI = serde_json::from_value(lowered(count)).expect("OpenAPI");
        let theirs = fastest(|| {
            let mut generator = progenitor::Generator::default();
            let tokens = generator.generate_tokens(&alone).expect("generated");
            black_box(prettyplease::unparse(&syn::parse2(tokens).expect("Rust")));
        });
        println!(
            "{count:>10}  {ours:>12.1?}  {:>12.1?}  {theirs:>16.1?}  {:>6.2}",
            ours / count,
            ours.as_secs_f64() / theirs.as_secs_f64(),
        );
        let report = |subject: &str, took: Duration| {
            if std::env::var_os("BENCH_JSON").is_some() {
                let took = took.as_secs_f64() * 1e3;
                let figure = format!("codegen, {count} operations");
                let line = json!({
                    "figure": figure, "subject": subject, "unit": "ms",
                    "low": took, "middle": took, "high": took,
                });
                println!("{line}");
            }
        };
        report("pingone-codegen", ours);
        report("progenitor alone", theirs);
    }
}

fn fastest(mut run: impl FnMut()) -> Duration {
    let times = (0..3).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

/// Two variants on each path, with a body and an answer of their own.
fn document(operations: u32) -> String {
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
                 schema: {{ $ref: '#/components/schemas/Act{path}' }}\n"
            );
        }
        let _ = write!(
            text,
            "      parameters: [{{ name: id, in: path, required: true, schema: {{ type: string }} }}]\n      responses:\n        \
             '200':\n          description: Done.\n          content:\n            application/json:\n              \
             schema: {{ $ref: '#/components/schemas/Thing{path}' }}\n"
        );
        let _ = write!(
            schemas,
            "    Act{path}: {{ type: object, required: [why], properties: {{ why: {{ type: string }}, how: {{ type: string }} }} }}\n    \
             Thing{path}: {{ type: object, required: [id], properties: {{ id: {{ type: string }}, at: {{ type: string }} }} }}\n"
        );
    }
    text + &schemas
}

/// The same operations as progenitor can take them: each on a path of its own, with a plain JSON body.
fn lowered(operations: u32) -> serde_json::Value {
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
