//! What the clients that live in other languages need: a cache for their packages, and a way to say that one is absent.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};

/// Whether a program is there, by its `--version`.
///
/// # Panics
/// When it is absent although `LOCALTRAIL_REQUIRE_CLIENTS` is set: where every client must be tested, a skip is a failure.
#[must_use]
pub fn present(program: &str) -> bool {
    let present = Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(
        present || std::env::var_os("LOCALTRAIL_REQUIRE_CLIENTS").is_none(),
        "LOCALTRAIL_REQUIRE_CLIENTS is set, and there is no {program}"
    );
    present
}

/// Says that something was not tested, past the test runner's capture of output: a skip must be seen.
pub fn skipped(what: &str) {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "SKIPPED {what}");
}

/// The folder of the cache that holds the packages which `pins` names, filled by `install` when it is not there yet: of
/// that name and the hash of the pins, so that other pins get another folder.
///
/// The cache is `$LOCALTRAIL_TEST_CACHE`, or `.cache` in this crate. Several test processes may ask at once: a file lock
/// lets one install.
///
/// # Panics
/// When the packages cannot be installed.
pub fn installed(name: &str, pins: &Path, install: impl FnOnce(&Path)) -> PathBuf {
    let text = fs::read(pins).expect("the pinned versions are part of the sources");
    let hash = hex::encode(&Sha256::digest(&text)[..6]);
    let cache = std::env::var_os("LOCALTRAIL_TEST_CACHE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache"),
        PathBuf::from,
    );
    fs::create_dir_all(&cache).expect("the cache folder can be made");
    let folder = cache.join(format!("{name}-{hash}"));
    let lock = File::create(cache.join("lock")).expect("the cache folder can be written");
    lock.lock().expect("the cache can be locked");
    let done = folder.join("installed");
    if !done.exists() {
        // What an interrupted installation left behind is worth nothing.
        let _ = fs::remove_dir_all(&folder);
        install(&folder);
        fs::write(done, "").expect("the installation can be written");
    }
    folder
}

/// Runs a command that must succeed.
///
/// # Panics
/// With all it printed, when it does not.
pub fn must(command: &mut Command) {
    let output = command.output().expect("the program was found before");
    assert!(output.status.success(), "{command:?}\n{}", text(&output));
}

/// All that a command printed.
#[must_use]
pub fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Holds a folder of tests to the Rust file that runs them: a file of tests that no Rust test runs would be silently passed.
///
/// # Panics
/// With the name of a file that `source` runs nowhere.
pub fn every_file_is_run(folder: &Path, is_test: impl Fn(&str) -> bool, source: &str) {
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the tests are part of the sources") {
        let name = entry.expect("a folder's entries can be read").file_name();
        let name = name.to_str().expect("our files have ASCII names");
        if is_test(name) {
            count += 1;
            assert!(
                source.contains(&format!("run(\"{name}\")"))
                    || source.contains(&format!("run_with(\"{name}\",")),
                "{name} is run by no test"
            );
        }
    }
    assert!(count > 0, "there are no tests in {}", folder.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_known_to_be() {
        assert!(present("cargo"));
        if std::env::var_os("LOCALTRAIL_REQUIRE_CLIENTS").is_none() {
            assert!(!present("no-such-program-anywhere"));
        }
    }
}
