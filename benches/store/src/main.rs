//! Measures embedded stores on the journal's work. `store-bench run STORE LAYOUT
//! EVENTS CACHE_MIB` measures one combination in its own process, and
//! `store-bench crash STORE LAYOUT EVENTS CACHE_MIB` kills a writer; `measure.sh`
//! runs all that the decision page cites. Not a test: it judges nothing.

mod crash;
mod events;
mod layouts;
mod stores;

use events::{EVENT_ID, EVENT_NAME, RESOURCE_NAME, Random, event};
use layouts::{BLOCK, Journal, Layout};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use stores::Result;

const PAGE: usize = 50;
const LOOKUPS: u64 = 2000;
/// Small commits stop here, so that syncing stores end some day.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["run", store, layout, events, cache] => {
            let scratch = Scratch::new(store)?;
            run(
                store,
                layout,
                events.parse()?,
                mebibytes(cache)?,
                &scratch.store(),
            )
        }
        ["crash", store, layout, events, cache] => {
            let scratch = Scratch::new(store)?;
            crash::parent(
                store,
                layout,
                events.parse()?,
                mebibytes(cache)?,
                &scratch.store(),
            )
        }
        ["crash-child", store, layout, events, cache, path] => crash::child(
            store,
            layout,
            events.parse()?,
            cache.parse()?,
            Path::new(path),
        ),
        _ => Err("usage: store-bench run|crash STORE LAYOUT EVENTS CACHE_MIB".into()),
    }
}

fn run(store: &str, layout: &str, events: u64, cache: usize, path: &Path) -> Result<()> {
    let before = memory("VmRSS")?;
    let start = Instant::now();
    let opened = stores::open(store, path, cache)?;
    let open = start.elapsed();
    let empty = memory("VmRSS")? - before;
    let mut journal = Journal::over(opened, Layout::named(layout)?, 0);
    print!(
        "{store}\t{layout}\tevents={events}\tcache_mib={}",
        cache >> 20
    );
    print!(
        "\topen_ms={:.2}\tempty_mib={empty:.1}",
        open.as_secs_f64() * 1e3
    );

    let mut next = 0;
    let (mut spent, mut worst) = (Duration::ZERO, Duration::ZERO);
    let processor = processor_time()?;
    while next < events {
        let took = append(&mut journal, &mut next, BLOCK as u64)?;
        spent += took;
        worst = worst.max(took);
    }
    let processor = processor_time()? - processor - making(next)?;
    print!(
        "\tcpu_us_per_event={:.2}",
        processor.as_secs_f64() * 1e6 / next as f64
    );
    print!(
        "\tus_per_event={:.2}",
        spent.as_secs_f64() * 1e6 / next as f64
    );
    print!("\tworst_commit_ms={:.0}", worst.as_secs_f64() * 1e3);
    print!(
        "\trss_mib={:.0}\tpeak_mib={:.0}",
        memory("VmRSS")? - before,
        memory("VmHWM")? - before
    );
    print!(
        "\tfile_bytes_per_event={:.0}",
        size(path) as f64 / next as f64
    );

    lookups(&journal, next)?;
    for commit in [1, 8] {
        let (from, start) = (next, Instant::now());
        let mut times = Vec::new();
        while start.elapsed() < PATIENCE && next - from < 20 * BLOCK as u64 {
            times.push(append(&mut journal, &mut next, commit)?);
        }
        let spent: Duration = times.iter().sum();
        print!(
            "\tper_s_{commit}={:.0}",
            (next - from) as f64 / spent.as_secs_f64()
        );
        print!(
            "\tp50_us_{commit}={:.0}\tp999_us_{commit}={:.0}",
            micros(&mut times, 0.5),
            micros(&mut times, 0.999)
        );
        // The next size starts with a new block.
        while next % BLOCK as u64 != 0 {
            append(&mut journal, &mut next, 1.max(commit))?;
        }
    }
    let start = Instant::now();
    for block in 0..20 {
        journal.expire(block)?;
    }
    println!(
        "\texpire_us_per_event={:.1}",
        start.elapsed().as_secs_f64() * 1e6 / (20 * BLOCK) as f64
    );
    Ok(())
}

/// Appends `count` events in one commit; the time without making the events.
fn append(journal: &mut Journal, next: &mut u64, count: u64) -> Result<Duration> {
    let events = (*next..*next + count).map(event).collect();
    let start = Instant::now();
    journal.append(events)?;
    *next += count;
    Ok(start.elapsed())
}

fn lookups(journal: &Journal, events: u64) -> Result<()> {
    let mut random = Random::seeded(7);
    for (label, attribute) in [
        ("name", EVENT_NAME),
        ("resource", RESOURCE_NAME),
        ("id", EVENT_ID),
    ] {
        let mut times = Vec::new();
        for _ in 0..LOOKUPS {
            let number = random.below(events);
            let value = &event(number).attributes[attribute];
            let mut bytes = 0;
            let start = Instant::now();
            let found = journal.find(attribute, value, PAGE, &mut |text| bytes += text.len())?;
            times.push(start.elapsed());
            assert!(
                found > 0 && bytes > found * 1000,
                "{label} {value}: {found} events, {bytes} bytes"
            );
        }
        print!(
            "\t{label}_p50_us={:.0}\t{label}_p99_us={:.0}",
            micros(&mut times, 0.5),
            micros(&mut times, 0.99)
        );
    }
    Ok(())
}

fn micros(times: &mut [Duration], quantile: f64) -> f64 {
    times.sort_unstable();
    times[((times.len() - 1) as f64 * quantile) as usize].as_secs_f64() * 1e6
}

fn mebibytes(text: &str) -> Result<usize> {
    Ok(text.parse::<usize>()? << 20)
}

/// Processor time of all threads so far. Unlike time on the clock it hardly
/// depends on what else the machine does.
fn processor_time() -> Result<Duration> {
    let mut total = Duration::ZERO;
    for task in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        total += Duration::from_nanos(text.split(' ').next().ok_or("no time")?.parse()?);
    }
    Ok(total)
}

/// Processor time that making `events` events takes, taken from a sample.
fn making(events: u64) -> Result<Duration> {
    const SAMPLE: u64 = 20_480;
    let start = processor_time()?;
    let mut bytes = 0;
    for block in 0..SAMPLE / BLOCK as u64 {
        let first = block * BLOCK as u64;
        let made: Vec<_> = (first..first + BLOCK as u64).map(event).collect();
        bytes += made
            .iter()
            .map(|event| event.text.len() as u64)
            .sum::<u64>();
    }
    let took = processor_time()? - start;
    print!("\ttext_bytes={}", bytes / SAMPLE);
    Ok(took.mul_f64(events as f64 / SAMPLE as f64))
}

/// A field of /proc/self/status in MiB.
fn memory(field: &str) -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find(|line| line.starts_with(field))
        .ok_or("no such field")?;
    Ok(line
        .split_whitespace()
        .nth(1)
        .ok_or("no value")?
        .parse::<f64>()?
        / 1024.0)
}

/// Bytes that the files below `path`, or begun with its name, take on the disk.
fn size(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let folder = if path.is_dir() {
        Some(path)
    } else {
        path.parent()
    };
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => size(&entry.path()),
            Ok(meta) => meta.blocks() * 512,
            Err(_) => 0,
        })
        .sum()
}

/// A directory for one store, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(store: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("store-bench-{store}-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn store(&self) -> PathBuf {
        self.0.join("store")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
