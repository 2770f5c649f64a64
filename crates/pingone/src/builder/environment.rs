//! Settings from environment variables.

use super::ClientBuilder;
use crate::token::ClientCredentials;
use crate::{Error, Result};

impl ClientBuilder {
    /// Starts with the settings in environment variables.
    ///
    /// | variable | setting |
    /// |---|---|
    /// | `PINGONE_ENVIRONMENT_ID` | [`environment_id`](Self::environment_id); required |
    /// | `PINGONE_CLIENT_ID`, `PINGONE_CLIENT_SECRET` | [`client_credentials`](Self::client_credentials), sent as `CLIENT_SECRET_BASIC`; both or none |
    /// | `PINGONE_REGION` or `PINGONE_ROOT_DOMAIN` | [`region`](Self::region): a code such as `EU`, or a root domain such as `pingone.eu` |
    /// | `PINGONE_PLATFORM_URL` | [`platform_url`](Self::platform_url) |
    /// | `PINGONE_AUTH_URL` | [`auth_url`](Self::auth_url) |
    ///
    /// An empty variable counts as one that is not set. What is set on the builder afterwards replaces these settings.
    ///
    /// ```no_run
    /// let client = pingone::ClientBuilder::from_env()?.build()?;
    /// # Ok::<(), pingone::Error>(())
    /// ```
    ///
    /// # Errors
    /// With the kind [`Config`](crate::ErrorKind::Config) when a variable is missing, is not text or cannot be read, or
    /// when two of them contradict each other. No error shows a value that may be a secret.
    pub fn from_env() -> Result<Self> {
        Self::from_variables(|name| match std::env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(Error::config(format!("the variable `{name}` is not text")))
            }
        })
    }

    fn from_variables(variable: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        let variable = |name: &str| Ok(variable(name)?.filter(|value| !value.trim().is_empty()));
        let environment = variable("PINGONE_ENVIRONMENT_ID")?
            .ok_or_else(|| Error::config("the variable `PINGONE_ENVIRONMENT_ID` is not set"))?;
        let mut builder = Self::default().environment_id(environment.trim());
        let (id, secret) = (
            variable("PINGONE_CLIENT_ID")?,
            variable("PINGONE_CLIENT_SECRET")?,
        );
        builder = match (id, secret) {
            (Some(id), Some(secret)) => {
                builder.client_credentials(ClientCredentials::client_secret_basic(id, secret))
            }
            (None, None) => builder,
            (Some(_), None) => return Err(alone("PINGONE_CLIENT_ID", "PINGONE_CLIENT_SECRET")),
            (None, Some(_)) => return Err(alone("PINGONE_CLIENT_SECRET", "PINGONE_CLIENT_ID")),
        };
        let region = match (
            variable("PINGONE_REGION")?,
            variable("PINGONE_ROOT_DOMAIN")?,
        ) {
            (Some(region), Some(domain)) => {
                let (region, domain) = (region.trim().parse()?, domain.trim().parse()?);
                if region != domain {
                    return Err(Error::config(
                        "`PINGONE_REGION` and `PINGONE_ROOT_DOMAIN` name different regions: set one of them",
                    ));
                }
                Some(region)
            }
            (Some(region), None) | (None, Some(region)) => Some(region.trim().parse()?),
            (None, None) => None,
        };
        if let Some(region) = region {
            builder = builder.region(region);
        }
        if let Some(url) = variable("PINGONE_PLATFORM_URL")? {
            builder = builder.platform_url(url.trim());
        }
        if let Some(url) = variable("PINGONE_AUTH_URL")? {
            builder = builder.auth_url(url.trim());
        }
        Ok(builder)
    }
}

fn alone(set: &str, missing: &str) -> Error {
    Error::config(format!(
        "the variable `{set}` is set and `{missing}` is not: set both or none"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Region;

    const ENVIRONMENT: (&str, &str) = (
        "PINGONE_ENVIRONMENT_ID",
        "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6",
    );

    fn built(variables: &[(&str, &str)]) -> Result<ClientBuilder> {
        ClientBuilder::from_variables(|name| {
            let found = variables.iter().find(|(own, _)| *own == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        })
    }

    #[track_caller]
    fn refused(variables: &[(&str, &str)], reason: &str) {
        let error = built(variables).expect_err("a mistake").to_string();
        assert!(error.contains(reason), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }

    #[test]
    fn a_region_has_two_names() {
        for region in [
            ("PINGONE_REGION", "EU"),
            ("PINGONE_ROOT_DOMAIN", "pingone.eu"),
        ] {
            let builder = built(&[ENVIRONMENT, region]).expect("settings");
            assert_eq!(builder.region, Region::EUROPE);
        }
    }

    #[test]
    fn settings_that_cannot_work_are_refused_with_the_variable() {
        refused(&[], "PINGONE_ENVIRONMENT_ID");
        refused(
            &[ENVIRONMENT, ("PINGONE_CLIENT_ID", "a")],
            "PINGONE_CLIENT_SECRET",
        );
        refused(
            &[ENVIRONMENT, ("PINGONE_CLIENT_SECRET", "canary")],
            "PINGONE_CLIENT_ID",
        );
        refused(&[ENVIRONMENT, ("PINGONE_REGION", "europe")], "not known");
        refused(
            &[
                ENVIRONMENT,
                ("PINGONE_REGION", "EU"),
                ("PINGONE_ROOT_DOMAIN", "pingone.ca"),
            ],
            "different regions",
        );
    }
}
