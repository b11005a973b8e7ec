//! HTTPS with an authority of the emulator's own: clients trust one generated certificate file.
//!
//! Certificates are made when a name is first asked for, so any name that leads here works.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ProtocolVersion, ServerConfig, ServerConnection};

/// The names of a certificate for clients that ask for an address.
const LOCAL_NAMES: [&str; 4] = ["localhost", "*.localhost", "127.0.0.1", "::1"];

/// At most so many names have certificates; further ones get the local one.
const NAMES: usize = 1000;

/// A generated authority: its certificate is a file that clients are told to trust.
pub(crate) struct Authority {
    /// The certificate in PEM.
    pub(crate) certificate_file: PathBuf,
    acceptor: TlsAcceptor,
}

impl Authority {
    /// Opens the authority of this directory, made at the first time, so that clients go on trusting it.
    ///
    /// # Errors
    ///
    /// When its files cannot be read or written, or are not what was written.
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        let key_file = directory.join("ca.key");
        let certificate_file = directory.join("ca.pem");
        let key = match std::fs::read_to_string(&key_file) {
            Ok(pem) => KeyPair::from_pem(&pem).map_err(io::Error::other)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = KeyPair::generate().map_err(io::Error::other)?;
                write_private(&key_file, &key.serialize_pem())?;
                key
            }
            Err(error) => return Err(error),
        };
        let params = authority_params();
        if !certificate_file.exists() {
            let certificate = params.self_signed(&key).map_err(io::Error::other)?;
            std::fs::write(&certificate_file, certificate.pem())?;
        }
        let certificates = Certificates::new(Issuer::new(params, key)).map_err(io::Error::other)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(certificates));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            certificate_file: std::path::absolute(certificate_file)?,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// What speaks TLS on a connection.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "localtrail authority");
    params
}

fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::Write::write_all(&mut options.open(file)?, text.as_bytes())
}

/// The certificates made so far, by the name they are for.
struct Certificates {
    issuer: Issuer<'static, KeyPair>,
    local: Arc<CertifiedKey>,
    by_name: Mutex<BTreeMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

impl Certificates {
    fn new(issuer: Issuer<'static, KeyPair>) -> Result<Self, rcgen::Error> {
        let local = issue(&issuer, LOCAL_NAMES.map(str::to_owned).to_vec())?;
        Ok(Self {
            issuer,
            local,
            by_name: Mutex::default(),
        })
    }

    fn of(&self, name: &str) -> Arc<CertifiedKey> {
        let mut by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = by_name.get(name) {
            return Arc::clone(made);
        }
        if by_name.len() >= NAMES {
            return Arc::clone(&self.local);
        }
        let Ok(made) = issue(&self.issuer, vec![name.to_owned()]) else {
            return Arc::clone(&self.local);
        };
        by_name.insert(name.to_owned(), Arc::clone(&made));
        made
    }
}

fn issue(
    issuer: &Issuer<'static, KeyPair>,
    names: Vec<String>,
) -> Result<Arc<CertifiedKey>, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "localtrail");
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?;
    let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let signing = ring::sign::any_supported_type(&private)
        .expect("rcgen's default keys are ECDSA P-256, which ring signs with");
    Ok(Arc::new(CertifiedKey::new(
        vec![certificate.der().clone()],
        signing,
    )))
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(match hello.server_name() {
            Some(name) => self.of(name),
            None => Arc::clone(&self.local),
        })
    }
}

/// What was agreed on with a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Agreed {
    /// `TLSv1.3` or `TLSv1.2`.
    pub(crate) version: &'static str,
    /// The suite's name as OpenSSL writes it.
    pub(crate) suite: String,
    /// The key exchange group.
    pub(crate) group: Option<String>,
}

impl Agreed {
    /// Reads it off a connection whose handshake is done.
    pub(crate) fn on(connection: &ServerConnection) -> Option<Self> {
        let version = match connection.protocol_version()? {
            ProtocolVersion::TLSv1_2 => "TLSv1.2",
            ProtocolVersion::TLSv1_3 => "TLSv1.3",
            _ => return None,
        };
        let suite = format!("{:?}", connection.negotiated_cipher_suite()?.suite());
        let group = connection
            .negotiated_key_exchange_group()
            .map(|group| format!("{:?}", group.name()));
        Some(Self {
            version,
            suite: openssl_name(&suite),
            group: group.map(|name| group_name(&name)),
        })
    }
}

/// rustls names the suites of TLS 1.3 `TLS13_…` and those of TLS 1.2 by IANA; OpenSSL writes `TLS_…` for the former, as
/// IANA does, and its own short form for the latter.
fn openssl_name(suite: &str) -> String {
    if let Some(rest) = suite.strip_prefix("TLS13_") {
        return format!("TLS_{rest}");
    }
    suite
        .trim_start_matches("TLS_")
        .trim_end_matches("_SHA256")
        .replace("_WITH_", "_")
        .replace("AES_128", "AES128")
        .replace("AES_256", "AES256")
        .replace('_', "-")
        + if suite.contains("AES_128_GCM_SHA256") {
            "-SHA256"
        } else {
            ""
        }
}

/// IANA's names of groups: `x25519`, `secp256r1`, `X25519MLKEM768`.
fn group_name(name: &str) -> String {
    if name == "X25519" {
        "x25519".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_named_as_openssl_names_them() {
        for (rustls, openssl) in [
            ("TLS13_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
            (
                "TLS13_CHACHA20_POLY1305_SHA256",
                "TLS_CHACHA20_POLY1305_SHA256",
            ),
            (
                "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                "ECDHE-ECDSA-AES128-GCM-SHA256",
            ),
            (
                "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                "ECDHE-RSA-AES256-GCM-SHA384",
            ),
            (
                "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                "ECDHE-RSA-CHACHA20-POLY1305",
            ),
        ] {
            assert_eq!(openssl_name(rustls), openssl);
        }
        assert_eq!(group_name("X25519"), "x25519");
        assert_eq!(group_name("secp256r1"), "secp256r1");
    }

    #[test]
    fn an_authority_stays_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let first = Authority::open(dir.path()).unwrap();
        let certificate = std::fs::read(&first.certificate_file).unwrap();
        drop(first);
        let again = Authority::open(dir.path()).unwrap();
        assert_eq!(std::fs::read(&again.certificate_file).unwrap(), certificate);
        std::fs::write(dir.path().join("ca.key"), "no key").unwrap();
        assert!(Authority::open(dir.path()).is_err());
    }

    #[test]
    fn each_name_gets_one_certificate() {
        let key = KeyPair::generate().unwrap();
        let certificates = Certificates::new(Issuer::new(authority_params(), key)).unwrap();
        let one = certificates.of("cloudtrail.eu-west-1.localhost");
        assert!(Arc::ptr_eq(
            &one,
            &certificates.of("cloudtrail.eu-west-1.localhost")
        ));
        assert!(!Arc::ptr_eq(&one, &certificates.of("s3.localhost")));
    }
}
