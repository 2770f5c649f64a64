//! The sections of the page.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use pingone_models::operations;
use serde_json::Value;

use crate::fault::EXAMPLES;
use crate::journal::Verdict;
use crate::shared::Shared;
use crate::state::context::seconds_until;

/// How many rows of a table are shown.
const ROWS: usize = 100;

pub(super) fn clock(shared: &Shared) -> Markup {
    let clock = shared.clock();
    let rate = clock.rate();
    let runs = match rate {
        0.0 => "frozen".to_owned(),
        1.0 => "running".to_owned(),
        rate => format!("running {rate} times as fast"),
    };
    html! {
        div .clock aria-label="Clock" role="group" {
            p data-live="clock" {
                strong { (moment(clock.now())) }
                " " span .badge.quiet[rate == 0.0] { (runs) }
            }
            form method="post" action="/_sandbox/clock" {
                button name="advance" value="1m" { "+1 min" }
                button name="advance" value="5m" { "+5 min" }
                button name="advance" value="1h" { "+1 h" }
                button name="advance" value="24h" { "+24 h" }
                button name="freeze" value="now" { "Freeze" }
                button name="resume" value="now" { "Resume" }
            }
            (ask("Reset", html! {
                form method="post" action="/_sandbox/reset" { button .danger { "Reset everything" } }
            }))
        }
    }
}

/// A button that takes effect only after a second one, also without a script.
fn ask(what: &str, form: Markup) -> Markup {
    html! { details .ask { summary { (what) "…" } (form) } }
}

fn moment(moment: Timestamp) -> String {
    moment
        .to_zoned_datetime(TimeZone::UTC)
        .strftime("%Y-%m-%d %H:%M:%S UTC")
        .to_string()
}

/// How long something is valid, in words.
fn left(now: Timestamp, until: Option<Timestamp>) -> Markup {
    match until {
        None => html! { span .badge.quiet { "no limit" } },
        Some(until) if now >= until => html! { span .badge.bad { "expired" } },
        Some(until) => {
            let seconds = seconds_until(now, until);
            html! { span .badge.good { "valid " (seconds / 60) ":" (format!("{:02}", seconds % 60)) } }
        }
    }
}

/// The rows under their heads, or a sentence where there are none.
fn table(name: &str, heads: &[&str], rows: &[Markup], none: &str) -> Markup {
    if rows.is_empty() {
        return html! { p .empty { (none) } };
    }
    html! {
        div .scroll tabindex="0" role="region" aria-label={ (name) " table" } {
            table {
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { @for row in rows.iter().take(ROWS) { (row) } }
            }
        }
        @if rows.len() > ROWS { p .more { "The newest " (ROWS) " of " (rows.len()) "." } }
    }
}

/// A part that the script replaces when something has changed.
fn live(name: &str, content: &Markup) -> Markup {
    html! { div data-live=(name) { (content) } }
}

pub(super) fn messages(shared: &Shared) -> (Markup, usize) {
    let now = shared.clock().now();
    let core = shared.core();
    let newest = core.outbox.all().rev();
    let rows: Vec<Markup> = newest
        .map(|message| html! {
            tr {
                td { code .code { @if message.code.expose().is_empty() { "–" } @else { (message.code.expose()) } } }
                td { (words(&format!("{:?}", message.kind))) }
                td .long { (message.to) }
                td { (words(&format!("{:?}", message.channel))) }
                td { (left(now, message.expires_at)) }
                td { time datetime=(message.at) { (moment(message.at)) } }
            }
        })
        .collect();
    let content = table(
        "Outbox",
        &["Code", "Kind", "To", "By", "Valid", "Sent"],
        &rows,
        "Nothing was sent yet. Codes appear here instead of in a mailbox.",
    );
    drop(core);
    (live("outbox", &content), rows.len())
}

/// `VerificationCode` as `verification code`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

