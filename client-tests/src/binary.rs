//! Finds the `localtrail` executable: the one that `LOCALTRAIL_BIN` names, or one built here, once per test process.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The executable under test.
///
/// # Panics
/// When it cannot be built: no client test means anything then.
#[must_use]
pub fn localtrail() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("LOCALTRAIL_BIN") {
        Some(named) => PathBuf::from(named),
        None => build(),
    })
}

/// Builds the binary with the profile and into the target directory of the running test, so that what a
/// `cargo test --release` measures and tests is the release build.
fn build() -> PathBuf {
    let (target, profile) = own_build();
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "-p",
            "localtrail",
            "--bin",
            "localtrail",
        ])
        .args([
            "--message-format",
            "json-render-diagnostics",
            "--profile",
            &profile,
        ])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs, as it built this test");
    assert!(
        output.status.success(),
        "cargo could not build the localtrail binary"
    );
    executable(&String::from_utf8_lossy(&output.stdout))
        .expect("cargo names the binary that it built")
}

/// The path in cargo's `compiler-artifact` message for the binary.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| message["target"]["name"] == "localtrail")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// The target directory and profile of this test: it runs from `TARGET/PROFILE/deps/`.
fn own_build() -> (PathBuf, String) {
    let test = std::env::current_exe().expect("a running test has a path");
    let folder = test
        .parent()
        .and_then(Path::parent)
        .expect("tests run from TARGET/PROFILE/deps");
    let target = folder.parent().expect("tests run from TARGET/PROFILE/deps");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(other) => other,
    };
    (target.to_owned(), profile.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_read_from_cargos_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"hyper"},"executable":null}"#,
            "\nnot json\n",
            r#"{"reason":"compiler-artifact","target":{"name":"localtrail"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"localtrail"},"executable":"/t/debug/localtrail"}"#,
        );
        assert_eq!(
            executable(messages),
            Some(PathBuf::from("/t/debug/localtrail"))
        );
        assert_eq!(executable(""), None);
    }
}
