//! `localtrail validate DIR`: holds the digest chains of a bucket directory against their keys, offline.
//!
//! What is valid, core says; the lines are those of `aws cloudtrail validate-logs`, which cannot do this without AWS.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use localtrail_core::{FileKind, Finding, PublicKey, Verdict};
use localtrail_neighbours::Archive;
use serde_json::json;

/// What to validate.
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// The bucket directory (printed at start), or one bucket's folder in it
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Public keys: a JSON file as localtrail keeps it beside the buckets [default: that file]
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Name the valid files too
    #[arg(long)]
    verbose: bool,
    /// Print one JSON document for each file, and one with the counts
    #[arg(long)]
    json: bool,
}

/// Whether everything was as delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    /// Every digest and log file is valid, or there is none.
    Intact,
    /// Something is not.
    Damaged,
}

/// Valid and invalid files of a kind.
#[derive(Debug, Default)]
struct Count {
    valid: u64,
    invalid: u64,
}

impl Count {
    fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Valid => self.valid += 1,
            _ => self.invalid += 1,
        }
    }

    /// `3/4 digest files valid, 1/4 digest files INVALID`; nothing when there is no file.
    fn line(&self, kind: &str) -> Option<String> {
        let all = self.valid + self.invalid;
        let valid = format!("{}/{all} {kind} files valid", self.valid);
        let invalid = format!(", {}/{all} {kind} files INVALID", self.invalid);
        (all > 0).then(|| {
            if self.invalid > 0 {
                valid + &invalid
            } else {
                valid
            }
        })
    }
}

/// Validates and prints: what is invalid to standard error, the counts to standard output.
///
/// # Errors
/// When the directory or the keys cannot be read.
pub(crate) fn run(asked: &Validate) -> Result<Validity, Box<dyn std::error::Error>> {
    let at = asked.directory.display();
    let archive = Archive::open(&asked.directory).map_err(|error| format!("{at}: {error}"))?;
    let keys = keys(asked.keys.as_deref(), &archive)?;
    let objects = archive
        .digests()
        .map_err(|error| format!("{at}: {error}"))?;
    let mut progress = Progress::new(objects.len());
    let (mut digests, mut logs) = (Count::default(), Count::default());
    localtrail_core::validate(&archive, objects, &keys, &mut |finding| {
        match finding.kind {
            FileKind::Digest => digests.add(&finding.verdict),
            FileKind::Log => logs.add(&finding.verdict),
        }
        progress.clear();
        print(asked, &finding);
        progress.show(digests.valid + digests.invalid);
    });
    progress.clear();
    summarize(asked, &digests, &logs);
    let intact = digests.invalid == 0 && logs.invalid == 0;
    Ok(if intact {
        Validity::Intact
    } else {
        Validity::Damaged
    })
}

fn keys(file: Option<&Path>, archive: &Archive) -> Result<Vec<PublicKey>, String> {
    match file {
        None => archive
            .public_keys()
            .map_err(|error| format!("{}: {error}", archive.keys_file().display())),
        Some(file) => {
            let unreadable = |error: String| format!("{}: {error}", file.display());
            let bytes = std::fs::read(file).map_err(|error| unreadable(error.to_string()))?;
            serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))
        }
    }
}

fn print(asked: &Validate, finding: &Finding) {
    let is_valid = finding.verdict == Verdict::Valid;
    if asked.json {
        let kind = match finding.kind {
            FileKind::Digest => "digest",
            FileKind::Log => "log",
        };
        let words = finding.verdict.to_string();
        let reason = words.strip_prefix("INVALID: ");
        println!(
            "{}",
            json!({"kind": kind, "bucket": finding.at.bucket, "key": finding.at.key, "valid": is_valid, "reason": reason})
        );
    } else if !is_valid {
        eprintln!("{finding}");
    } else if asked.verbose {
        println!("{finding}");
    }
}

fn summarize(asked: &Validate, digests: &Count, logs: &Count) {
    if asked.json {
        let count = |count: &Count| json!({"valid": count.valid, "invalid": count.invalid});
        println!(
            "{}",
            json!({"digestFiles": count(digests), "logFiles": count(logs)})
        );
        return;
    }
    let lines = [digests.line("digest"), logs.line("log")];
    if lines.iter().all(Option::is_none) {
        println!("No digests found");
    }
    for line in lines.into_iter().flatten() {
        println!("{line}");
    }
}

/// How far it is, on a terminal only.
struct Progress {
    all: usize,
    shown: bool,
    wanted: bool,
}

impl Progress {
    /// Every so many digests the line is written anew.
    const STEP: u64 = 50;

    fn new(all: usize) -> Self {
        Self {
            all,
            shown: false,
            wanted: io::stderr().is_terminal(),
        }
    }

    fn show(&mut self, done: u64) {
        if self.wanted && done.is_multiple_of(Self::STEP) {
            eprint!("\r{done}/{} digests", self.all);
            // A terminal that cannot be written to is no reason to stop validating.
            let _unwritten = io::stderr().flush();
            self.shown = true;
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            eprint!("\r\x1b[2K");
        }
    }
}
