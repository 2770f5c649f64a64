//! The file that keeps the state over restarts: a redb database, written by a thread of its own.
//!
//! What several requests change while a write is under way is written together, in one transaction.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use redb::{
    Builder, Database, DatabaseError, ReadableTable, StorageError, TableDefinition, TableError,
};
use tokio::sync::watch;

use crate::rows::{Changes, Everything, Kept, Row, RowError, Rows};

/// The version of the rows. A change that an older version could not read, or would read wrongly, makes a new one.
pub(crate) const VERSION: u32 = 1;

/// Rows by their table and key, as JSON.
const ROWS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("rows");
/// What kind of file it is.
const ABOUT: TableDefinition<&str, u32> = TableDefinition::new("pingone-sandbox");

/// An open state file. No other sandbox can open it at the same time.
#[derive(Debug)]
pub(crate) struct StateFile {
    sending: Mutex<Sending>,
    progress: watch::Receiver<Progress>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Sending {
    batches: Option<mpsc::Sender<Batch>>,
    /// Why no more are sent.
    failure: Option<SaveError>,
    /// How many batches were sent.
    sent: u64,
    /// The values as they were last sent.
    values: BTreeMap<&'static str, Vec<u8>>,
}

/// Rows that are written together or not at all.
#[derive(Debug)]
struct Batch {
    number: u64,
    rows: Vec<Row>,
    /// Whether they take the place of everything that the file has.
    is_everything: bool,
    /// Hears when the batch is in the file.
    done: mpsc::Sender<()>,
}

/// How far the file has come.
#[derive(Clone, Debug, Default)]
struct Progress {
    written: u64,
    failure: Option<SaveError>,
}

/// A change on its way into the file.
#[derive(Debug)]
pub(crate) struct Saving {
    number: u64,
    failure: Option<SaveError>,
    progress: watch::Receiver<Progress>,
    done: Option<mpsc::Receiver<()>>,
}

/// The file cannot be written any more.
#[derive(Clone, Debug)]
pub(crate) struct SaveError(Arc<str>);

impl std::error::Error for SaveError {}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "The state file cannot be written: {}. Start the sandbox again when that is solved.",
            self.0
        )
    }
}

impl StateFile {
    /// Opens a file, or makes a new one; the rows of one that has some.
    pub(crate) fn open(path: &Path) -> Result<(Self, Option<Rows>), StateFileError> {
        let failed = |reason| StateFileError {
            path: path.to_owned(),
            reason,
        };
        // redb panics where it finds some kinds of damage.
        let opened = catch_unwind(|| {
            let mut database = Builder::new()
                .create_with_file_format_v3(true)
                .create(path)
                .map_err(Reason::of)?;
            let rows = read(&mut database)?;
            Ok((database, rows))
        });
        let opened = opened.unwrap_or(Err(Reason::Damaged(None)));
        let (database, rows) = opened.map_err(failed)?;
        let (batches, received) = mpsc::channel();
        let (progress, observed) = watch::channel(Progress::default());
        let writer = std::thread::Builder::new()
            .name("pingone-sandbox-state".to_owned())
            .spawn(move || write_all(&database, &received, &progress))
            .map_err(|source| failed(Reason::Io(source)))?;
        let file = Self {
            sending: Mutex::new(Sending {
                batches: Some(batches),
                failure: None,
                sent: 0,
                values: BTreeMap::new(),
            }),
            progress: observed,
            writer: Mutex::new(Some(writer)),
        };
        Ok((file, rows))
    }

    /// Begins to write what has changed, if a table has, or if `matters` says that something else is worth a write.
    pub(crate) fn save(&self, kept: &mut impl Kept, matters: bool) -> Saving {
        let mut sending = self.sending();
        let mut changes = Changes::since(&mut sending.values, matters);
        let outcome = kept.visit(&mut changes);
        let rows = match outcome {
            Ok(()) => changes.rows,
            Err(error) => return self.refused(&mut sending, &error),
        };
        if rows.is_empty() {
            return self.saving(&sending, None);
        }
        self.send(&mut sending, rows, false)
    }

