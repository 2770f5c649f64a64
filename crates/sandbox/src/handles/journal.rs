//! The journal that callers read.

use std::fmt;
use std::sync::Arc;

use super::export;
use crate::journal::Entry;
use crate::shared::Shared;

/// The last requests of a sandbox: 1000, unless [`Config::with_journal`](crate::Config::with_journal) says otherwise.
///
/// Secrets are masked: tokens, cookies, and the members of bodies that the document calls secret.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = pingone_sandbox::Sandbox::start().await?;
/// for entry in sandbox.journal().entries() {
///     println!("{} {} -> {} {:?}", entry.method, entry.target, entry.status, entry.near_miss);
/// }
/// println!("{}", sandbox.journal().to_curl());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Journal {
    shared: Arc<Shared>,
    revealed: bool,
}

impl Journal {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let revealed = false;
        Self { shared, revealed }
    }

    /// The same journal with its secrets in clear text.
    #[must_use]
    pub fn revealed(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            revealed: true,
        }
    }

    /// The requests, the oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let records = self.shared.core().journal.all();
        records
            .iter()
            .map(|record| record.entry(self.revealed))
            .collect()
    }

    /// Forgets every request so far.
    pub fn clear(&self) {
        self.shared.note(|core| core.journal.clear());
        self.shared.announce();
    }

    /// The requests and answers as JSON, one line for each.
    ///
    /// One seed, a frozen clock and the same requests to the same port give the same bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        let line = |entry| serde_json::to_string(&entry).unwrap_or_default() + "\n";
        self.entries().into_iter().map(line).collect()
    }

    /// The requests as `curl` commands for a shell. A masked secret is `***`.
    #[must_use]
    pub fn to_curl(&self) -> String {
        export::curl(&self.entries(), self.shared.origin())
    }

    /// The requests in the form that editors take from `.http` files.
    #[must_use]
    pub fn to_http(&self) -> String {
        export::http(&self.entries(), self.shared.origin())
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries()).finish()
    }
}
