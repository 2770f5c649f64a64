//! The SCIM filters that `listUsers` takes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::profile;
use super::user_index::UserIndex;
use super::users::User;
use crate::refusal::{Refusal, detail, inner};

const TEXT: &[&str] = &["eq", "sw"];
const WHOLE: &[&str] = &["eq"];

/// The attributes that can be compared, each with its operators.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("id", WHOLE),
    ("username", TEXT),
    ("email", &["eq", "sw", "ew"]),
    ("enabled", WHOLE),
    ("name.formatted", TEXT),
    ("name.given", TEXT),
    ("name.middle", TEXT),
    ("name.family", TEXT),
    ("name.honorificPrefix", TEXT),
    ("name.honorificSuffix", TEXT),
    ("nickname", TEXT),
    ("title", TEXT),
    ("type", TEXT),
    ("mobilePhone", TEXT),
    ("primaryPhone", TEXT),
    ("photo.href", TEXT),
    ("address.streetAddress", TEXT),
    ("address.locality", TEXT),
    ("address.region", TEXT),
    ("address.postalCode", TEXT),
    ("address.countryCode", TEXT),
    ("locale", TEXT),
    ("preferredLanguage", TEXT),
    ("timezone", TEXT),
    ("accountId", TEXT),
    ("externalId", TEXT),
    (POPULATION, WHOLE),
    (GROUPS, WHOLE),
];

/// The ids of a user's groups, written `memberOfGroups[id eq ".."]`.
pub(super) const GROUPS: &str = "memberOfGroups.id";
/// The ids of a user's populations, of which there is one at most.
pub(super) const POPULATION: &str = "population.id";
/// What linked accounts are found by; no filter can name it.
pub(super) const LINKED_ACCOUNT: &str = "";

/// How deep brackets may be nested.
const DEPTH: u32 = 32;

/// A parsed filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    Compare {
        attribute: String,
        operator: String,
        value: String,
    },
    All(Vec<Filter>),
    Any(Vec<Filter>),
}

impl Filter {
    /// Reads a filter; `custom` names the attributes that the environment adds.
    pub(crate) fn parse(text: &str, custom: &BTreeSet<&str>) -> Result<Self, Refusal> {
        let tokens = tokens(text)?;
        let mut parser = Parser {
            tokens: &tokens,
            custom,
            depth: 0,
        };
        let filter = parser.disjunction()?;
        match parser.tokens {
            [] => Ok(filter),
            [rest, ..] => Err(unexpected(rest)),
        }
    }

    pub(crate) fn matches(&self, user: &User) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| term.matches(user)),
            Self::Any(terms) => terms.iter().any(|term| term.matches(user)),
            Self::Compare {
                attribute,
                operator,
                value,
            } => {
                let value = value.to_lowercase();
                values_of(user, attribute).iter().any(|actual| {
                    let actual = actual.to_lowercase();
                    match operator.as_str() {
                        "sw" => actual.starts_with(&value),
                        "ew" => actual.ends_with(&value),
                        _ => actual == value,
                    }
                })
            }
        }
    }

    /// The users who may match, by their numbers; none where every user has to be looked at.
    pub(crate) fn candidates(&self, index: &UserIndex) -> Option<BTreeSet<u64>> {
        match self {
            Self::All(terms) => {
                // The rarest value of all that a user must have is enough to look at.
                let exact = terms.iter().filter_map(|term| term.exact(index));
                let rarest = exact.min_by_key(|users| users.map_or(0, BTreeSet::len));
                match rarest {
                    Some(users) => Some(users.cloned().unwrap_or_default()),
                    None => terms.iter().find_map(|term| term.candidates(index)),
                }
            }
            Self::Any(terms) => {
                let mut all = BTreeSet::new();
                for term in terms {
                    all.append(&mut term.candidates(index)?);
                }
                Some(all)
            }
            Self::Compare {
                attribute,
                operator,
                value,
            } => match operator.as_str() {
                "eq" => Some(index.equal(attribute, value).cloned().unwrap_or_default()),
                "sw" => Some(index.starting(attribute, value)),
                _ => None,
            },
        }
    }

    /// The users with the value that this asks for, if it asks for one.
    fn exact<'i>(&self, index: &'i UserIndex) -> Option<Option<&'i BTreeSet<u64>>> {
        match self {
            Self::Compare {
                attribute,
                operator,
                value,
            } if operator == "eq" => Some(index.equal(attribute, value)),
            Self::Any(terms) | Self::All(terms) => match &terms[..] {
                [only] => only.exact(index),
                _ => None,
            },
            Self::Compare { .. } => None,
        }
    }
}

impl User {
    /// Calls `each` with everything that the user has for the attributes that filters compare.
    pub(super) fn each_value(&self, mut each: impl FnMut(&str, &str)) {
        let profile = serde_json::to_value(&self.profile).unwrap_or_default();
        let custom = profile::custom(self.profile.extra.as_map()).map(|(name, _)| name.as_str());
        for attribute in ATTRIBUTES.iter().map(|(name, _)| *name).chain(custom) {
            for value in values(self, &profile, attribute) {
                each(attribute, &value);
            }
        }
        for account in &self.linked_accounts {
            each(LINKED_ACCOUNT, &account.key());
        }
    }
}

