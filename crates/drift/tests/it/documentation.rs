//! The five pages that the project starts from, where they are at hand.

use std::path::PathBuf;

use pingone_drift::{Form, Kind, Page, Topic, contradictions};

use crate::render::{Style, render};
use crate::{read, said};

/// What a page says, found by reading it with eyes.
pub(crate) struct Expected {
    pub(crate) file: &'static str,
    form: Form,
    title: &'static str,
    endpoint: &'static str,
    media_type: &'static str,
    authorization: Option<&'static str>,
    properties: &'static [&'static str],
    body: &'static [&'static str],
    status: Option<&'static str>,
    response: &'static [&'static str],
    prose: &'static [&'static str],
    sentences: usize,
}

const USER_LINKS: [&str; 13] = [
    "account.sendVerificationCode",
    "devices",
    "environment",
    "linkedAccounts",
    "memberOfGroups",
    "password",
    "password.check",
    "password.recover",
    "password.reset",
    "password.set",
    "population",
    "roleAssignments",
    "self",
];

/// What each example of a user shows beside its links.
const USER: [&str; 15] = [
    "account.canAuthenticate boolean",
    "account.status `OK`",
    "createdAt string date-time",
    "email string email",
    "enabled boolean",
    "environment.id string uuid",
    "id string uuid",
    "identityProvider.type `PING_ONE`",
    "lastSignOn.at string date-time",
    "lastSignOn.remoteIp string",
    "mfaEnabled boolean",
    "population.id string uuid",
    "updatedAt string date-time",
    "username string",
    "verifyStatus `NOT_INITIATED`",
];

const PAGES: [Expected; 5] = [
    Expected {
        file: "000_e254a7774a3060bb.txt",
        form: Form::SpacedText,
        title: "Send/Resend User Verification Code",
        endpoint: "POST apiPath /environments/{envID}/users/{userID}",
        media_type: "application/vnd.pingidentity.user.sendVerificationCode+json",
        authorization: Some("Bearer"),
        properties: &[],
        body: &[],
        status: Some("200"),
        response: &[
            "+user",
            "lifecycle.status `VERIFICATION_REQUIRED`",
            "_links.user.verify.href string uri",
        ],
        prose: &[
            "prose-media-type application/vnd.pingidentity.user.sendVerificationCode+json",
            "prose-operation POST {{apiPath}}/environments/{envID}/users/{userID}",
            "property lifecycle.status",
            "status VERIFICATION_REQUIRED",
        ],
        sentences: 3,
    },
    Expected {
        file: "001_b170cc39002b8332.txt",
        form: Form::SpacedText,
        title: "Verify User",
        endpoint: "POST apiPath /environments/{envID}/users/{userID}",
        media_type: "application/vnd.pingidentity.user.verify+json",
        authorization: Some("Bearer"),
        properties: &["verificationCode String Required"],
        body: &["verificationCode string variable"],
        status: Some("200"),
        response: &["+user", "lifecycle.status `ACCOUNT_OK`"],
        prose: &[
            "prose-media-type application/vnd.pingidentity.user.verify+json",
            "prose-operation POST {{apiPath}}/environments/{envID}/users/{userID}",
            "property lifecycle.status",
            "required-attribute verificationCode",
            "status ACCOUNT_OK",
        ],
        sentences: 5,
    },
    Expected {
        file: "002_94db1217025825a3.txt",
        form: Form::TightText,
        title: "Password Resend Recovery Code",
        endpoint: "POST apiPath /environments/{envID}/users/{userID}/password",
        media_type: "application/vnd.pingidentity.password.sendRecoveryCode+json",
        authorization: Some("Bearer"),
        properties: &[],
        body: &[],
        status: None,
        response: &[],
        prose: &[
            "prose-media-type application/vnd.pingidentity.password.recover+json",
            "prose-media-type application/vnd.pingidentity.password.sendRecoveryCode+json",
            "prose-operation POST {{apiPath}}/environments/{envID}/users/{userID}/password",
            "required-attribute newPassword",
            "required-attribute recoveryCode",
            "status PASSWORD_LOCKED_OUT",
            "lifetime 5 minutes",
            "code-shape 8 alphanumeric case-insensitive",
            "configurable not configurable",
        ],
        sentences: 10,
    },
    Expected {
        file: "003_03c46c42ea57d125.txt",
        form: Form::SpacedText,
        title: "Confirm Account Information",
        endpoint: "POST authPath /{envID}/flows/{flowID}",
        media_type: "application/vnd.pingidentity.user.confirm+json",
        authorization: None,
        properties: &["username String Required"],
        body: &["username string"],
        status: None,
        response: &[],
        prose: &[
            "prose-media-type application/vnd.pingidentity.user.confirm+json",
            "prose-operation PATCH {{apiPath}}/environments/{envID}/users/{userID}",
            "prose-operation POST /{envID}/flows/{flowID}",
        ],
        sentences: 4,
    },
    Expected {
        file: "004_4780c18d599b59c7.txt",
        form: Form::SpacedText,
        title: "Device Authentication (One-time Email)",
        endpoint: "POST authPath /{envID}/deviceAuthentications",
        media_type: "application/json",
        authorization: Some("Bearer"),
        properties: &[
            "selectedDevice.oneTime.email String Optional",
            "selectedDevice.oneTime.type String Optional",
            "user.id String Required",
        ],
        body: &[
            "selectedDevice.oneTime.email string email",
            "selectedDevice.oneTime.type `EMAIL`",
            "user.id string variable",
        ],
        status: Some("201"),
        response: &[
            "_embedded.devices[].email string email",
            "_embedded.devices[].type `EMAIL`",
            "_links.device.select.href string uri",
            "_links.otp.check.href string uri",
            "_links.self.href string uri",
            "createdAt string date-time",
            "environment.id string uuid",
            "id string uuid",
            "policy.id string uuid",
            "selectedDevice.oneTime.email string email",
            "selectedDevice.oneTime.type `EMAIL`",
            "status `OTP_REQUIRED`",
            "updatedAt string date-time",
            "user.id string uuid",
        ],
        prose: &[
            "prose-operation {{apiPath}}/{envID}/deviceAuthentications",
            "property selectedDevice.oneTime",
        ],
        sentences: 2,
    },
];

