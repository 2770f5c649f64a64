//! Generated files: written when they differ, or compared with what is there.

use std::fmt;
use std::path::{Path, PathBuf};

use similar::TextDiff;

/// A file that should exist with exactly this content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub content: String,
}

/// A generated file that differs from what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Where.
    pub path: PathBuf,
    diff: String,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diff)
    }
}

impl Output {
    /// Compares with the file on disk; line endings do not count.
    ///
    /// # Errors
    /// When the file exists but cannot be read.
    pub fn check(&self) -> std::io::Result<Option<Stale>> {
        let current = match std::fs::read_to_string(&self.path) {
            Ok(text) => text.replace("\r\n", "\n"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        if current == self.content {
            return Ok(None);
        }
        let name = self.path.display().to_string();
        let diff = TextDiff::from_lines(&current, &self.content);
        let diff = diff
            .unified_diff()
            .header(&name, &format!("{name} (regenerated)"))
            .to_string();
        Ok(Some(Stale {
            path: self.path.clone(),
            diff,
        }))
    }

    /// Writes the file when it differs, and says whether it did.
    ///
    /// # Errors
    /// When the file or its folder cannot be written.
    pub fn write(&self) -> std::io::Result<bool> {
        if self.check()?.is_none() {
            return Ok(false);
        }
        if let Some(folder) = self.path.parent().filter(|folder| *folder != Path::new("")) {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&self.path, &self.content)?;
        Ok(true)
    }
}
