use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC as the service writes it: RFC 3339, with as many digits of a second as it was read with.
///
/// ```
/// use pingone_models::Timestamp;
///
/// let updated: Timestamp = "2022-11-16T19:07:44.750Z".parse()?;
/// assert_eq!(updated.to_string(), "2022-11-16T19:07:44.750Z");
/// assert_eq!(updated.get().as_millisecond(), 1_668_625_664_750);
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Timestamp {
    moment: jiff::Timestamp,
    /// How many digits stand after the second; they do not make two moments different.
    digits: u8,
}

impl Timestamp {
    /// The moment, for calculations.
    #[must_use]
    pub fn get(self) -> jiff::Timestamp {
        self.moment
    }
}

impl From<jiff::Timestamp> for Timestamp {
    /// Written with milliseconds, as the service does, or with more where they are needed.
    fn from(moment: jiff::Timestamp) -> Self {
        let digits = match moment.subsec_nanosecond() {
            nanos if nanos % 1_000_000 == 0 => 3,
            nanos if nanos % 1_000 == 0 => 6,
            _ => 9,
        };
        Self { moment, digits }
    }
}

impl From<Timestamp> for jiff::Timestamp {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.moment
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.moment == other.moment
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.moment.cmp(&other.moment)
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.moment.hash(state);
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let moment = text.parse()?;
        let fraction = text
            .split_once(['.', ','])
            .map_or("", |(_, fraction)| fraction);
        let digits = fraction
            .bytes()
            .take_while(u8::is_ascii_digit)
            .take(9)
            .count();
        Ok(Self {
            moment,
            digits: u8::try_from(digits).unwrap_or(9),
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.*}", usize::from(self.digits), self.moment)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
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

    #[track_caller]
    fn check(text: &str, written: &str) {
        let timestamp: Timestamp = text.parse().expect("a timestamp");
        assert_eq!(timestamp.to_string(), written);
    }

    #[test]
    fn the_digits_of_a_second_are_kept() {
        check("2023-06-07T23:59:59Z", "2023-06-07T23:59:59Z");
        check("2022-11-16T19:07:44.750Z", "2022-11-16T19:07:44.750Z");
        check(
            "2022-11-16T19:07:44.123456789Z",
            "2022-11-16T19:07:44.123456789Z",
        );
    }

    #[test]
    fn another_offset_becomes_utc() {
        check("2022-11-16T21:07:44.750+02:00", "2022-11-16T19:07:44.750Z");
    }

    #[test]
    fn two_ways_of_writing_one_moment_are_equal() {
        let long: Timestamp = "2023-06-07T23:59:59.000Z".parse().expect("a timestamp");
        let short: Timestamp = "2023-06-07T23:59:59Z".parse().expect("a timestamp");
        assert_eq!(long, short);
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
