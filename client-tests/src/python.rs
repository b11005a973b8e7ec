//! Clients that live on PyPI: a virtual environment with pinned versions, made once and kept in a cache.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::binary;

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
        .output()
        .expect("the environment's Python runs");
    assert!(output.status.success(), "{file}\n{}", text(&output));
}

/// The folder of the environment's executables (`python3`, `aws`), or `None` where there is no `python3`.
///
/// # Panics
/// When the packages cannot be installed, or when Python is absent although `LOCALTRAIL_REQUIRE_CLIENTS` is set.
pub fn tools() -> Option<&'static Path> {
    static TOOLS: OnceLock<Option<PathBuf>> = OnceLock::new();
    TOOLS
        .get_or_init(|| {
            let present = Command::new("python3")
                .arg("--version")
                .output()
                .is_ok_and(|o| o.status.success());
            assert!(
                present || std::env::var_os("LOCALTRAIL_REQUIRE_CLIENTS").is_none(),
                "LOCALTRAIL_REQUIRE_CLIENTS is set, and there is no python3"
            );
            present.then(|| environment().join("bin"))
        })
        .as_deref()
}

/// Says that something was not tested, past the test runner's capture of output: a skip must be seen.
pub fn skipped(what: &str) {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "SKIPPED {what}");
}

/// The environment for the present requirements. Several test processes may ask at once: a file lock lets one install.
fn environment() -> PathBuf {
    let requirements = folder().join("requirements.txt");
    let pins = fs::read(&requirements).expect("requirements.txt is part of the sources");
    let hash = hex::encode(&Sha256::digest(&pins)[..6]);
    let cache = std::env::var_os("LOCALTRAIL_TEST_CACHE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache"),
        PathBuf::from,
    );
    fs::create_dir_all(&cache).expect("the cache folder can be made");
    let venv = cache.join(format!("venv-{hash}"));
    let lock = fs::File::create(cache.join("lock")).expect("the cache folder can be written");
    lock.lock().expect("the cache can be locked");
    let done = venv.join("installed");
    if !done.exists() {
        // What an interrupted installation left behind is worth nothing.
        let _ = fs::remove_dir_all(&venv);
        must(Command::new("python3").args(["-m", "venv"]).arg(&venv));
        must(
            Command::new(venv.join("bin/python3"))
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--no-cache-dir",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--requirement",
                ])
                .arg(&requirements),
        );
        fs::write(done, "").expect("the environment can be written");
    }
    venv
}

fn must(command: &mut Command) {
    let output = command.output().expect("Python runs");
    assert!(output.status.success(), "{command:?}\n{}", text(&output));
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
