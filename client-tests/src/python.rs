//! Clients that live on PyPI: a virtual environment with pinned versions, made once and kept in a cache.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::binary;
use crate::tools::{installed, must, present, skipped, text};

/// The Python tests and their requirements.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python")
}

/// Runs one pytest file, or names it as skipped where Python is absent.
///
/// # Panics
/// With pytest's output when a test fails.
pub fn run(file: &str) {
    run_with(file, &[]);
}

/// The same with variables for the tests.
///
/// # Panics
/// With pytest's output when a test fails.
pub fn run_with(file: &str, variables: &[(&str, &Path)]) {
    let Some(bin) = tools() else {
        skipped(&format!("{file}: there is no python3 here"));
        return;
    };
    let output = Command::new(bin.join("python3"))
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .args(["-o", "tmp_path_retention_policy=failed", file])
        .current_dir(folder())
        .env("LOCALTRAIL_BIN", binary::localtrail())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(variables.iter().copied())
        .output()
        .expect("the environment's Python runs");
    assert!(output.status.success(), "{file}\n{}", text(&output));
}

/// The executable of moto's server, another emulator, or `None` where there is no `python3`.
///
/// # Panics
/// As [`tools`].
pub fn moto_server() -> Option<PathBuf> {
    let pins = folder().join("requirements-moto.txt");
    let environment = || environment("moto", &pins);
    present("python3").then(|| environment().join("bin/moto_server"))
}

/// The folder of the environment's executables (`python3`, `aws`), or `None` where there is no `python3`.
///
/// # Panics
/// When the packages cannot be installed, or when Python is absent although `LOCALTRAIL_REQUIRE_CLIENTS` is set.
pub fn tools() -> Option<&'static Path> {
    static TOOLS: OnceLock<Option<PathBuf>> = OnceLock::new();
    TOOLS
        .get_or_init(|| {
            let pins = folder().join("requirements.txt");
            present("python3").then(|| environment("venv", &pins).join("bin"))
        })
        .as_deref()
}

/// The environment of this name for these requirements.
fn environment(name: &str, requirements: &Path) -> PathBuf {
    installed(name, requirements, |venv| {
        must(Command::new("python3").args(["-m", "venv"]).arg(venv));
        must(
            Command::new(venv.join("bin/python3"))
                .args(["-m", "pip", "install", "--no-cache-dir", "--quiet"])
                .args(["--disable-pip-version-check", "--requirement"])
                .arg(requirements),
        );
    })
}