    /// Begins to write everything, in place of what the file has.
    pub(crate) fn save_everything(&self, kept: &mut impl Kept) -> Saving {
        let mut sending = self.sending();
        let mut everything = Everything::default();
        if let Err(error) = kept.visit(&mut everything) {
            return self.refused(&mut sending, &error);
        }
        let rows = everything.0;
        let values = rows.iter().filter(|row| row.key.is_empty());
        sending.values = values
            .filter_map(|row| Some((row.table, row.content.clone()?)))
            .collect();
        self.send(&mut sending, rows, true)
    }

    /// Closes the file when everything that was sent is in it. What changes later is not kept.
    pub(crate) fn close(&self) {
        self.sending().batches = None;
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(writer) = writer {
            let _ = writer.join();
        }
    }

    fn sending(&self) -> MutexGuard<'_, Sending> {
        self.sending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, sending: &mut Sending, rows: Vec<Row>, is_everything: bool) -> Saving {
        let Some(batches) = &sending.batches else {
            return self.saving(sending, None);
        };
        sending.sent += 1;
        let (done, finished) = mpsc::channel();
        let batch = Batch {
            number: sending.sent,
            rows,
            is_everything,
            done,
        };
        // If the writer has failed, its progress says why.
        let _ = batches.send(batch);
        self.saving(sending, Some(finished))
    }

    fn saving(&self, sending: &Sending, done: Option<mpsc::Receiver<()>>) -> Saving {
        Saving {
            number: sending.sent,
            failure: sending.failure.clone(),
            progress: self.progress.clone(),
            done,
        }
    }

    /// What cannot be turned into rows would be lost: nothing is written any more.
    fn refused(&self, sending: &mut Sending, error: &RowError) -> Saving {
        sending.batches = None;
        sending.failure = Some(SaveError(error.to_string().into()));
        self.saving(sending, None)
    }
}

impl Saving {
    /// Waits until the change is in the file.
    pub(crate) async fn done(mut self) -> Result<(), SaveError> {
        let number = self.number;
        if self.failure.is_none() {
            let arrived =
                |progress: &Progress| progress.written >= number || progress.failure.is_some();
            // An error means that the writer has ended; then its last word counts.
            let _ = self.progress.wait_for(arrived).await;
        }
        self.outcome()
    }

    /// As [`done`](Self::done), for callers that can block.
    pub(crate) fn wait(self) -> Result<(), SaveError> {
        if let Some(done) = &self.done {
            let _ = done.recv();
        }
        self.outcome()
    }

