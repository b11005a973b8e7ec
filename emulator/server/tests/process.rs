//! The binary as a process: what it prints, how it refuses, how it stops, what a data directory keeps.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Answer, cloudtrail, connect, get, post};

/// A process that is killed when a test ends early.
struct Process {
    child: Child,
    ready: Value,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_localtrail"));
    // Choices of the person who runs the tests are not the tests'.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LOCALTRAIL_")) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let listen = ["--json", "--listen", "127.0.0.1:0"];
        let mut child = command(&[&listen, arguments].concat())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { child, ready }
    }

    fn endpoint(&self) -> &str {
        self.ready["endpoint"].as_str().unwrap()
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for the end, not for ever.
    fn end(&mut self) -> ExitStatus {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it does not end");
    }

    fn stop(mut self) {
        self.signal("-TERM");
        assert!(self.end().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Runs to the end; its exit status and what it wrote to stderr.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = command(arguments).output().unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn it_says_where_it_is_and_cleans_up() {
    for signal in ["-TERM", "-INT"] {
        let mut process = Process::start(&[]);
        let buckets = process.ready["bucketDir"].as_str().unwrap().to_owned();
        assert_eq!(process.ready["ready"], true);
        assert!(Path::new(&buckets).is_dir());
        assert_eq!(get(process.endpoint(), "/_localtrail/health").status, 200);
        process.signal(signal);
        assert!(process.end().success());
        assert!(!Path::new(&buckets).exists());
    }
}

#[test]
fn people_read_text_that_ends_in_ready() {
    let mut child = command(&["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let text: Vec<_> = lines.take_while(|line| line != "Ready.").collect();
    let process = Process {
        child,
        ready: Value::Null,
    };
    let text = text.join("\n");
    assert!(
        text.contains("AWS_ENDPOINT_URL=http://127.0.0.1:"),
        "{text}"
    );
    assert!(text.contains("removed at the end"), "{text}");
    process.stop();
}

#[test]
fn a_running_call_is_finished_before_it_stops() {
    let mut process = Process::start(&[]);
    let mut stream = connect(process.endpoint());
    let head = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: CloudTrail_20131101.ListTrails\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    // The server asks for the body once the call runs.
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.contains("100 Continue"), "{line}");
    reader.read_line(&mut line).unwrap();
    process.signal("-TERM");
    while std::net::TcpStream::connect(process.endpoint().trim_start_matches("http://")).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(b"{}").unwrap();
    assert_eq!(Answer::read(&mut reader).unwrap().status, 200);
    assert!(process.end().success());
}

#[test]
fn health_has_an_exit_status() {
    let process = Process::start(&[]);
    assert_eq!(run(&["health", process.endpoint()]).0, Some(0));
    let endpoint = process.endpoint().to_owned();
    process.stop();
    let (status, text) = run(&["health", &endpoint]);
    assert_eq!(status, Some(2));
    assert!(text.contains("Is localtrail running there?"), "{text}");
}

#[test]
fn a_busy_port_and_bad_choices_exit_with_2_and_advice() {
    let process = Process::start(&[]);
    let busy = process.endpoint().strip_prefix("http://").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "nonsense = 1").unwrap();
    let file = file.to_str().unwrap();
    for (arguments, advice) in [
        (vec!["--listen", busy], "--listen"),
        (vec!["--listen", "nowhere.invalid:1"], "--listen"),
        (
            vec!["--listen", "127.0.0.1:0", "--data-dir", file],
            "--data-dir",
        ),
        (
            vec!["--listen", "127.0.0.1:0", "--bucket-dir", file],
            "--bucket-dir",
        ),
        (vec!["--config", file], "nonsense"),
        (vec!["--config", "/nowhere.toml"], "/nowhere.toml"),
        (vec!["--pace", "slow"], "fast or aws"),
        (vec!["--nonsense"], "--help"),
    ] {
        let (status, text) = run(&arguments);
        assert_eq!(status, Some(2), "{arguments:?}: {text}");
        assert!(text.contains(advice), "{arguments:?}: {text}");
    }
}

#[test]
fn a_data_directory_has_one_process_and_outlives_kill() {
    let dir = tempfile::tempdir().unwrap();
    let data = ["--data-dir", dir.path().to_str().unwrap()];
    let first = Process::start(&data);
    for _ in 0..20 {
        assert_eq!(
            cloudtrail(first.endpoint(), "test", "ListTrails", "{}").status,
            200
        );
    }
    let moved = post(
        first.endpoint(),
        "/_localtrail/clock",
        r#"{"advance":"40d"}"#,
    )
    .json();
    let (status, text) = run(&[&["--listen", "127.0.0.1:0"], &data[..]].concat());
    assert_eq!(status, Some(2));
    assert!(text.contains("another localtrail uses"), "{text}");

    assert_eq!(
        cloudtrail(first.endpoint(), "test", "DescribeTrails", "{}").status,
        200
    );
    first.signal("-KILL");
    drop(first);

    let second = Process::start(&data);
    let info = get(second.endpoint(), "/_localtrail/info").json();
    assert_eq!(info["census"]["events"], 21);
    assert!(
        info["clock"]["epochMillis"].as_i64() >= moved["epochMillis"].as_i64(),
        "{info}"
    );
    second.stop();
    let third = Process::start(&data);
    let events = get(
        third.endpoint(),
        "/_localtrail/events?eventName=DescribeTrails",
    )
    .json();
    assert_eq!(events["events"].as_array().unwrap().len(), 1);
    third.stop();
}

#[test]
fn the_environment_and_a_file_say_the_same_as_flags() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("localtrail.toml");
    let text = "account = \"111122223333\"\nregion = \"eu-west-1\"\npace = \"aws\"\n";
    std::fs::write(&file, text).unwrap();
    let mut child = command(&["--json", "--region", "eu-central-1"])
        .env("LOCALTRAIL_LISTEN", "127.0.0.1:0")
        .env("LOCALTRAIL_CONFIG", &file)
        .env("LOCALTRAIL_PACE", "fast")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let process = Process {
        child,
        ready: serde_json::from_str(&line).unwrap(),
    };
    let info = get(process.endpoint(), "/_localtrail/info").json();
    assert_eq!(info["account"], "111122223333", "of the file");
    assert_eq!(info["pace"], "fast", "the variable wins over the file");
    assert_eq!(info["region"], "eu-central-1", "the flag wins over all");
    process.stop();
}

/// As the Docker image does it: the variable is set for `serve` and for `health` alike.
#[test]
fn subcommands_read_the_environment_too() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    // The unspecified address is not used here, as tests listen on loopback only.
    let listen = format!("127.0.0.1:{port}");
    let mut child = command(&["serve", "--json"])
        .env("LOCALTRAIL_LISTEN", &listen)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let process = Process {
        child,
        ready: serde_json::from_str(&line).unwrap(),
    };
    assert_eq!(process.endpoint(), format!("http://127.0.0.1:{port}"));
    let health = command(&["health"])
        .env("LOCALTRAIL_LISTEN", &listen)
        .status()
        .unwrap();
    assert!(health.success());
    process.stop();
}

#[test]
fn forwarded_calls_survive_a_stop_and_once_they_were_seen_a_kill() {
    let upstream = support::upstream::Upstream::answering("200 OK", "application/json", "{}");
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let arguments = ["--data-dir", data, "--upstream", &upstream.url];
    let found = |endpoint: &str| {
        let found = get(endpoint, "/_localtrail/events?eventName=ListTables");
        found.json()["events"].as_array().unwrap().len()
    };
    let process = Process::start(&arguments);
    for _ in 0..20 {
        support::calls::dynamodb(process.endpoint(), "ListTables", "{}");
    }
    process.stop();
    let mut process = Process::start(&arguments);
    assert_eq!(found(process.endpoint()), 20);
    support::calls::dynamodb(process.endpoint(), "ListTables", "{}");
    assert_eq!(found(process.endpoint()), 21);
    process.signal("-KILL");
    process.end();
    let process = Process::start(&arguments);
    assert_eq!(found(process.endpoint()), 21);
    process.stop();
}

#[test]
fn an_upstream_that_cannot_be_is_refused_at_the_start() {
    for (arguments, said) in [
        (
            &["--upstream", "localhost:5000"][..],
            "http://localhost:5000",
        ),
        (&["--upstream", "cloudtrail=http://h"], "emulated here"),
        (
            &["--upstream-access-key-id", "AKIAEXAMPLE"],
            "--upstream-secret-access-key",
        ),
        (
            &["--upstream", "https://h", "--upstream-ca", "/nowhere"],
            "/nowhere",
        ),
    ] {
        let all = [&["--listen", "127.0.0.1:0"], arguments].concat();
        let refused = command(&all).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(text.contains(said), "{text}");
    }
}
