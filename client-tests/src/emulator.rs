//! One running `localtrail serve`: port 0 on loopback, stopped when dropped.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::binary;

/// How long a start may take before a test gives up on it. A start takes milliseconds; this is for a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How to start the emulator. The default is what a user gets who gives no flag, but for the port.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--data-dir`: where state outlives the process.
    pub data_dir: Option<PathBuf>,
    /// `--bucket-dir`: where the buckets are.
    pub bucket_dir: Option<PathBuf>,
    /// `--clock`: `system` or `virtual`.
    pub clock: Option<&'static str>,
    /// `--pace`: `fast` or `aws`.
    pub pace: Option<&'static str>,
    /// Flags that are on or off: `--check-signatures`, `--throttle`.
    pub switches: &'static [&'static str],
}

impl Options {
    fn arguments(&self) -> Vec<std::ffi::OsString> {
        let mut arguments: Vec<std::ffi::OsString> = ["serve", "--listen", "127.0.0.1:0", "--json"]
            .map(Into::into)
            .into();
        let paths = [
            ("--data-dir", &self.data_dir),
            ("--bucket-dir", &self.bucket_dir),
        ];
        for (flag, path) in paths {
            if let Some(path) = path {
                arguments.extend([flag.into(), path.into()]);
            }
        }
        for (flag, word) in [("--clock", self.clock), ("--pace", self.pace)] {
            if let Some(word) = word {
                arguments.extend([flag.into(), word.into()]);
            }
        }
        arguments.extend(self.switches.iter().map(Into::into));
        arguments
    }
}

/// A running emulator.
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    endpoint: String,
    options: Options,
    /// What the process makes of temporary files; a killed one cannot tidy up.
    _temporary: TempDir,
}

impl Emulator {
    /// Starts the binary and waits until it has said where it listens.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(options: Options) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder can be made");
        let mut process = command(&options)
            .env("TMPDIR", temporary.path())
            .spawn()
            .expect("the localtrail binary runs");
        let line = first_line(&mut process);
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("the ready line is JSON ({error}): {line:?}"));
        let endpoint = ready["endpoint"]
            .as_str()
            .expect("the ready line names the endpoint")
            .to_owned();
        Self {
            process,
            endpoint,
            options,
            _temporary: temporary,
        }
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Ends the process as `kill -9` does, in the middle of whatever it does.
    pub fn kill(&mut self) {
        // Both fail only when the process is gone already, and then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Kills the process and starts it again with the same options, on a new port.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        *self = Self::start(self.options.clone());
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.kill();
    }
}

fn command(options: &Options) -> Command {
    let mut command = Command::new(binary::localtrail());
    command
        .args(options.arguments())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    // Somebody's own settings must not change what is tested.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LOCALTRAIL_") {
            command.env_remove(name);
        }
    }
    command
}

/// The first line of the process's output. A thread of its own reads it, so that a silent process fails the test
/// rather than hangs it, and goes on to drain the pipe, which must never fill.
fn first_line(process: &mut Child) -> String {
    let output = process.stdout.take().expect("stdout was piped");
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens after the first line.
            let _ = sender.send(line);
        }
    });
    receiver.recv_timeout(START_LIMIT).unwrap_or_else(|_| {
        let _ = process.kill();
        panic!("the emulator did not say where it listens");
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_flags() {
        let plain = Options::default().arguments();
        assert_eq!(plain, ["serve", "--listen", "127.0.0.1:0", "--json"]);
        let full = Options {
            data_dir: Some("/d".into()),
            bucket_dir: None,
            clock: Some("virtual"),
            pace: Some("aws"),
            switches: &["--throttle"],
        };
        assert_eq!(
            full.arguments()[4..],
            [
                "--data-dir",
                "/d",
                "--clock",
                "virtual",
                "--pace",
                "aws",
                "--throttle"
            ]
        );
    }
}
