//! What a ten-line program costs its developers: a cold release build and the size of the stripped program, with
//! `pingone` and with reqwest by hand. Neither has TLS.
//!
//! `cargo bench -p pingone-tests --bench consumer` prints both, and what `pingone` is to reqwest. It builds each program in
//! a folder of its own, without network.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should stop"
)]

mod figures;

use std::fs;
use std::path::Path;
use std::process::Command;

use pingone_tests::root;

use crate::figures::{children, report};

const BY_HAND: (&str, &str, &str) = (
    "reqwest by hand",
    r#"
reqwest = { version = "0.13", default-features = false, features = ["json"] }
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", features = ["rt"] }
"#,
    r#"
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Verification { verification_code: &'static str }
#[derive(Debug, serde::Deserialize)]
struct User { lifecycle: Option<Lifecycle> }
#[derive(Debug, serde::Deserialize)]
struct Lifecycle { status: String }

fn main() {
    let verify = async {
        let url = "http://127.0.0.1:9/environments/abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6/users/8376797d-641c-4e7b-8bc1-2fdf71916cab";
        let request = reqwest::Client::new().post(url).bearer_auth("t");
        let request = request.json(&Verification { verification_code: "A1B2C3D4" });
        let request = request.header("Content-Type", "application/vnd.pingidentity.user.verify+json");
        request.send().await?.error_for_status()?.json::<User>().await
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match runtime.block_on(verify) {
        Ok(user) => println!("{:?}", user.lifecycle.map(|own| own.status)),
        Err(error) => println!("{error}"),
    }
}
"#,
);

const PINGONE: (&str, &str, &str) = (
    "pingone",
    r#"
pingone = { path = "ROOT/crates/pingone", default-features = false }
tokio = { version = "1", features = ["rt"] }
"#,
    r#"
fn main() {
    let verify = async {
        let client = pingone::Client::builder()
            .platform_url("http://127.0.0.1:9").auth_url("http://127.0.0.1:9")
            .environment_id("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6").token("t").build()?;
        let user: pingone::models::UserId = "8376797d-641c-4e7b-8bc1-2fdf71916cab".parse().unwrap();
        client.user(user).verify("A1B2C3D4").await
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match runtime.block_on(verify) {
        Ok(user) => println!("{:?}", user.lifecycle.map(|own| own.status)),
        Err(error) => println!("{error}"),
    }
}
"#,
);

fn main() {
    let mut base = None;
    for (name, dependencies, program) in [BY_HAND, PINGONE] {
        let Some((seconds, bytes)) = build(dependencies, program) else {
            println!("the cost of a consumer is not measured: this system has no /proc");
            return;
        };
        let (base_seconds, base_bytes) = *base.get_or_insert((seconds, bytes));
        report(
            "cold release build",
            name,
            "seconds of processor time",
            vec![seconds],
        );
        report(
            "cold release build",
            name,
            "times reqwest by hand",
            vec![seconds / base_seconds],
        );
        report(
            "stripped program",
            name,
            "MiB",
            vec![bytes / f64::from(1 << 20)],
        );
        report(
            "stripped program",
            name,
            "times reqwest by hand",
            vec![bytes / base_bytes],
        );
    }
}

/// Builds a program; gives the processor time of the build and the size of the program.
fn build(dependencies: &str, program: &str) -> Option<(f64, f64)> {
    let folder = tempfile::tempdir().unwrap();
    let root = root().canonicalize().unwrap();
    let manifest = format!(
        "[package]\nname = \"consumer\"\nedition = \"2024\"\n\n[dependencies]{}\n[profile.release]\nstrip = true\n\n[workspace]\n",
        dependencies.replace("ROOT", root.to_str().unwrap())
    );
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    write("Cargo.toml", &manifest);
    write("src/main.rs", program);
    // The same versions for both.
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    let before = children()?;
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--offline", "--quiet"])
        .env("CARGO_TARGET_DIR", folder.path().join("target"))
        .env_remove("RUSTFLAGS")
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(status.success(), "the program does not build");
    let seconds = children()? - before;
    let built = folder.path().join("target/release/consumer");
    #[expect(clippy::cast_precision_loss, reason = "some millions")]
    let bytes = fs::metadata(Path::new(&built)).unwrap().len() as f64;
    Some((seconds, bytes))
}