pub(super) fn users(shared: &Shared) -> (Markup, usize) {
    let rows = shared.look(|environment, context| {
        let users = environment.users.iter().rev().map(|user| {
            let view = user.view(context, environment);
            let password = user.password_view(context, environment).status;
            let password = password
                .map(|status| status.to_string())
                .unwrap_or_default();
            let account = view
                .account
                .status
                .map(|status| status.to_string())
                .unwrap_or_default();
            let lifecycle = user
                .profile
                .lifecycle
                .as_ref()
                .and_then(|lifecycle| lifecycle.status.as_ref());
            let lifecycle = lifecycle.map(ToString::to_string).unwrap_or_default();
            html! {
                tr {
                    td .long { strong { (user.username()) } br; code .id { (user.id()) } }
                    td .long { (user.profile.email.as_deref().unwrap_or_default()) }
                    td { (status(&account)) @if !user.is_enabled() { " " (status("DISABLED")) } }
                    td { (status(&lifecycle)) }
                    td { (status(&password)) }
                    td .number { (user.devices.len()) }
                }
            }
        });
        Some(users.collect::<Vec<_>>())
    });
    let rows = rows.unwrap_or_default();
    let content = table(
        "Users",
        &[
            "User",
            "E-mail",
            "Account",
            "Lifecycle",
            "Password",
            "Devices",
        ],
        &rows,
        "No users yet.",
    );
    let form = html! {
        form .plan method="post" action="/_sandbox/users" {
            label { "Username" input name="username" required autocomplete="off"; }
            label { "E-mail" input name="email" type="email" autocomplete="off"; }
            label { "Password" input name="password" autocomplete="off"; }
            label { "Account"
                select name="verified" {
                    option value="true" { "verified" }
                    option value="false" { "waits for verification" }
                }
            }
            button .primary { "Create the user" }
        }
    };
    (html! { (live("users", &content)) (form) }, rows.len())
}

fn status(text: &str) -> Markup {
    let class = match text {
        "OK" | "ACCOUNT_OK" | "COMPLETED" => "badge good",
        "LOCKED" | "DISABLED" | "PASSWORD_LOCKED_OUT" | "FAILED" | "EXPIRED" => "badge bad",
        _ => "badge",
    };
    html! { span class=(class) { (text) } }
}

pub(super) fn device_authentications(shared: &Shared) -> (Markup, usize) {
    let rows = shared.look(|environment, context| {
        let mut found: Vec<_> = environment.device_authentications.iter().collect();
        found.sort_by_key(|(_, found)| std::cmp::Reverse(found.created_at()));
        let rows = found.into_iter().map(|(id, found)| {
            let user = environment.users.get(found.user);
            let name = user
                .map(|user| user.username().to_owned())
                .unwrap_or_default();
            let kind = found.authentication.kind();
            html! {
                tr {
                    td { code .id { (id) } }
                    td { (name) }
                    td { (kind.map_or("–", crate::DeviceKind::as_str)) }
                    td { (status(&found.authentication.status(context.now).to_string())) }
                    td { time datetime=(found.created_at()) { (moment(found.created_at())) } }
                }
            }
        });
        Some(rows.collect::<Vec<_>>())
    });
    let rows = rows.unwrap_or_default();
    let content = table(
        "Device authentications",
        &["Id", "User", "Device", "Status", "Started"],
        &rows,
        "No device authentications yet.",
    );
    (live("device-authentications", &content), rows.len())
}

pub(super) fn flows(shared: &Shared) -> (Markup, usize) {
    let rows = shared.look(|environment, context| {
        let rows = environment.flows.values().map(|flow| {
            let user = flow.user.and_then(|user| environment.users.get(user).ok());
            let expired = flow.has_expired(context.now);
            let now = flow.status(context.now).to_string();
            html! {
                tr {
                    td { code .id { (flow.id) } }
                    td { (user.map_or("–", |user| user.username())) }
                    td { (status(if expired { "EXPIRED" } else { &now })) }
                    td { (flow.actions().join(", ")) }
                }
            }
        });
        Some(rows.collect::<Vec<_>>())
    });
    let rows = rows.unwrap_or_default();
    let content = table(
        "Flows",
        &["Id", "User", "Status", "Allowed now"],
        &rows,
        "No flows yet.",
    );
    let form = html! {
        form .plan method="post" action="/_sandbox/flows" {
            label { "Begins with"
                select name="kind" {
                    option value="SIGN_ON" { "username and password" }
                    option value="USERNAME_ONLY" { "the username alone" }
                }
            }
            label { "Second factor"
                select name="mfa" {
                    option value="false" { "no" }
                    option value="true" { "yes" }
                }
            }
            label { "Application" input name="application" autocomplete="off"; }
            button .primary { "Start the flow" }
        }
    };
    (html! { (live("flows", &content)) (form) }, rows.len())
}

