//! Copies of the workspace in which the document is changed: generated, compiled and compared.

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
    cargo_with(folder, arguments, "no")
}

fn cargo_with(folder: &Path, arguments: &[&str], update_snapshots: &str) -> Output {
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
        .env("INSTA_UPDATE", update_snapshots)
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

/// A variant that PingOne does not have.
const VARIANT: &str = "          application/vnd.pingidentity.user.greet+json:
            x-operation-id: greetUser
            x-summary: Greet a user
            x-effect: sends-message
            x-docs:
              page: https://developer.pingidentity.com/pingone-api/platform/users/user-accounts/user-account-unlock.html
              basis: inferred
            x-no-body: true
";

/// What cannot be generated for it: the file, the text before which it goes, and the code.
const HANDLER: (&str, &str, &str) = (
    "crates/sandbox/src/handlers/mod.rs",
    "    fn unlock_account(",
    "    fn greet_user(&mut self, request: GreetUser) -> Outcome<GreetUser> {
        users::act(self, request.user_id, |_, _| Ok(()))
    }

",
);
const METHOD: (&str, &str, &str) = (
    "crates/pingone/src/users/handle.rs",
    "    /// Deletes the user.",
    "    /// Greets the user.
    #[doc = docs::greet_user!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).greet().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn greet(&self) -> Request<User> {
        self.request(requests::GreetUser::new(self.id))
    }

",
);

/// Puts a text before the first place of another one.
#[track_caller]
fn insert(folder: &Path, (file, before, text): (&str, &str, &str)) {
    let path = folder.join(file);
    let original = std::fs::read_to_string(&path).expect("readable");
    assert!(original.contains(before), "{file} has no `{before}`");
    let changed = original.replacen(before, &format!("{text}{before}"), 1);
    std::fs::write(path, changed).expect("written");
}

/// The tests that failed, each with what it printed.
fn failures(said: &str) -> Vec<(&str, &str)> {
    let mut sections = said.split("\n---- ").skip(1);
    let mut failures = Vec::new();
    for section in &mut sections {
        if let Some((name, rest)) = section.split_once(" stdout ----") {
            let end = rest.find("\nfailures:\n").unwrap_or(rest.len());
            failures.push((name, &rest[..end]));
        }
    }
    failures
}

#[test]
#[ignore = "compiles a copy of the workspace; `cargo xtask check --long` runs it"]
fn a_new_variant_needs_a_handler_and_a_method_and_nothing_else_by_hand() {
    let lines = [HANDLER.2, METHOD.2].concat().lines().count();
    assert!(lines <= 25, "{lines} lines are written by hand");
    share_dependencies();
    let copied = tempfile::tempdir().expect("a folder");
    let folder = copied.path();
    copy(&root(), folder);
    let document = folder.join("spec/pingone.yaml");
    let original = std::fs::read_to_string(&document).expect("readable");
    let (before, after) = original
        .split_once("x-operation-id: unlockAccount")
        .expect("a variant");
    let last = "x-no-body: true\n";
    let (own, after) = after.split_once(last).expect("its last line");
    let changed = format!("{before}x-operation-id: unlockAccount{own}{last}{VARIANT}{after}");
    std::fs::write(&document, changed).expect("written");
    let codegen = cargo(folder, &["xtask", "codegen"]);
    assert!(codegen.status.success(), "{}", text(&codegen));

    // The compiler names the handler.
    let said = text(&cargo(folder, &["check", "--package", "pingone-sandbox"]));
    let errors = said
        .lines()
        .filter(|line| line.starts_with("error["))
        .count();
    let named = said.contains("not all trait items implemented, missing: `greet_user`");
    assert!(named && errors == 1, "{said}");
    insert(folder, HANDLER);

    // One test names the method; whatever else fails says which command repairs it.
    let tests = [
        "test",
        "--workspace",
        "--lib",
        "--bins",
        "--tests",
        "--no-fail-fast",
    ];
    let said = text(&cargo(folder, &tests));
    let failures = failures(&said);
    let (names, others): (Vec<_>, Vec<_>) = failures
        .into_iter()
        .partition(|(_, said)| said.contains("greet_user") && !said.contains("cargo xtask"));
    assert_eq!(names.len(), 1, "{names:#?}\n{said}");
    for (name, said) in others {
        let repaired = ["run `cargo ", "INSTA_UPDATE=always cargo", "cargo insta"];
        assert!(
            repaired.iter().any(|command| said.contains(command)),
            "{name}: {said}"
        );
    }
    insert(folder, METHOD);

    for repair in [["xtask", "codegen"], ["xtask", "index"]] {
        let repaired = cargo(folder, &repair);
        assert!(repaired.status.success(), "{}", text(&repaired));
    }
    let updated = cargo_with(folder, &tests, "always");
    assert!(updated.status.success(), "{}", text(&updated));
}