/// What a user has for an attribute; several values for groups alone.
fn values_of(user: &User, attribute: &str) -> Vec<String> {
    let profile = &user.profile;
    let name = profile.name.as_ref();
    let common = match attribute {
        "id" => Some(profile.id.to_string()),
        "username" => profile.username.clone(),
        "email" => profile.email.clone(),
        "name.given" => name.and_then(|name| name.given.clone()),
        "name.family" => name.and_then(|name| name.family.clone()),
        "enabled" | GROUPS => return values(user, &Value::Null, attribute),
        other => {
            let profile = serde_json::to_value(profile).unwrap_or_default();
            return values(user, &profile, other);
        }
    };
    common.into_iter().collect()
}

/// As [`values_of`], of a profile that was written already.
fn values(user: &User, profile: &Value, attribute: &str) -> Vec<String> {
    match attribute {
        "enabled" => vec![user.is_enabled().to_string()],
        GROUPS => user.groups.iter().map(|(id, _)| id.to_string()).collect(),
        other => match profile.pointer(&format!("/{}", other.replace('.', "/"))) {
            Some(Value::String(text)) => vec![text.clone()],
            Some(value @ (Value::Bool(_) | Value::Number(_))) => vec![value.to_string()],
            _ => Vec::new(),
        },
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    OpenSquare,
    CloseSquare,
    Word(String),
    Text(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(&next) = rest.peek() {
        match next {
            ' ' | '\t' => {
                rest.next();
            }
            '(' | ')' | '[' | ']' => {
                rest.next();
                tokens.push(match next {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    '[' => Token::OpenSquare,
                    _ => Token::CloseSquare,
                });
            }
            '"' => {
                rest.next();
                tokens.push(Token::Text(quoted(&mut rest)?));
            }
            _ => {
                let mut word = String::new();
                while let Some(&next) = rest.peek()
                    && !matches!(next, ' ' | '\t' | '(' | ')' | '[' | ']' | '"')
                {
                    word.push(next);
                    rest.next();
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

fn quoted(rest: &mut impl Iterator<Item = char>) -> Result<String, Refusal> {
    let mut text = String::new();
    loop {
        match rest.next() {
            Some('"') => return Ok(text),
            Some('\\') => match rest.next() {
                Some(escaped @ ('"' | '\\' | '/')) => text.push(escaped),
                Some(other) => {
                    return Err(invalid(&format!("\\{other} is no escape sequence.")));
                }
                None => return Err(invalid("A text does not end.")),
            },
            Some(other) => text.push(other),
            None => return Err(invalid("A text does not end.")),
        }
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    custom: &'a BTreeSet<&'a str>,
    depth: u32,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<&Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn keyword(&mut self, wanted: &str) -> bool {
        let found = matches!(self.tokens.first(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        if found {
            self.next();
        }
        found
    }

    fn disjunction(&mut self) -> Result<Filter, Refusal> {
        let mut terms = vec![self.conjunction()?];
        while self.keyword("or") {
            terms.push(self.conjunction()?);
        }
        Ok(Filter::Any(terms))
    }

    fn conjunction(&mut self) -> Result<Filter, Refusal> {
        let mut terms = vec![self.term()?];
        while self.keyword("and") {
            terms.push(self.term()?);
        }
        Ok(Filter::All(terms))
    }

    fn term(&mut self) -> Result<Filter, Refusal> {
        if self.tokens.first() == Some(&Token::Open) {
            self.next();
            self.depth += 1;
            if self.depth > DEPTH {
                return Err(invalid("Brackets are nested too deep."));
            }
            let inside = self.disjunction()?;
            self.depth -= 1;
            return match self.next() {
                Some(Token::Close) => Ok(inside),
                _ => Err(invalid("A bracket is not closed.")),
            };
        }
        let mut attribute = self.word("an attribute")?;
        let in_brackets = self.tokens.first() == Some(&Token::OpenSquare);
        if in_brackets {
            self.next();
            attribute = format!("{attribute}.{}", self.word("an attribute")?);
        }
        let operator = self.word("an operator")?.to_lowercase();
        let known = ATTRIBUTES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&attribute));
        let custom = self.custom.get(attribute.as_str());
        let (attribute, operators) = match (known, custom) {
            (Some(known), _) => *known,
            (None, Some(custom)) => (*custom, TEXT),
            (None, None) => return Err(unsupported_attribute(&attribute, self.custom)),
        };
        if in_brackets != (attribute == GROUPS) {
            return Err(invalid(
                "Groups are compared by memberOfGroups[id eq \"..\"].",
            ));
        }
        if !operators.contains(&operator.as_str()) {
            let message = format!("{attribute} cannot be compared with {operator}.");
            return Err(refuse(detail("INVALID_FILTER", &message).with_inner_error(
                inner([("supportedOperators", json!(operators))]),
            )));
        }
        let value = match self.next() {
            Some(Token::Text(value)) => value.clone(),
            Some(Token::Word(value)) if attribute == "enabled" && value.parse::<bool>().is_ok() => {
                value.clone()
            }
            _ if attribute == "enabled" => return Err(invalid("The value must be true or false.")),
            _ => return Err(invalid("A value must be a text in quotes.")),
        };
        if in_brackets && self.next() != Some(&Token::CloseSquare) {
            return Err(invalid("A bracket is not closed."));
        }
        Ok(Filter::Compare {
            attribute: attribute.to_owned(),
            operator,
            value,
        })
    }

    fn word(&mut self, wanted: &str) -> Result<String, Refusal> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word.clone()),
            Some(other) => Err(unexpected(other)),
            None => Err(invalid(&format!(
                "The filter ends where {wanted} should be."
            ))),
        }
    }
}

fn unexpected(token: &Token) -> Refusal {
    let found = match token {
        Token::Open => "(",
        Token::Close => ")",
        Token::OpenSquare => "[",
        Token::CloseSquare => "]",
        Token::Word(word) => word,
        Token::Text(_) => "a text",
    };
    invalid(&format!("{found} is not expected here."))
}

fn unsupported_attribute(attribute: &str, custom: &BTreeSet<&str>) -> Refusal {
    let known = ATTRIBUTES.iter().map(|(name, _)| *name);
    let names: Vec<&str> = known.chain(custom.iter().copied()).collect();
    let message = format!("Users cannot be filtered by {attribute}.");
    refuse(
        detail("INVALID_FILTER", &message)
            .with_inner_error(inner([("supportedAttributes", json!(names))])),
    )
}

fn invalid(message: &str) -> Refusal {
    refuse(detail("INVALID_FILTER", message))
}

fn refuse(detail: pingone_models::ErrorDetail) -> Refusal {
    Refusal::invalid(vec![detail.with_target("filter")])
}

#[cfg(test)]
mod tests {
    use pingone_models::{GroupId, User as Profile, UserId, UserName};

    use super::*;

    #[track_caller]
    fn check(filter: &str, expected: bool) {
        let mut profile = Profile::new(UserId::new(uuid::Uuid::nil()))
            .with_username(r#"linda "the" jones\"#)
            .with_email("linda@example.com")
            .with_name(UserName::new().with_given("Linda"));
        profile.extra.insert("shirt".to_owned(), json!("M"));
        let mut user = User::new(profile);
        user.groups
            .push((GroupId::new(uuid::Uuid::max()), "Admins".to_owned()));
        let parsed = Filter::parse(filter, &BTreeSet::from(["shirt"])).unwrap();
        assert_eq!(parsed.matches(&user), expected, "{filter}");
    }

    #[track_caller]
    fn check_refused(filter: &str) {
        assert!(Filter::parse(filter, &BTreeSet::new()).is_err(), "{filter}");
    }

    #[test]
    fn comparisons_do_what_they_say() {
        check(r#"email eq "linda@example.com""#, true);
        check(r#"email EQ "LINDA@example.com""#, true);
        check(r#"email sw "linda""#, true);
        check(r#"email ew "example.org""#, false);
        check(r#"name.given eq "Linda""#, true);
        check(r#"name.family eq "Linda""#, false);
        check("enabled eq true", true);
        check(r#"enabled eq "false""#, false);
        check(r#"shirt sw "m""#, true);
        check(r#"address.locality eq "Denver""#, false);
        check(
            r#"memberOfGroups[id eq "ffffffff-ffff-ffff-ffff-ffffffffffff"]"#,
            true,
        );
        check(r#"memberOfGroups[id eq "0"] or enabled eq true"#, true);
        check(r#"username eq "linda \"the\" jones\\""#, true);
    }

    #[test]
    fn and_binds_closer_than_or() {
        let (yes, no) = (r#"email sw "l""#, r#"email sw "x""#);
        check(&format!("{yes} or {no} and {no}"), true);
        check(&format!("({yes} or {no}) and {no}"), false);
        check(&format!("{no} or {yes} and {yes}"), true);
    }

    #[test]
    fn what_is_not_supported_is_refused() {
        check_refused("");
        check_refused("username");
        check_refused("username eq linda");
        check_refused(r#"username eq "linda"#);
        check_refused(r#"username ew "linda""#);
        check_refused(r#"username pr"#);
        check_refused("enabled eq maybe");
        check_refused(r#"memberOfGroups[id eq "x""#);
        check_refused(r#"memberOfGroups.id eq "x""#);
        check_refused(r#"shoeSize eq "43""#);
        check_refused(r#"not (username eq "linda")"#);
        check_refused(r#"(username eq "linda""#);
        check_refused(r#"username eq "a" username eq "b""#);
        check_refused(&"(".repeat(1000));
    }
}
