//! Finds the executables under test: those that `LOCALTRAIL_BIN` and `CONFORMANCE_BIN` name, or ones built here, once
//! per test process.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The emulator, which every client test runs.
///
/// # Panics
/// When it cannot be built: no client test means anything then.
#[must_use]
pub fn localtrail() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| named("LOCALTRAIL_BIN").unwrap_or_else(|| build("localtrail")))
}

/// The program that judges an endpoint by its suites.
///
/// # Panics
/// When it cannot be built.
#[must_use]
pub fn conformance() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| named("CONFORMANCE_BIN").unwrap_or_else(|| build("conformance")))
}

/// The path that a variable holds; absolute, as it is run from other folders too.
fn named(variable: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable)?;
    Some(std::path::absolute(path).expect("the variable names a file"))
}

/// Builds a package's binary of the same name with the profile and into the target directory of the running test, so
/// that what a `cargo test --release` measures and tests is the release build.
fn build(package: &str) -> PathBuf {
    let (target, profile) = own_build();
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", package, "--bin", package])
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
        "cargo could not build the {package} binary"
    );
    executable(&String::from_utf8_lossy(&output.stdout), package)
        .expect("cargo names the binary that it built")
}

/// The path in cargo's `compiler-artifact` message for a binary.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| message["target"]["name"] == name)
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
            executable(messages, "localtrail"),
            Some(PathBuf::from("/t/debug/localtrail"))
        );
        assert_eq!(executable(messages, "conformance"), None);
        assert_eq!(executable("", "localtrail"), None);
    }
}