pub(super) fn faults(shared: &Shared) -> (Markup, usize) {
    let planned = shared.core().faults.planned().to_vec();
    let rows: Vec<Markup> = planned
        .iter()
        .map(|planned| {
            html! {
                tr {
                    td { (planned.fault.summary()) }
                    td .number {
                        (planned.met) @if let Some(count) = planned.fault.count() { " of " (count) }
                    }
                    td {
                        form method="post" action={ "/_sandbox/faults/" (planned.id) "/remove" } {
                            button { "Remove" span .hidden { " fault " (planned.id) } }
                        }
                    }
                }
            }
        })
        .collect();
    let list = table(
        "Faults",
        &["Fault", "Met", ""],
        &rows,
        "Nothing goes wrong on purpose.",
    );
    let form = html! {
        form .plan method="post" action="/_sandbox/faults" {
            label { "What goes wrong"
                select name="effect" {
                    @for (text, meaning) in EXAMPLES { option value=(text) { (meaning) } }
                }
            }
            label { "For"
                select name="operation" {
                    option value="" { "every operation" }
                    @for operation in operations::OPERATIONS {
                        option value=(operation.id) { (operation.id) }
                    }
                }
            }
            label { "How often" input name="count" inputmode="numeric" pattern="[1-9][0-9]*" placeholder="always"; }
            button .primary { "Plan the fault" }
        }
    };
    (html! { (live("faults", &list)) (form) }, rows.len())
}

pub(super) fn journal(shared: &Shared) -> (Markup, usize) {
    let records: Vec<_> = shared.core().journal.newest().cloned().collect();
    let rows: Vec<Markup> = records
        .iter()
        .take(ROWS)
        .map(|record| {
            let entry = record.entry(false);
            let class = match entry.verdict {
                Verdict::Done => "badge good",
                Verdict::Refused | Verdict::Unmatched => "badge bad",
                _ => "badge",
            };
            html! {
                tr {
                    td .number { (entry.number) }
                    td { span class=(class) { (entry.status) } }
                    td {
                        details id={ "entry-" (entry.number) } {
                            summary { strong { (entry.operation.unwrap_or("no operation")) } " " code { (entry.method) " " (entry.target) } }
                            @if let Some(near_miss) = &entry.near_miss { p .note { (near_miss) } }
                            @if let Some(fault) = entry.fault { p .note { "Fault: " (fault) } }
                            @if !entry.rules.is_empty() { p .note { "Rules: " (entry.rules.join(", ")) } }
                            (message(&entry.request_headers, &entry.request_body))
                            (message(&entry.response_headers, &entry.response_body))
                        }
                    }
                    td { time datetime=(entry.at) { (moment(entry.at)) } }
                }
            }
        })
        .collect();
    let heads = ["No.", "Status", "Request", "At"];
    let content = html! {
        @if !rows.is_empty() {
            p .tools {
                a href="/_sandbox/journal?format=curl" { "As curl" } " "
                a href="/_sandbox/journal?format=http" { "As .http" } " "
                a href="/_sandbox/journal" { "As JSON" }
            }
        }
        (table("Journal", &heads, &rows, "No requests yet."))
    };
    let clear = ask(
        "Clear",
        html! {
            form method="post" action="/_sandbox/journal/clear" { button .danger { "Clear the journal" } }
        },
    );
    (html! { (live("journal", &content)) (clear) }, records.len())
}

/// JSON on lines of its own, anything else as it is.
fn laid_out(body: &str) -> Cow<'_, str> {
    let laid_out = |value: Value| serde_json::to_string_pretty(&value);
    match serde_json::from_str(body).and_then(laid_out) {
        Ok(text) => Cow::Owned(text),
        Err(_) => Cow::Borrowed(body),
    }
}

fn message(headers: &[(String, String)], body: &str) -> Markup {
    html! {
        pre {
            @for (name, value) in headers { (name) ": " (value) "\n" }
            @if !body.is_empty() { "\n" (laid_out(body)) }
        }
    }
}

pub(super) fn rules_note(shared: &Shared) -> Markup {
    html! {
        p {
            "Environment " code { (shared.environment()) } " at " code { (shared.links().platform()) }
            " and " code { (shared.links().auth()) } ". "
            "Nothing here leaves this machine. It is not a copy of PingOne: an answer that rests on an assumption says so in "
            code { "X-Sandbox-Assumed" } "."
        }
    }
}