    fn outcome(&self) -> Result<(), SaveError> {
        let of_writer = self.progress.borrow().failure.clone();
        match self.failure.clone().or(of_writer) {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }
}

/// Writes batches until there will be no more, as many at once as wait.
fn write_all(
    database: &Database,
    batches: &mpsc::Receiver<Batch>,
    progress: &watch::Sender<Progress>,
) {
    while let Ok(first) = batches.recv() {
        let waiting: Vec<Batch> = std::iter::once(first).chain(batches.try_iter()).collect();
        let outcome = write(database, &waiting);
        let written = waiting.last().map_or(0, |batch| batch.number);
        match outcome {
            Ok(()) => {
                progress.send_modify(|progress| progress.written = written);
                for batch in waiting {
                    // Most do not listen.
                    let _ = batch.done.send(());
                }
            }
            Err(error) => {
                let failure = SaveError(error.to_string().into());
                progress.send_modify(|progress| progress.failure = Some(failure));
                return;
            }
        }
    }
}

fn write(database: &Database, batches: &[Batch]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    for batch in batches {
        if batch.is_everything {
            transaction.delete_table(ROWS)?;
            transaction.open_table(ABOUT)?.insert("version", VERSION)?;
        }
        let mut table = transaction.open_table(ROWS)?;
        for row in &batch.rows {
            let key = (row.table, row.key.as_str());
            match &row.content {
                Some(content) => table.insert(key, content.as_slice())?,
                None => table.remove(key)?,
            };
        }
    }
    Ok(transaction.commit()?)
}

/// What a file has; nothing if it is new.
fn read(database: &mut Database) -> Result<Option<Rows>, Reason> {
    database.check_integrity().map_err(Reason::of)?;
    let transaction = database.begin_read().map_err(Reason::database)?;
    let version = match transaction.open_table(ABOUT) {
        Ok(about) => about.get("version").map_err(Reason::database)?,
        Err(TableError::TableDoesNotExist(_)) => {
            let mut others = transaction.list_tables().map_err(Reason::database)?;
            return match others.next() {
                None => Ok(None),
                Some(_) => Err(Reason::Foreign),
            };
        }
        Err(error) => return Err(Reason::database(error)),
    };
    let version = version.map(|version| version.value());
    if version != Some(VERSION) {
        return Err(Reason::Version(version.unwrap_or_default()));
    }
    let mut rows = Rows::new();
    let table = transaction.open_table(ROWS).map_err(Reason::database)?;
    for row in table.iter().map_err(Reason::database)? {
        let (place, content) = row.map_err(Reason::database)?;
        let (table, key) = place.value();
        let content = serde_json::from_slice(content.value());
        let content = content.map_err(|_| Reason::Rows(RowError::new(table, key)))?;
        let table = rows.entry(table.to_owned()).or_default();
        table.insert(key.to_owned(), content);
    }
    Ok(Some(rows))
}

/// A state file cannot be used.
#[derive(Debug)]
pub(crate) struct StateFileError {
    path: PathBuf,
    reason: Reason,
}

#[derive(Debug)]
enum Reason {
    InUse,
    NotEmpty,
    Foreign,
    Version(u32),
    Rows(RowError),
    Damaged(Option<redb::Error>),
    Io(io::Error),
}

impl Reason {
    fn of(error: DatabaseError) -> Self {
        match error {
            DatabaseError::DatabaseAlreadyOpen => Self::InUse,
            DatabaseError::UpgradeRequired(_) => Self::Foreign,
            DatabaseError::Storage(StorageError::Io(error)) => match error.kind() {
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Self::Foreign,
                _ => Self::Io(error),
            },
            other => Self::Damaged(Some(other.into())),
        }
    }

    fn database(error: impl Into<redb::Error>) -> Self {
        Self::Damaged(Some(error.into()))
    }
}

impl StateFileError {
    /// A state is given, and the file has one already.
    pub(crate) fn not_empty(path: &Path) -> Self {
        let path = path.to_owned();
        Self {
            path,
            reason: Reason::NotEmpty,
        }
    }

    /// The rows of a file do not make a state.
    pub(crate) fn rows(path: &Path, error: RowError) -> Self {
        let path = path.to_owned();
        Self {
            path,
            reason: Reason::Rows(error),
        }
    }
}

impl fmt::Display for StateFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.reason {
            Reason::InUse => write!(
                f,
                "the state file {path} is in use by another sandbox; stop that one, or choose another file"
            ),
            Reason::NotEmpty => write!(
                f,
                "the state file {path} has a state already, which an import would replace; \
                 leave out the import, or choose a new file"
            ),
            Reason::Foreign => write!(
                f,
                "{path} is not the state file of a sandbox, and is left as it is; choose another file"
            ),
            Reason::Version(version) => write!(
                f,
                "the state file {path} has version {version}, and this sandbox reads version {VERSION}; \
                 use the sandbox that wrote it, or choose another file"
            ),
            Reason::Rows(error) => write!(f, "the state file {path} cannot be read: {error}"),
            Reason::Damaged(_) => write!(
                f,
                "the state file {path} is damaged; restore it from a copy, or choose another file"
            ),
            Reason::Io(_) => write!(f, "the state file {path} cannot be opened"),
        }
    }
}

impl std::error::Error for StateFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.reason {
            Reason::Damaged(Some(error)) => Some(error),
            Reason::Io(error) => Some(error),
            _ => None,
        }
    }
}
