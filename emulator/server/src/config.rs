//! From what was said to what is meant: flags win over variables, variables over the file, the file over defaults.

use std::path::{Path, PathBuf};
use std::time::Duration;

use localtrail::{
    AccountId, DeclaredIdentity, Options, Organization, Policies, ProxyOthers, Region, Signatures,
    Throttling, Unserved, UpstreamChoice, UpstreamKeys,
};
use serde::{Deserialize, Deserializer};

use crate::cli::Serve;

/// The choices, complete.
///
/// # Errors
///
/// A sentence when the file of `--config` cannot be used.
pub(crate) fn options(choices: &Serve) -> Result<Options, String> {
    let file = match &choices.config {
        None => ConfigFile::default(),
        Some(path) => read(path)?,
    };
    merge(choices.clone(), file)
}

/// The TOML file: the names of the flags; identities and organizations, which are too long for a command line.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ConfigFile {
    listen: Option<String>,
    data_dir: Option<PathBuf>,
    bucket_dir: Option<PathBuf>,
    #[serde(default, deserialize_with = "from_text")]
    pace: Option<localtrail::PaceName>,
    lenient: Option<bool>,
    #[serde(default, deserialize_with = "from_text")]
    clock: Option<localtrail::ClockMode>,
    tls: Option<bool>,
    account: Option<AccountId>,
    region: Option<Region>,
    #[serde(default, deserialize_with = "seed")]
    seed: Option<[u8; 32]>,
    check_signatures: Option<bool>,
    throttle: Option<bool>,
    #[serde(default, deserialize_with = "upstreams")]
    upstream: Vec<UpstreamChoice>,
    upstream_access_key_id: Option<String>,
    upstream_secret_access_key: Option<String>,
    upstream_session_token: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    upstream_timeout: Option<Duration>,
    upstream_ca: Option<PathBuf>,
    #[serde(default, deserialize_with = "from_text")]
    unserved: Option<Unserved>,
    #[serde(default, deserialize_with = "from_text")]
    proxy_others: Option<ProxyOthers>,
    #[serde(default)]
    identities: Vec<DeclaredIdentity>,
    #[serde(default)]
    organizations: Vec<Organization>,
}

fn from_text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err = String>,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

fn seed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<[u8; 32]>, D::Error> {
    let text = String::deserialize(deserializer)?;
    localtrail::parse_seed(&text)
        .map(Some)
        .map_err(serde::de::Error::custom)
}

/// One upstream, or several.
fn upstreams<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<UpstreamChoice>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        One(String),
        Several(Vec<String>),
    }
    let said = match Said::deserialize(deserializer)? {
        Said::One(one) => vec![one],
        Said::Several(several) => several,
    };
    let choices = said.iter().map(|text| text.parse());
    choices
        .collect::<Result<_, _>>()
        .map_err(serde::de::Error::custom)
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let seconds = u32::deserialize(deserializer)?;
    localtrail::parse_seconds(&seconds.to_string())
        .map(Some)
        .map_err(serde::de::Error::custom)
}

fn read(path: &Path) -> Result<ConfigFile, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read the configuration {}: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        format!(
            "the configuration {} cannot be used: {error}",
            path.display()
        )
    })
}

/// The keys for upstreams, which come in pairs.
fn keys(said: &Serve, file: &ConfigFile) -> Result<Option<UpstreamKeys>, String> {
    let id = said
        .upstream_access_key_id
        .as_ref()
        .or(file.upstream_access_key_id.as_ref());
    let secret = said
        .upstream_secret_access_key
        .as_ref()
        .or(file.upstream_secret_access_key.as_ref());
    let token = said
        .upstream_session_token
        .as_ref()
        .or(file.upstream_session_token.as_ref());
    match (id, secret, token) {
        (Some(id), Some(secret), token) => Ok(Some(UpstreamKeys {
            access_key_id: id.clone(),
            secret_access_key: secret.clone(),
            session_token: token.cloned(),
        })),
        (None, None, None) => Ok(None),
        _ => Err("keys for upstreams need both --upstream-access-key-id and --upstream-secret-access-key".to_owned()),
    }
}

