//! The page at `/_sandbox`: everything in a sandbox at a glance, for people.
//!
//! It is complete without a script: links, tables and forms. The script only keeps it up to date.

mod parts;

use maud::{DOCTYPE, Markup, html};

use self::parts::{
    clock, device_authentications, faults, flows, journal, messages, rules_note, users,
};
use crate::shared::Shared;

pub(crate) const STYLE: &str = include_str!("style.css");
pub(crate) const ICON: &str = include_str!("icon.svg");
pub(crate) const SCRIPT: &str = include_str!("script.js");

/// The sections of the page, with the names that links and the script know them by.
const SECTIONS: &[(&str, &str)] = &[
    ("outbox", "Outbox"),
    ("users", "Users"),
    ("device-authentications", "Device authentications"),
    ("flows", "Flows"),
    ("faults", "Faults"),
    ("journal", "Journal"),
];

pub(crate) fn render(shared: &Shared) -> String {
    let contents: Vec<(Markup, usize)> = SECTIONS
        .iter()
        .map(|(name, _)| match *name {
            "outbox" => messages(shared),
            "users" => users(shared),
            "device-authentications" => device_authentications(shared),
            "flows" => flows(shared),
            "faults" => faults(shared),
            _ => journal(shared),
        })
        .collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "PingOne sandbox" }
                link rel="stylesheet" href="/_sandbox/style.css";
                link rel="icon" type="image/svg+xml" href="/_sandbox/icon.svg";
                script src="/_sandbox/script.js" defer {}
            }
            body {
                a .skip href="#outbox" { "Skip to the outbox" }
                header {
                    div .title {
                        h1 { "PingOne sandbox" }
                        p #live role="status" { "Reload to see what is new." }
                    }
                    (clock(shared))
                    nav aria-label="Sections" {
                        @for ((name, title), (_, count)) in SECTIONS.iter().zip(&contents) {
                            a href={ "#" (name) } data-live={ "count-" (name) } {
                                (title) " " span .count { (count) }
                            }
                        }
                    }
                }
                main {
                    @for ((name, title), (content, _)) in SECTIONS.iter().zip(&contents) {
                        section id=(name) aria-labelledby={ (name) "-title" } {
                            h2 id={ (name) "-title" } { (title) }
                            (content)
                        }
                    }
                }
                footer { (rules_note(shared)) }
            }
        }
    };
    page.into_string()
}
