//! Working trees that share one target directory: the program works on the tree that it is run in.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A tree with what `cargo xtask codegen` reads.
fn tree() -> TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tree = TempDir::new().expect("a folder");
    for file in SOURCES {
        let to = tree.path().join(file);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::copy(from.join(file), to).expect(file);
    }
    tree
}

const SOURCES: [&str; 2] = ["spec/pingone.yaml", "xtask/Cargo.toml"];

fn codegen(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("codegen")
        .current_dir(folder)
        .output()
        .expect("xtask runs")
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn code_is_generated_where_the_program_is_run() {
    let (one, other) = (tree(), tree());
    let output = codegen(&one.path().join("spec"));
    assert!(output.status.success(), "{}", error(&output));
    let operations = "crates/models/src/generated/operations.rs";
    assert!(one.path().join(operations).is_file());
    assert!(!other.path().join("crates").exists());
}

#[test]
fn outside_of_a_tree_nothing_is_done() {
    let elsewhere = TempDir::new().expect("a folder");
    let output = codegen(elsewhere.path());
    assert_eq!(output.status.code(), Some(2));
    let error = error(&output);
    assert!(error.contains("is not in a working tree"), "{error}");
    let left = std::fs::read_dir(elsewhere.path()).expect("a folder");
    assert_eq!(left.count(), 0);
}
