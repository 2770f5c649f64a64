#![doc = include_str!("../README.md")]

mod api;
mod compare;
mod consistency;
mod decisions;
mod documents;
mod edit;
mod finding;
mod ledger;
mod listings;
mod page;
mod pages;
mod report;

pub use api::{ApiAction, ApiChange, Listing, compare_apis};
pub use compare::specification::Specification;
pub use compare::{
    Action, Direction, MirrorWaiver, RULES, Rule, Source, Topic, WAIVERS, Wire, rule,
};
pub use consistency::{Contradiction, contradictions};
pub use decisions::{Decision, DecisionError, Decisions, NoDecision, Scope};
pub use documents::{compare_documents, refused};
pub use edit::{Choices, Edited, Part, Reconciled, Scaffold, ScaffoldError, reconcile, scaffold};
pub use finding::{Acceptance, Finding, Side};
pub use ledger::{Ledger, LedgerError, Record};
pub use listings::{NamedListing, compare_listings};
pub use page::{
    Address, Body, Endpoint, Fact, Form, Header, Kind, Language, LineKind, ListedStatus,
    MAX_PAGE_BYTES, Named, Page, Property, ReadError, Response, Sample, SampleBody, Statement,
    UnknownLine, Unread,
};
pub use pages::check_pages;
pub use report::{Format, RenderError, Report, UnknownFormat, report_schema};