fn merge(said: Serve, file: ConfigFile) -> Result<Options, String> {
    let mut options = Options::default();
    options.upstream_keys = keys(&said, &file)?;
    if let Some(listen) = said.listen.or(file.listen) {
        options.listen = listen;
    }
    options.data_dir = said.data_dir.or(file.data_dir);
    options.bucket_dir = said.bucket_dir.or(file.bucket_dir);
    options.pace = said.pace.or(file.pace).unwrap_or(options.pace);
    if said.lenient.or(file.lenient) == Some(true) {
        options.policies = Policies::Lenient;
    }
    options.clock = said.clock.or(file.clock);
    options.tls = said.tls.or(file.tls).unwrap_or(options.tls);
    options.account = said.account.or(file.account).unwrap_or(options.account);
    if let Some(region) = said.region.or(file.region) {
        options.region = region;
    }
    options.seed = said.seed.or(file.seed);
    options.identities = file.identities;
    if said.check_signatures.or(file.check_signatures) == Some(true) {
        options.signatures = Signatures::Checked;
    }
    if said.throttle.or(file.throttle) == Some(true) {
        options.throttling = Throttling::On;
    }
    options.organizations = file.organizations;
    options.upstreams = match said.upstream.is_empty() {
        true => file.upstream,
        false => said.upstream,
    };
    if let Some(timeout) = said.upstream_timeout.or(file.upstream_timeout) {
        options.upstream_timeout = timeout;
    }
    options.upstream_ca = said.upstream_ca.or(file.upstream_ca);
    if let Some(unserved) = said.unserved.or(file.unserved) {
        options.unserved = unserved;
    }
    if let Some(others) = said.proxy_others.or(file.proxy_others) {
        options.proxy_others = others;
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        listen = "127.0.0.1:1"
        data-dir = "data"
        pace = "aws"
        clock = "virtual=2026-11-23T16:00:00Z"
        account = "123456789012"
        region = "eu-west-1"
        seed = "ab"
        lenient = true
        check-signatures = true
        throttle = true
        upstream = ["http://localhost:5000", "s3=http://localhost:9000"]
        upstream-access-key-id = "AKIAEXAMPLE"
        upstream-secret-access-key = "secret"
        upstream-timeout = 20
        unserved = "empty"
        proxy-others = "pass"

        [[identities]]
        accessKeyId = "AKIAROOT"
        secretAccessKey = "secret"
        sessionToken = "token"
        identity = { type = "Root", accountId = "123456789012" }

        [[organizations]]
        id = "o-a1b2c3d4e5"
        managementAccount = "111122223333"
        members = ["444455556666"]
    "#;

    #[test]
    fn the_file_says_what_flags_say() {
        let options = merge(Serve::default(), toml::from_str(FILE).unwrap()).unwrap();
        assert_eq!(options.listen, "127.0.0.1:1");
        assert_eq!(options.data_dir, Some(PathBuf::from("data")));
        assert_eq!(options.pace.to_string(), "aws");
        assert_eq!(options.policies, Policies::Lenient);
        assert_eq!(options.region.as_str(), "eu-west-1");
        assert_eq!(options.seed.unwrap()[0], 0xab);
        assert_eq!(options.signatures, Signatures::Checked);
        assert_eq!(options.throttling, Throttling::On);
        assert_eq!(options.organizations[0].members.len(), 1);
        assert_eq!(options.upstreams[1].service.as_deref(), Some("s3"));
        assert_eq!(options.upstream_keys.unwrap().access_key_id, "AKIAEXAMPLE");
        assert_eq!(options.upstream_timeout, Duration::from_secs(20));
        assert_eq!(options.unserved, Unserved::Empty);
        assert_eq!(options.proxy_others, ProxyOthers::Passed);
        let [root] = &options.identities[..] else {
            panic!("one identity");
        };
        assert_eq!(root.secret_access_key.as_deref(), Some("secret"));
        assert_eq!(root.session_token.as_deref(), Some("token"));
    }

    #[test]
    fn what_was_said_wins() {
        let said = Serve {
            listen: Some("127.0.0.1:2".to_owned()),
            lenient: Some(false),
            check_signatures: Some(false),
            throttle: Some(false),
            upstream: vec!["http://127.0.0.1:1".parse().unwrap()],
            unserved: Some(Unserved::Refused),
            ..Serve::default()
        };
        let options = merge(said, toml::from_str(FILE).unwrap()).unwrap();
        assert_eq!(options.listen, "127.0.0.1:2");
        assert_eq!(options.policies, Policies::Enforced);
        assert_eq!(options.signatures, Signatures::Trusted);
        assert_eq!(options.throttling, Throttling::Off);
        assert_eq!(options.upstreams.len(), 1);
        assert_eq!(options.unserved, Unserved::Refused);
    }

    #[test]
    fn half_a_pair_of_keys_is_refused() {
        let said = Serve {
            upstream_access_key_id: Some("AKIAEXAMPLE".to_owned()),
            ..Serve::default()
        };
        let error = merge(said, ConfigFile::default()).unwrap_err();
        assert!(error.contains("--upstream-secret-access-key"), "{error}");
    }

    #[test]
    fn a_wrong_file_is_refused_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("localtrail.toml");
        let options = || {
            options(&Serve {
                config: Some(path.clone()),
                ..Serve::default()
            })
        };
        assert!(options().unwrap_err().contains("localtrail.toml"));
        for wrong in [
            "pace = \"slow\"",
            "nonsense = 1",
            "account = \"1\"",
            "listen = ",
            "upstream = \"localhost\"",
            "upstream-timeout = 0",
        ] {
            std::fs::write(&path, wrong).unwrap();
            assert!(
                options().unwrap_err().contains("localtrail.toml"),
                "{wrong}"
            );
        }
    }
}
