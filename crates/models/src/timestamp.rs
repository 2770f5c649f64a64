use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A date and time as the service writes it: RFC 3339.
///
/// It is written back exactly as it was read. Reading an answer never fails because of one date: what cannot be read
/// as one keeps its text, and [`get`](Self::get) returns `None`. Parsing a text of your own does fail then.
///
/// ```
/// use pingone_models::Timestamp;
///
/// let updated: Timestamp = "2022-11-16T19:07:44.750Z".parse()?;
/// assert_eq!(updated.to_string(), "2022-11-16T19:07:44.750Z");
/// assert_eq!(updated.get().map(|moment| moment.as_millisecond()), Some(1_668_625_664_750));
///
/// let odd: Timestamp = serde_json::from_str("\"some day\"").expect("any text");
/// assert_eq!((odd.get(), odd.to_string().as_str()), (None, "some day"));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone)]
pub struct Timestamp(Box<str>);

impl Timestamp {
    /// The moment, for calculations; `None` if the service wrote something that is not a date and time. It is parsed
    /// with every call.
    ///
    /// A date after the last one that `jiff` can calculate with, such as `9999-12-31T23:59:59Z`, is given as
    /// [`jiff::Timestamp::MAX`], and a leap second as the second before it.
    #[must_use]
    pub fn get(&self) -> Option<jiff::Timestamp> {
        // Most dates of an answer are never asked for.
        parse(&self.0).ok()
    }

    /// What makes two values different: the moment, or the text where there is no exact moment.
    fn key(&self) -> (Option<jiff::Timestamp>, Option<&str>) {
        let limits = [jiff::Timestamp::MIN, jiff::Timestamp::MAX];
        let moment = self.get();
        let is_exact = moment.is_some_and(|own| !limits.contains(&own));
        (moment, if is_exact { None } else { Some(&self.0) })
    }
}

fn parse(text: &str) -> Result<jiff::Timestamp, jiff::Error> {
    text.parse().or_else(|error| beyond(text).ok_or(error))
}

/// The first or last moment, for a date and time that is valid and lies before or after what can be calculated with.
fn beyond(text: &str) -> Option<jiff::Timestamp> {
    let pieces = Pieces::parse(text).ok()?;
    pieces.time()?;
    pieces.offset()?;
    Some(if pieces.date().year() > 0 {
        jiff::Timestamp::MAX
    } else {
        jiff::Timestamp::MIN
    })
}

impl From<jiff::Timestamp> for Timestamp {
    /// Written with milliseconds, as the service does, or with more where they are needed.
    fn from(moment: jiff::Timestamp) -> Self {
        let digits = match moment.subsec_nanosecond() {
            nanos if nanos % 1_000_000 == 0 => 3,
            nanos if nanos % 1_000 == 0 => 6,
            _ => 9,
        };
        Self(format!("{moment:.digits$}").into())
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    /// By the moment. What is not a date and time comes first.
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    /// Reads a date and time in UTC or with an offset.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text)?;
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    fn parse(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    /// Reads a text as a member of an answer, and checks that it is written again as it was.
    #[track_caller]
    fn check(text: &str, moment: Option<&str>) {
        let json = serde_json::Value::from(text);
        let read: Timestamp = serde_json::from_value(json.clone()).expect("any text");
        assert_eq!(serde_json::to_value(&read).expect("a text"), json);
        let moment = moment.map(|moment| moment.parse().expect("a moment"));
        assert_eq!(read.get(), moment, "{text}");
        assert_eq!(
            text.parse::<Timestamp>().is_ok(),
            moment.is_some(),
            "{text}"
        );
    }

    #[test]
    fn a_date_is_written_as_it_was_read() {
        for text in [
            "2023-06-07T23:59:59Z",
            "2022-11-16T19:07:44.750Z",
            "2022-11-16T19:07:44.123456789Z",
            "2022-11-16T21:07:44.750+02:00",
            "1970-01-01T00:00:00.000+00:00",
        ] {
            check(text, Some(text));
        }
    }

    #[test]
    fn a_year_or_leap_second_that_cannot_be_calculated_with_is_kept() {
        let last = jiff::Timestamp::MAX.to_string();
        check("9999-12-31T23:59:59Z", Some(&last));
        check("9999-12-31T23:59:59.999Z", Some(&last));
        check("2016-12-31T23:59:60Z", Some("2016-12-31T23:59:59Z"));
        assert!(parse("9999-12-31T23:59:58Z") < parse("9999-12-31T23:59:59Z"));
        assert!(parse("9999-12-31T23:59:59Z") > parse("2023-06-07T23:59:59Z"));
    }

    #[test]
    fn what_is_not_a_date_keeps_its_text() {
        for text in [
            "",
            "never",
            "2023-06-07",
            "2023-13-07T00:00:00Z",
            "1668625664750",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn two_ways_of_writing_one_moment_are_equal() {
        let short = parse("2023-06-07T23:59:59Z");
        assert_eq!(parse("2023-06-07T23:59:59.000Z"), short);
        assert_eq!(parse("2023-06-08T01:59:59+02:00"), short);
    }

    #[test]
    fn a_calculated_moment_is_written_with_milliseconds() {
        let epoch = jiff::Timestamp::UNIX_EPOCH;
        assert_eq!(
            Timestamp::from(epoch).to_string(),
            "1970-01-01T00:00:00.000Z"
        );
    }
}