/// The text of each page that is at hand, beside what it is expected to say.
pub(crate) fn pages() -> Vec<(&'static Expected, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/docs");
    if !folder.is_dir() {
        println!(
            "skipped: the documentation pages are not at {}",
            folder.display()
        );
        return Vec::new();
    }
    PAGES
        .iter()
        .map(|expected| {
            let path = folder.join(expected.file);
            let text = std::fs::read_to_string(&path).expect("the page is text");
            (expected, text)
        })
        .collect()
}

/// The facts that are expected, one by one.
fn expected_facts(expected: &Expected) -> Vec<String> {
    let mut facts = vec![
        format!("title {}", expected.title),
        format!("media-type {}", expected.media_type),
    ];
    let parts: Vec<&str> = expected.endpoint.split(' ').collect();
    facts.push(format!("method {}", parts[0]));
    facts.push(format!("host {}", parts[1]));
    facts.push(format!("path {}", parts[2]));
    facts.push("base-path ".to_owned());
    facts.extend(
        expected
            .authorization
            .map(|scheme| format!("header Authorization {scheme}")),
    );
    for property in expected.properties {
        let cells: Vec<&str> = property.split(' ').collect();
        facts.push(format!("property-type {} {}", cells[0], cells[1]));
        facts.push(format!("property-required {} {}", cells[0], cells[2]));
    }
    facts.extend(expected.body.iter().map(|leaf| format!("body {leaf}")));
    facts.extend(
        expected
            .status
            .map(|status| format!("response-status {status}")),
    );
    for leaf in expected.response {
        if *leaf == "+user" {
            facts.extend(USER.iter().map(|leaf| format!("response {leaf}")));
            let links = USER_LINKS.iter();
            facts.extend(links.map(|link| format!("response _links.{link}.href string uri")));
        } else {
            facts.push(format!("response {leaf}"));
        }
    }
    facts.extend(expected.prose.iter().map(|constant| (*constant).to_owned()));
    facts.sort_unstable();
    facts
}

/// The facts of a page in the same words, without its sentences.
fn found_facts(page: &Page) -> Vec<String> {
    let mut facts: Vec<String> = page
        .facts()
        .into_iter()
        .filter(|fact| !matches!(fact.kind, Kind::Statement | Kind::Precondition))
        .map(|fact| {
            let parts = [fact.kind.name(), &fact.name, &fact.value];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            match fact.kind {
                Kind::BasePath => format!("base-path {}", fact.value),
                _ => parts.join(" "),
            }
        })
        .collect();
    facts.sort_unstable();
    facts
}

