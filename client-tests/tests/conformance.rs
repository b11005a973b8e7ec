//! The conformance suites against a fresh emulator. What they ask, and how sure each expectation is, is theirs to say.

use std::process::{Command, Stdio};

use client_tests::{Emulator, Options, binary};

#[test]
fn the_emulator_passes_every_suite() {
    // The suites move the clock, so it is one that only they move.
    let emulator = Emulator::start(Options {
        clock: Some("virtual"),
        ..Options::default()
    });
    let output = Command::new(binary::conformance())
        .args(["--endpoint", emulator.endpoint()])
        // Somebody's own keys and endpoints must not change what is judged.
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the conformance binary runs");
    let (said, complaint) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "{}\n{said}{complaint}",
        output.status
    );
    // Exit 0 of a run that judged nothing would prove nothing.
    let last = said.lines().last().unwrap_or_default();
    let passed: usize = last
        .split_once(" passed, 0 failed")
        .and_then(|(count, _)| count.parse().ok())
        .unwrap_or_else(|| panic!("the last line counts the cases: {last:?}"));
    assert!(passed > 100, "{last}");
}
