//! From where a call came.

use serde::Serialize;

/// Where a call came from, as records tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// An IPv4 or IPv6 address, or a service's DNS name.
    pub source_ip_address: String,
    /// The User-Agent header as sent; `None` when there was none.
    pub user_agent: Option<String>,
    /// Present only when TLS was spoken.
    pub tls: Option<Tls>,
}

/// What a record says of TLS (D, formats.md 2.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// `TLSv1.3` or `TLSv1.2`.
    pub tls_version: String,
    /// Such as `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: String,
    /// The Host header.
    pub client_provided_host_header: String,
    /// Such as `x25519`; only KMS and STS write it (O, native.md).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_exchange: Option<String>,
}