#[test]
fn each_page_says_what_eyes_see_on_it() {
    for (expected, text) in pages() {
        let page = read(&text);
        assert_eq!(page.form, expected.form, "{}", expected.file);
        assert_eq!(
            found_facts(&page),
            expected_facts(expected),
            "{}",
            expected.file
        );
        assert_eq!(
            page.statements.len(),
            expected.sentences,
            "{}",
            expected.file
        );
    }
}

#[test]
fn each_page_shows_one_request_in_eleven_languages() {
    for (expected, text) in pages() {
        let page = read(&text);
        let mut languages: Vec<_> = page.samples.iter().map(|sample| sample.language).collect();
        languages.sort_unstable();
        languages.dedup();
        assert_eq!(languages.len(), 11, "{}", expected.file);
        let usual = page.usual_sample().expect("the page has samples");
        for sample in &page.samples {
            assert!(sample.same_as(usual), "{}: {sample:#?}", expected.file);
        }
    }
}

#[test]
fn each_page_says_the_same_in_every_form() {
    for (expected, text) in pages() {
        let page = read(&text);
        for form in Form::ALL {
            let twin = read(&render(&page, Style::plain(form)));
            assert_eq!(twin.form, form, "{}", expected.file);
            let mut said = said(&twin);
            said.retain(|(kind, ..)| !matches!(kind, Kind::CanonicalUrl | Kind::PageId));
            assert_eq!(said, crate::said(&page), "{} as {form:?}", expected.file);
            assert_eq!(about(&twin), about(&page), "{} as {form:?}", expected.file);
        }
    }
}

#[test]
fn what_tight_text_loses_is_left_out_and_nothing_is_made_up() {
    for (expected, text) in pages() {
        let page = read(&text);
        let style = Style {
            lossy: true,
            ..Style::plain(Form::TightText)
        };
        let twin = read(&render(&page, style));
        let (all, left) = (said(&page), said(&twin));
        assert!(
            left.is_subset(&all),
            "{}: {:?}",
            expected.file,
            left.difference(&all)
        );
        for (kind, name, value) in all.difference(&left) {
            assert!(
                twin.form.may_omit(*kind),
                "{}: {kind} {name} {value}",
                expected.file
            );
        }
    }
}

#[test]
fn the_newer_generation_differs_in_nothing_but_where_v1_stands() {
    for (expected, text) in pages() {
        let page = read(&text);
        let style = Style {
            newer: true,
            ..Style::plain(Form::Markdown)
        };
        let twin = read(&render(&page, style));
        let mut said = said(&twin);
        said.retain(|(kind, ..)| !matches!(kind, Kind::CanonicalUrl | Kind::PageId));
        let changed: Vec<_> = said
            .symmetric_difference(&crate::said(&page))
            .cloned()
            .collect();
        let platform = expected.endpoint.contains("apiPath");
        let bases: Vec<_> = changed
            .iter()
            .map(|(kind, _, value)| (*kind, value.as_str()))
            .collect();
        let moved = [(Kind::BasePath, ""), (Kind::BasePath, "/v1")];
        assert_eq!(
            bases,
            if platform { &moved[..] } else { &[] },
            "{}",
            expected.file
        );
        assert_eq!(about(&twin), about(&page), "{}", expected.file);
    }
}

/// What a page disagrees with itself about.
fn about(page: &Page) -> Vec<Topic> {
    let mut about: Vec<_> = contradictions(page)
        .into_iter()
        .map(|found| found.about)
        .collect();
    about.sort_unstable();
    about
}

#[test]
fn two_pages_contradict_themselves() {
    let mut found = Vec::new();
    for (expected, text) in pages() {
        for contradiction in contradictions(&read(&text)) {
            found.push(format!("{} {contradiction}", &expected.file[..3]));
        }
    }
    let known = [
        "001 line 294: the link `linkedAccounts` names users 58177d50-1f2b-4f08-a95c-c618c83c0669, \
         10 others name 8376797d-641c-4e7b-8bc1-2fdf71916cab",
        "004 line 9: the prose says `{{apiPath}}/{envID}/deviceAuthentications`, the page is about \
         `{{authPath}}/{envID}/deviceAuthentications` (line 7)",
    ];
    assert!(found.is_empty() || found == known, "{found:#?}");
}
