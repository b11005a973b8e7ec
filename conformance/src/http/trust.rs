//! Whose certificates are believed when a target is spoken to over TLS.

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The authorities that are believed.
#[derive(Debug)]
pub struct Trust {
    roots: RootCertStore,
}

impl Default for Trust {
    /// No authority at all: enough where nothing is spoken to over TLS.
    fn default() -> Self {
        Self {
            roots: RootCertStore::empty(),
        }
    }
}

impl Trust {
    /// The authorities of the machine.
    ///
    /// # Errors
    ///
    /// When the machine has none.
    pub fn of_machine() -> Result<Self, String> {
        let found = rustls_native_certs::load_native_certs();
        let mut trust = Self::default();
        let (added, _) = trust.roots.add_parsable_certificates(found.certs);
        if added == 0 {
            return Err(
                "this machine names no certificate authorities; name one with --ca-file".to_owned(),
            );
        }
        Ok(trust)
    }

    /// The authorities in a PEM file and no others.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or holds no certificate.
    pub fn of_file(path: &Path) -> Result<Self, String> {
        let unreadable = |reason: String| format!("{} cannot be read: {reason}", path.display());
        let mut trust = Self::default();
        let certificates =
            CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
            trust
                .roots
                .add(certificate)
                .map_err(|error| unreadable(error.to_string()))?;
        }
        if trust.roots.is_empty() {
            return Err(unreadable("it holds no certificate".to_owned()));
        }
        Ok(trust)
    }

    pub(super) fn config(self) -> ClientConfig {
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has the suites of the default versions")
            .with_root_certificates(self.roots)
            .with_no_client_auth()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let told = |path: &Path| Trust::of_file(path).unwrap_err();
        assert!(told(&path).contains("ca.pem cannot be read"));
        std::fs::write(&path, "no certificate").unwrap();
        assert!(told(&path).ends_with("it holds no certificate"));
        let key = rcgen::KeyPair::generate().unwrap();
        let authority = rcgen::CertificateParams::default()
            .self_signed(&key)
            .unwrap();
        std::fs::write(&path, authority.pem()).unwrap();
        assert_eq!(Trust::of_file(&path).unwrap().roots.len(), 1);
    }
}
