//! Clients that live on npm: AWS's SDK for JavaScript in the locked versions, installed once and kept in a cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::tools::{installed, must, present, skipped, text};
use crate::{Emulator, Options};

/// The JavaScript tests and the lock of what they need.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("javascript")
}

/// Runs one file of Node's tests against an emulator of its own, or names it as skipped where Node is absent.
///
/// # Panics
/// With what Node said when a test fails, or when there was none.
pub fn run(file: &str) {
    run_with(file, &[]);
}

/// The same against an emulator with switches, such as `--throttle`.
///
/// # Panics
/// With what Node said when a test fails, or when there was none.
pub fn run_with(file: &str, switches: &'static [&'static str]) {
    let Some(modules) = modules() else {
        skipped(&format!("{file}: there is no node or no npm here"));
        return;
    };
    let emulator = Emulator::start(Options {
        switches,
        ..Options::default()
    });
    let mut command = Command::new("node");
    // Somebody's own profile, region or endpoint must not change what is tested.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    let output = command
        .args(["--test", "--test-reporter=tap", file])
        .current_dir(folder())
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("NODE_PATH", modules)
        .env("LOCALTRAIL_ENDPOINT", emulator.endpoint())
        .output()
        .expect("Node was found before");
    let said = text(&output);
    assert!(output.status.success(), "{file}\n{said}");
    // A file without tests, or one in which all are left out, passes for Node.
    let count = |what: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(what));
        line.and_then(|number| number.trim().parse().ok())
            .unwrap_or(0)
    };
    let passed: usize = count("# pass ");
    assert!(passed > 0 && passed == count("# tests "), "{file}\n{said}");
}

/// The folder of the installed packages, or `None` where there is no `node` or no `npm`.
///
/// # Panics
/// When the packages cannot be installed, or when Node is absent although `LOCALTRAIL_REQUIRE_CLIENTS` is set.
fn modules() -> Option<&'static Path> {
    static MODULES: OnceLock<Option<PathBuf>> = OnceLock::new();
    MODULES
        .get_or_init(|| {
            (present("node") && present("npm")).then(|| packages().join("node_modules"))
        })
        .as_deref()
}

/// The packages of the present lock.
fn packages() -> PathBuf {
    installed("npm", &folder().join("package-lock.json"), |packages| {
        fs::create_dir_all(packages).expect("the cache folder can be written");
        for file in ["package.json", "package-lock.json"] {
            fs::copy(folder().join(file), packages.join(file))
                .expect("the lock is part of the sources");
        }
        must(
            Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .current_dir(packages),
        );
    })
}
