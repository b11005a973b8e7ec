//! Kills a writing process and looks whether what it acknowledged is there. Shows
//! what survives kill -9; says nothing about power cuts.

use crate::events::event;
use crate::layouts::{BLOCK, Journal, Layout};
use crate::stores::{self, Result};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const COMMIT: u64 = 8;

/// Fills a store with `events`, then writes on and prints each acknowledged
/// number of events, until it is killed.
pub fn child(store: &str, layout: &str, events: u64, cache: usize, path: &Path) -> Result<()> {
    let mut journal = Journal::over(stores::open(store, path, cache)?, Layout::named(layout)?, 0);
    let mut next = 0;
    while next < events {
        journal.append((next..next + BLOCK as u64).map(event).collect())?;
        next += BLOCK as u64;
    }
    let mut out = std::io::stdout();
    writeln!(out, "{next}")?;
    loop {
        journal.append((next..next + COMMIT).map(event).collect())?;
        next += COMMIT;
        writeln!(out, "{next}")?;
        out.flush()?;
    }
}

/// Starts [`child`], kills it a second after it has filled its store, opens the
/// store and prints how long that took and how many events are missing.
pub fn parent(store: &str, layout: &str, events: u64, cache: usize, path: &Path) -> Result<()> {
    let arguments = [
        "crash-child",
        store,
        layout,
        &events.to_string(),
        &cache.to_string(),
    ];
    let mut child = Command::new(std::env::current_exe()?)
        .args(arguments)
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("the pipe is missing")?).lines();
    let filled: u64 = lines.next().ok_or("the child died")??.parse()?;
    let pipe = std::thread::spawn(move || {
        lines
            .map_while(std::result::Result::ok)
            .filter_map(|line| line.parse().ok())
            .last()
    });
    std::thread::sleep(Duration::from_secs(1));
    child.kill()?;
    child.wait()?;
    let acknowledged: u64 = pipe
        .join()
        .map_err(|_| "the reader panicked")?
        .unwrap_or(filled);

    let start = Instant::now();
    let journal = Journal::over(stores::open(store, path, cache)?, Layout::named(layout)?, 0);
    let opened = start.elapsed();
    let there = journal.count()?;
    println!(
        "{store}\t{layout}\tfilled={filled}\tafter={}\tmissing={}\treopen_ms={:.1}",
        acknowledged - filled,
        acknowledged.saturating_sub(there),
        opened.as_secs_f64() * 1e3,
    );
    Ok(())
}
