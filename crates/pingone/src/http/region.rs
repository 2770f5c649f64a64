use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::{Error, Result};

/// Where an environment lives: the top-level domain of its hosts.
///
/// The regions that are known today are constants; [`Region::from_str`] takes any other domain, so that a new region
/// needs no new release of this crate.
///
/// ```
/// use pingone::Region;
///
/// assert_eq!("EU".parse::<Region>()?, Region::EUROPE);
/// assert_eq!("com.au".parse::<Region>()?, Region::AUSTRALIA);
/// assert_eq!("jp".parse::<Region>()?.top_level_domain(), "jp");
/// # Ok::<(), pingone::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region(Cow<'static, str>);

impl Region {
    /// North America: `pingone.com`, the default.
    pub const NORTH_AMERICA: Self = Self(Cow::Borrowed("com"));
    /// Canada: `pingone.ca`.
    pub const CANADA: Self = Self(Cow::Borrowed("ca"));
    /// Europe: `pingone.eu`.
    pub const EUROPE: Self = Self(Cow::Borrowed("eu"));
    /// Australia: `pingone.com.au`.
    pub const AUSTRALIA: Self = Self(Cow::Borrowed("com.au"));
    /// Singapore: `pingone.sg`.
    pub const SINGAPORE: Self = Self(Cow::Borrowed("sg"));
    /// Asia and Pacific, for customers who already have it: `pingone.asia`.
    pub const ASIA_PACIFIC: Self = Self(Cow::Borrowed("asia"));

    /// The regions that are known today.
    pub const KNOWN: [Self; 6] = [
        Self::NORTH_AMERICA,
        Self::CANADA,
        Self::EUROPE,
        Self::AUSTRALIA,
        Self::SINGAPORE,
        Self::ASIA_PACIFIC,
    ];

    /// The top-level domain, such as `com.au`.
    #[must_use]
    pub fn top_level_domain(&self) -> &str {
        &self.0
    }
}

impl Default for Region {
    fn default() -> Self {
        Self::NORTH_AMERICA
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Region {
    type Err = Error;

    /// Reads a region code (`NA`, `CA`, `EU`, `AU`, `SG`, `AP`) or a top-level domain.
    fn from_str(text: &str) -> Result<Self> {
        let lower = text.to_ascii_lowercase();
        let domain = match lower.as_str() {
            "na" => "com",
            "au" => "com.au",
            "ap" => "asia",
            other => other,
        };
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if !domain.split('.').all(label) || domain.len() > 32 {
            return Err(Error::config(format!(
                "the region {text:?} is neither a code (NA, CA, EU, AU, SG, AP) nor a top-level domain such as `eu`"
            )));
        }
        Ok(Self::KNOWN
            .into_iter()
            .find(|known| known.top_level_domain() == domain)
            .unwrap_or_else(|| Self(domain.to_owned().into())))
    }
}
