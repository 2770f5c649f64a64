//! Public documents, as they are.

use pingone_codegen::model::{Api, Operation};
use pingone_codegen::{Document, Layout, adopt, generate_supported, lower_supported};

use crate::case;
use crate::consumer::Consumer;

const DOCUMENTS: [(&str, &str); 2] = [
    ("kubernetes", "kubernetes-batch-v1.json"),
    ("mfa", "pingone-sdk-mfa.yml"),
];

/// Adopts each document, leaves out what is unsupported, and compiles the rest. A PATCH sends each of its media types.
pub(crate) fn check() {
    let Some(folder) = case::shared("documents") else {
        println!("skipped: there is no ../shared/documents beside the repository");
        return;
    };
    let consumer = Consumer::new("documents");
    for (name, file) in DOCUMENTS {
        let document = Document::read(&folder.join(file)).expect("readable");
        let adopted = adopt(&document, true).expect("adoptable");
        println!("{file}: {} extensions were added", adopted.added);
        let document = Document::parse(file, adopted.text).expect("still readable");
        let layout = Layout::folder(&consumer.module(name));
        let (outputs, skipped) = generate_supported(&document, &layout).expect("generated");
        for variant in &skipped {
            println!("{variant}");
        }
        let (api, _) = lower_supported(&document).expect("lowered");
        println!(
            "{file}: {} variants are generated, {} are skipped",
            api.operations.len(),
            skipped.len()
        );
        let patches = patches(&api);
        assert!(
            name != "kubernetes" || patches.len() > 3,
            "no PATCH is left"
        );
        let tests: String = patches.into_iter().map(test).collect();
        consumer.write(name, &outputs, &tests);
    }
    consumer.test();
}

fn patches(api: &Api) -> Vec<&Operation> {
    let patches = api.operations.iter();
    patches
        .filter(|operation| operation.method == "PATCH")
        .collect()
}

/// A test that calls an operation by its name, and compares the path, the media type and the body.
fn test(operation: &Operation) -> String {
    let mut path = operation.path.clone();
    let mut arguments = Vec::new();
    for parameter in operation
        .parameters
        .iter()
        .filter(|parameter| parameter.required)
    {
        path = path.replace(&format!("{{{}}}", parameter.name), "x");
        arguments.push((parameter.name.as_str(), "x"));
    }
    let sent = [
        format!("PATCH {path} HTTP/1.1"),
        format!(
            "content-type: {}",
            operation.media_type().expect("a media type")
        ),
        r#"{"spec":{"suspend":true}}"#.to_owned(),
    ];
    format!(
        "#[tokio::test]\nasync fn {}() {{\n    let server = crate::support::Server::start().await;\n    \
         let client = api::Client::new_with_client(&server.address, ::reqwest::Client::new(), crate::support::call(&[]));\n    \
         let clients = super::dispatch::Clients {{ api: client }};\n    \
         let parameters: &[(&str, &str)] = &{arguments:?};\n    \
         let arguments = ::pingone_client::dispatch::Arguments {{\n        \
         parameters: parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),\n        \
         body: Some(::serde_json::from_str({:?}).unwrap()),\n    }};\n    \
         let outcome = super::dispatch::call(&clients, {:?}, &arguments).await;\n    \
         server.check(outcome.err().map(|error| format!(\"{{error:?}}\")), &{sent:?}, &[]).await;\n}}\n",
        operation.rust_name(),
        sent[2],
        operation.id,
    )
}
