//! Compares documentation pages, the OpenAPI document and the Rust API.
//!
//! The vendor publishes prose pages and no specification, so the pages are read as text:
//! [`Page::read`] turns one into facts with line numbers, and [`contradictions`] holds a page
//! against itself.
//!
//! ```
//! use pingone_drift::{Kind, Page};
//!
//! let text = "Return a Book\n\nPUT {{apiPath}}/shelves/{{shelfID}}/book\n\nThe loan is valid for two days.\n";
//! let page = Page::read(text.as_bytes())?;
//! let facts = page.facts();
//! let lifetime = facts.iter().find(|fact| fact.kind == Kind::Lifetime);
//! assert_eq!(lifetime.map(|fact| (fact.value.as_str(), fact.line)), Some(("2 days", 5)));
//! assert_eq!(page.unknown_lines().count(), 0);
//! # Ok::<(), pingone_drift::ReadError>(())
//! ```

mod compare;
mod consistency;
mod decisions;
mod documents;
mod finding;
mod ledger;
mod page;
mod pages;
mod report;

pub use compare::document::Specification;
pub use compare::{
    Action, Area, Direction, Facet, MirrorWaiver, RULES, Rule, Source, Topic, WAIVERS, Wire, rule,
};
pub use consistency::{Contradiction, Disagreement, contradictions};
pub use decisions::{Decision, DecisionError, Decisions, Scope};
pub use documents::{compare_documents, refused};
pub use finding::{Acceptance, Finding, Side};
pub use ledger::{FormName, Ledger, LedgerError, Record};
pub use page::{
    Address, Body, Endpoint, Fact, Form, Header, Kind, Language, LineKind, MAX_PAGE_BYTES, Named,
    Page, Property, ReadError, Response, Sample, SampleBody, Statement, UnknownLine,
};
pub use pages::check_pages;
pub use report::{Format, RenderError, Report, UnknownFormat, report_schema};
