//! TLS for the sandbox: certificates made at start, or given ones.

use std::fmt;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The certificates that a sandbox serves HTTPS with.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use pingone_sandbox::{Config, Tls};
///
/// let sandbox = Config::new().with_tls(Tls::generated()).start().await?;
/// assert!(sandbox.platform_url().starts_with("https://"));
/// // What a client has to trust:
/// assert!(sandbox.certificate_authority().is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Tls(Source);

#[derive(Clone)]
enum Source {
    Generated,
    Given {
        certificates: String,
        key: pingone_models::Secret,
    },
}

impl Tls {
    /// A certificate made at start for `localhost`, `pingone.localhost`, the loopback addresses, the address that the sandbox
    /// listens on and its public addresses. It is signed by an authority made at the same time:
    /// [`Sandbox::certificate_authority`](crate::Sandbox::certificate_authority).
    #[must_use]
    pub fn generated() -> Self {
        Self(Source::Generated)
    }

    /// A certificate chain, the server's own certificate first, and its private key, all in PEM form.
    #[must_use]
    pub fn from_pem(
        certificates: impl Into<String>,
        key: impl Into<pingone_models::Secret>,
    ) -> Self {
        Self(Source::Given {
            certificates: certificates.into(),
            key: key.into(),
        })
    }

    /// What the server needs, and the certificate of the authority if it was made here, in PEM form.
    pub(crate) fn prepare(
        &self,
        names: Vec<String>,
    ) -> Result<(TlsAcceptor, Option<String>), TlsError> {
        let (chain, key, authority) = match &self.0 {
            Source::Generated => {
                let made = generate(names).map_err(|error| TlsError(error.to_string()))?;
                (made.0, made.1, Some(made.2))
            }
            Source::Given { certificates, key } => {
                let chain: Vec<_> = CertificateDer::pem_slice_iter(certificates.as_bytes())
                    .collect::<Result<_, _>>()
                    .map_err(|error| {
                        TlsError(format!("the certificates cannot be read: {error}"))
                    })?;
                if chain.is_empty() {
                    return Err(TlsError("there is no certificate in PEM form".to_owned()));
                }
                // The library's message may quote the text, which is the key.
                let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes())
                    .map_err(|_| TlsError("the private key is not in PEM form".to_owned()))?;
                (chain, key, None)
            }
        };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|error| TlsError(error.to_string()))?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok((TlsAcceptor::from(Arc::new(server)), authority))
    }
}

type Made = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>, String);

fn generate(mut names: Vec<String>) -> Result<Made, rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority
        .distinguished_name
        .push(DnType::CommonName, "PingOne sandbox authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);

    for name in ["localhost", "pingone.localhost", "127.0.0.1", "::1"] {
        names.push(name.to_owned());
    }
    names.sort();
    names.dedup();
    let mut own = CertificateParams::new(names)?;
    own.distinguished_name
        .push(DnType::CommonName, "PingOne sandbox");
    own.use_authority_key_identifier_extension = true;
    own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = own.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())
        .map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
    Ok((vec![certificate.into()], key, authority_certificate.pem()))
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::Generated => "Tls::generated()",
            Source::Given { .. } => "Tls::from_pem(..)",
        })
    }
}

/// The certificates cannot be used.
#[derive(Clone, Debug)]
pub(crate) struct TlsError(String);

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TLS cannot be served: {}", self.0)
    }
}

impl std::error::Error for TlsError {}
