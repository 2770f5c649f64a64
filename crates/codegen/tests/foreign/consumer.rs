//! A crate around generated modules, which uses them as any other program does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output as Ended};

use pingone_codegen::Output;

/// A crate in the target directory of this workspace, so that what is built of other people's crates serves it too.
pub(crate) struct Consumer {
    folder: PathBuf,
}

fn root() -> &'static Path {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    folder.and_then(Path::parent).expect("the workspace")
}

impl Consumer {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let source = folder.join("src");
        if source.exists() {
            std::fs::remove_dir_all(&source).expect("removed");
        }
        std::fs::create_dir_all(&source).expect("created");
        let workspace = std::fs::read_to_string(root().join("Cargo.toml")).expect("readable");
        // The same profile, or everything would be built a second time.
        let (_, profile) = workspace.split_once("[profile.dev]").expect("a profile");
        let root = root().display();
        let manifest = format!(
            "[package]\nname = \"generated-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [features]\nschemars = []\n\n[dependencies]\n\
             pingone-client = {{ path = \"{root}/crates/client\", features = [\"dispatch\"] }}\n\
             pingone-models = {{ path = \"{root}/crates/models\", features = [\"samples\"] }}\n\
             progenitor-client = \"0.15\"\n\
             reqwest = {{ version = \"0.13\", default-features = false, features = [\"json\", \"query\"] }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n\
             tokio = {{ version = \"1\", default-features = false, features = [\"io-util\", \"macros\", \"net\", \"rt\", \"time\"] }}\n\n\
             [profile.dev]{profile}"
        );
        let consumer = Self { folder };
        consumer.put("Cargo.toml", &manifest);
        let lock = consumer.folder.join("Cargo.lock");
        std::fs::copy(format!("{root}/Cargo.lock"), lock).expect("copied");
        consumer.put("src/support.rs", include_str!("support.rs"));
        consumer.put(
            "src/lib.rs",
            "#![allow(warnings, reason = \"generated code\")]\n\n#[cfg(test)]\nmod support;\n",
        );
        consumer
    }

    fn put(&self, file: &str, text: &str) {
        std::fs::write(self.folder.join(file), text).expect("written");
    }

    /// The folder of a module.
    pub(crate) fn module(&self, name: &str) -> PathBuf {
        self.folder.join("src").join(name)
    }

    /// Adds the generated files of a module, with tests of them.
    pub(crate) fn write(&self, name: &str, outputs: &[Output], tests: &str) {
        for output in outputs {
            output.write().expect("written");
        }
        if !tests.is_empty() {
            let root = self.module(name).join("mod.rs");
            let mut module = std::fs::read_to_string(root).expect("readable");
            let _ = write!(
                module,
                "\n#[cfg(test)]\nmod tests {{\nuse super::{{api, models}};\n\n{tests}}}\n"
            );
            self.put(&format!("src/{name}/mod.rs"), &module);
        }
        self.add(name);
    }

    /// Adds a module of one file.
    pub(crate) fn write_file(&self, name: &str, text: &str) {
        self.put(&format!("src/{name}.rs"), text);
        self.add(name);
    }

    fn add(&self, name: &str) {
        let root = self.folder.join("src/lib.rs");
        let mut text = std::fs::read_to_string(&root).expect("readable");
        let _ = writeln!(text, "pub mod {name};");
        std::fs::write(root, text).expect("written");
    }

    /// Takes out a module.
    pub(crate) fn remove(&self, name: &str) {
        let root = self.folder.join("src/lib.rs");
        let text = std::fs::read_to_string(&root).expect("readable");
        std::fs::write(root, text.replace(&format!("pub mod {name};\n"), "")).expect("written");
    }

    /// Adds a dependency.
    pub(crate) fn depend(&self, dependency: &str) {
        let manifest = self.folder.join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).expect("readable");
        let with = text.replace(
            "[dependencies]\n",
            &format!("[dependencies]\n{dependency}\n"),
        );
        std::fs::write(manifest, with).expect("written");
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).output().expect("cargo runs")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
        let mut command = Command::new(env!("CARGO"));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", target.expect("the target directory"));
        // What cargo tells this test concerns this crate.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_")) {
            command.env_remove(name);
        }
        command
    }

    /// Compiles the modules and runs their tests.
    pub(crate) fn test(&self) {
        let ended = self.cargo(&["test", "--quiet"]);
        assert!(
            ended.status.success(),
            "{}{}",
            String::from_utf8_lossy(&ended.stderr),
            String::from_utf8_lossy(&ended.stdout)
        );
    }
}
