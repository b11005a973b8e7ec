//! From what was said to what is meant: flags win over variables, variables over the file, the file over defaults.

use std::path::{Path, PathBuf};

use localtrail::{
    AccountId, DeclaredIdentity, Options, Organization, Policies, Region, Signatures, Throttling,
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
    Ok(merge(choices.clone(), file))
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

fn merge(said: Serve, file: ConfigFile) -> Options {
    let mut options = Options::default();
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
    options
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
        let options = merge(Serve::default(), toml::from_str(FILE).unwrap());
        assert_eq!(options.listen, "127.0.0.1:1");
        assert_eq!(options.data_dir, Some(PathBuf::from("data")));
        assert_eq!(options.pace.to_string(), "aws");
        assert_eq!(options.policies, Policies::Lenient);
        assert_eq!(options.region.as_str(), "eu-west-1");
        assert_eq!(options.seed.unwrap()[0], 0xab);
        assert_eq!(options.signatures, Signatures::Checked);
        assert_eq!(options.throttling, Throttling::On);
        assert_eq!(options.organizations[0].members.len(), 1);
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
            ..Serve::default()
        };
        let options = merge(said, toml::from_str(FILE).unwrap());
        assert_eq!(options.listen, "127.0.0.1:2");
        assert_eq!(options.policies, Policies::Enforced);
        assert_eq!(options.signatures, Signatures::Trusted);
        assert_eq!(options.throttling, Throttling::Off);
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
        ] {
            std::fs::write(&path, wrong).unwrap();
            assert!(
                options().unwrap_err().contains("localtrail.toml"),
                "{wrong}"
            );
        }
    }
}
