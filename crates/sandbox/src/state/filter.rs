//! The SCIM filters that `listUsers` takes.

use pingone_models::User;
use serde_json::json;

use crate::refusal::{Refusal, detail, inner};

/// The attributes that can be compared, each with its operators.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("id", &["eq"]),
    ("username", &["eq", "sw"]),
    ("email", &["eq", "sw", "ew"]),
    ("name.given", &["eq", "sw"]),
    ("name.family", &["eq", "sw"]),
    ("mobilePhone", &["eq", "sw"]),
    ("primaryPhone", &["eq", "sw"]),
    ("accountId", &["eq", "sw"]),
    ("externalId", &["eq", "sw"]),
    ("population.id", &["eq"]),
];

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
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let tokens = tokens(text)?;
        let mut parser = Parser {
            tokens: &tokens,
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
            } => attribute_of(user, attribute).is_some_and(|actual| {
                let actual = actual.to_lowercase();
                let value = value.to_lowercase();
                match operator.as_str() {
                    "sw" => actual.starts_with(&value),
                    "ew" => actual.ends_with(&value),
                    _ => actual == value,
                }
            }),
        }
    }
}

fn attribute_of(user: &User, attribute: &str) -> Option<String> {
    let name = user.name.as_ref();
    match attribute {
        "id" => Some(user.id.to_string()),
        "username" => user.username.clone(),
        "email" => user.email.clone(),
        "name.given" => name.and_then(|name| name.given.clone()),
        "name.family" => name.and_then(|name| name.family.clone()),
        "mobilePhone" => user.mobile_phone.clone(),
        "primaryPhone" => user.primary_phone.clone(),
        "accountId" => user.account_id.clone(),
        "externalId" => user.external_id.clone(),
        "population.id" => user
            .population
            .as_ref()
            .map(|population| population.id.to_string()),
        _ => None,
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
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
            '(' | ')' => {
                rest.next();
                tokens.push(if next == '(' {
                    Token::Open
                } else {
                    Token::Close
                });
            }
            '"' => {
                rest.next();
                tokens.push(Token::Text(quoted(&mut rest)?));
            }
            _ => {
                let mut word = String::new();
                while let Some(&next) = rest.peek()
                    && !matches!(next, ' ' | '\t' | '(' | ')' | '"')
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
        let attribute = self.word("an attribute")?;
        let operator = self.word("an operator")?;
        let value = match self.next() {
            Some(Token::Text(value)) => value.clone(),
            _ => return Err(invalid("A value must be a text in quotes.")),
        };
        let Some((attribute, operators)) = ATTRIBUTES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&attribute))
        else {
            return Err(unsupported_attribute(&attribute));
        };
        let operator = operator.to_lowercase();
        if !operators.contains(&operator.as_str()) {
            let message = format!("{attribute} cannot be compared with {operator}.");
            return Err(refuse(detail("INVALID_FILTER", &message).with_inner_error(
                inner([("supportedOperators", json!(operators))]),
            )));
        }
        Ok(Filter::Compare {
            attribute: (*attribute).to_owned(),
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
        Token::Word(word) => word,
        Token::Text(_) => "a text",
    };
    invalid(&format!("{found} is not expected here."))
}

fn unsupported_attribute(attribute: &str) -> Refusal {
    let names: Vec<&str> = ATTRIBUTES.iter().map(|(name, _)| *name).collect();
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
    use pingone_models::{UserId, UserName};

    use super::*;

    #[track_caller]
    fn check(filter: &str, expected: bool) {
        let user = User::new(UserId::new(uuid::Uuid::nil()))
            .with_username(r#"linda "the" jones\"#)
            .with_email("linda@example.com")
            .with_name(UserName::new().with_given("Linda"));
        let parsed = Filter::parse(filter).unwrap();
        assert_eq!(parsed.matches(&user), expected, "{filter}");
    }

    #[track_caller]
    fn check_refused(filter: &str) {
        assert!(Filter::parse(filter).is_err(), "{filter}");
    }

    #[test]
    fn comparisons_do_what_they_say() {
        check(r#"email eq "linda@example.com""#, true);
        check(r#"email EQ "LINDA@example.com""#, true);
        check(r#"email sw "linda""#, true);
        check(r#"email ew "example.org""#, false);
        check(r#"name.given eq "Linda""#, true);
        check(r#"name.family eq "Linda""#, false);
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
        check_refused(r#"shoeSize eq "43""#);
        check_refused(r#"not (username eq "linda")"#);
        check_refused(r#"(username eq "linda""#);
        check_refused(r#"username eq "a" username eq "b""#);
        check_refused(&"(".repeat(1000));
    }
}
