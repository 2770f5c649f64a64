//! The folder of pages: each with what the service said of its version.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Target;
use super::fetch::{Page, Validators};

/// What happened to a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Saved {
    New,
    Changed,
    Unchanged,
}

pub(super) struct Store {
    folder: PathBuf,
}

/// What is kept beside a page, in a file of its own.
#[derive(Serialize, Deserialize)]
struct Version {
    /// Of the page as it was written: an edited or exchanged page is fetched anew.
    sha256: String,
    #[serde(flatten)]
    validators: Validators,
}

impl Store {
    pub(super) fn open(folder: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// What to ask the service with: nothing unless the page is there as it was fetched.
    pub(super) fn validators(&self, target: &Target) -> Validators {
        let version = std::fs::read(self.version_file(target))
            .ok()
            .and_then(|text| serde_json::from_slice::<Version>(&text).ok());
        let page = std::fs::read(self.folder.join(&target.file));
        match (version, page) {
            (Some(version), Ok(page)) if version.sha256 == sha256(&page) => version.validators,
            _ => Validators::default(),
        }
    }

    /// Writes a page, then its version: if the second fails, the page is only fetched once more.
    pub(super) fn save(&self, target: &Target, page: &Page) -> Result<Saved, String> {
        let file = self.folder.join(&target.file);
        let saved = match std::fs::read(&file) {
            Ok(old) if old == page.bytes => Saved::Unchanged,
            Ok(_) => Saved::Changed,
            Err(_) => Saved::New,
        };
        if saved != Saved::Unchanged {
            self.write(&file, &page.bytes)?;
        }
        let version = Version {
            sha256: sha256(&page.bytes),
            validators: page.validators.clone(),
        };
        let text = serde_json::to_vec_pretty(&version).map_err(|error| error.to_string())?;
        self.write(&self.version_file(target), &text)?;
        Ok(saved)
    }

    fn version_file(&self, target: &Target) -> PathBuf {
        self.folder.join(format!("{}.version.json", target.file))
    }

    /// Writes to a file beside and gives it its name at the end, so that no reader sees half of it.
    fn write(&self, file: &Path, bytes: &[u8]) -> Result<(), String> {
        let written = || -> std::io::Result<()> {
            let mut beside = tempfile::NamedTempFile::new_in(&self.folder)?;
            beside.write_all(bytes)?;
            beside.as_file().sync_all()?;
            beside.persist(file).map_err(|error| error.error)?;
            Ok(())
        };
        written().map_err(|error| format!("{}: {error}", file.display()))
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
