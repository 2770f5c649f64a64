use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::{Error, Result};

/// Where an environment lives: the top-level domain of its hosts.
///
/// The regions that are known today are constants. [`Region::other`] takes any other domain, so that a new region needs
/// no new release of this crate.
///
/// ```
/// use pingone::Region;
///
/// assert_eq!("EU".parse::<Region>()?, Region::EUROPE);
/// assert_eq!("pingone.com.au".parse::<Region>()?, Region::AUSTRALIA);
/// assert!("europe".parse::<Region>().is_err());
/// assert_eq!(Region::other("jp")?.top_level_domain(), "jp");
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

    /// A region that this version does not know, by the top-level domain of its hosts: `jp` for `api.pingone.jp`.
    ///
    /// Requests, with their secrets, go to hosts under `pingone.` and this domain: take it from PingOne's documentation.
    ///
    /// # Errors
    /// With the kind [`Config`](crate::ErrorKind::Config) if it is no top-level domain.
    pub fn other(top_level_domain: impl AsRef<str>) -> Result<Self> {
        let domain = top_level_domain.as_ref();
        let label = |label: &str| {
            let mut bytes = label.bytes();
            (1..=63).contains(&label.len())
                && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if !domain.split('.').all(label) || domain.len() > 32 || domain.starts_with("pingone.") {
            return Err(Error::config(format!(
                "{domain:?} is no top-level domain such as `eu`: leave out `pingone.` and everything else of the address"
            )));
        }
        Ok(Self(domain.to_owned().into()))
    }

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

    /// Reads a region code (`NA`, `CA`, `EU`, `AU`, `SG`, `AP`), a top-level domain (`eu`) or a root domain (`pingone.eu`)
    /// of a known region. For any other region use [`Region::other`].
    fn from_str(text: &str) -> Result<Self> {
        let lower = text.to_ascii_lowercase();
        let domain = match lower.as_str() {
            "na" => "com",
            "au" => "com.au",
            "ap" => "asia",
            other => other.strip_prefix("pingone.").unwrap_or(other),
        };
        let mut known = Self::KNOWN.into_iter();
        known.find(|known| known.top_level_domain() == domain).ok_or_else(|| {
            Error::config(format!(
                "the region {text:?} is not known: give a code (NA, CA, EU, AU, SG, AP) or a root domain such as `pingone.eu`; a region that this version does not know has `Region::other`"
            ))
        })
    }
}
