//! A copy of the workspace in which a property of the document has another name: generated, compiled and compared.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pingone_tests::root;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        let name = entry.file_name();
        if name == "target" || name == ".git" || name == "node_modules" {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type().expect("a kind").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// What cargo builds the copy into. A folder of its own: cargo takes two workspaces of the same layout for one.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("regenerate")
}

/// Hands on what is built of other people's crates, so that only the copy itself has to be compiled.
fn share_dependencies() {
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("debug");
    for part in [".fingerprint", "build", "deps"] {
        // Without them the test takes longer, and says the same.
        let _ = link(&built.join(part), &target().join("debug").join(part));
    }
}

fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let own = name.to_string_lossy();
        let own = own.strip_prefix("lib").unwrap_or(&own);
        if own.starts_with("pingone") || own.starts_with("xtask") {
            continue;
        }
        let to = to.join(&name);
        if entry.file_type()?.is_dir() {
            link(&entry.path(), &to)?;
        } else if !to.exists() {
            std::fs::hard_link(entry.path(), to)?;
        }
    }
    Ok(())
}

fn cargo(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).current_dir(folder);
    // What cargo tells this test concerns the original.
    let told = |name: &str| {
        [
            "CARGO_BIN_",
            "CARGO_CRATE_",
            "CARGO_MANIFEST_",
            "CARGO_PKG_",
        ]
        .iter()
        .any(|prefix| name.starts_with(prefix))
    };
    for (name, _) in std::env::vars().filter(|(name, _)| told(name)) {
        command.env_remove(name);
    }
    command
        .env("CARGO_TARGET_DIR", target())
        .env("INSTA_UPDATE", "no")
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("cargo runs")
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
#[ignore = "compiles a copy of the workspace; `cargo xtask check --long` runs it"]
fn a_renamed_property_reaches_models_client_and_snapshots() {
    share_dependencies();
    let folder = tempfile::tempdir().expect("a folder");
    copy(&root(), folder.path());
    let document = folder.path().join("spec/pingone.yaml");
    let original = std::fs::read_to_string(&document).expect("readable");
    std::fs::write(&document, original.replace("compatibility", "compliance")).expect("written");

    let check = cargo(folder.path(), &["xtask", "codegen", "--check"]);
    let said = text(&check);
    assert_eq!(check.status.code(), Some(1), "{said}");
    assert!(
        said.contains("+    pub compliance: Option<Fido2Compatibility>,"),
        "{said}"
    );
    assert!(
        said.contains("run `cargo xtask codegen` and commit the result"),
        "{said}"
    );

    let codegen = cargo(folder.path(), &["xtask", "codegen"]);
    assert!(codegen.status.success(), "{}", text(&codegen));
    let check = cargo(folder.path(), &["xtask", "codegen", "--check"]);
    assert!(check.status.success(), "{}", text(&check));

    let snapshots = cargo(
        folder.path(),
        &[
            "test",
            "--workspace",
            "--test",
            "it",
            "payloads::requests_look_like_their_snapshots",
        ],
    );
    let said = text(&snapshots);
    assert!(!snapshots.status.success(), "{said}");
    let changes: Vec<_> = said
        .lines()
        .filter_map(|line| line.split_once('│').map(|(_, change)| change.trim_end()))
        .filter(|change| change.starts_with(['+', '-']))
        .collect();
    let one = [
        "-  \"compatibility\": \"FULL\",",
        "+  \"compliance\": \"FULL\",",
    ];
    assert!(!changes.is_empty(), "{said}");
    assert!(changes.chunks(2).all(|change| change == one), "{said}");
}
