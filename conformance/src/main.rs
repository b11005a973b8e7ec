//! The command line of the suite that judges an endpoint. What it runs is in
//! the library.

mod cli;
mod prepare;
mod renew;
mod versus;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use conformance::progress::Progress;
use conformance::report::tally::Told;
use conformance::report::{Format, Report, junit, page};
use conformance::run::{Plan, run_all};
use conformance::script::Case;

use crate::cli::{Cli, Command, Judge};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = match &cli.command {
        Some(Command::Compare(compare)) => versus::run(compare).await.map(|()| Verdict::Passed),
        None => judge(&cli.judge).await,
    };
    match ended {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::from(1),
        Err(reason) => {
            eprintln!("conformance: {reason}");
            ExitCode::from(2)
        }
    }
}

/// What a run comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
}

/// Runs what was asked for, or says why nothing ran.
async fn judge(arguments: &Judge) -> Result<Verdict, String> {
    let common = &arguments.common;
    let cases = prepare::all_cases(common)?;
    let gaps = prepare::gaps(arguments.gaps.as_deref(), &cases)?;
    let mut cases = prepare::chosen(common, cases)?;
    if arguments.list {
        list(&cases);
        return Ok(Verdict::Passed);
    }
    let page_format = match &arguments.report {
        Some(path) => Some((path, page::Format::of(path)?)),
        None => None,
    };
    let concurrent = prepare::concurrent(common, arguments.profile)?;
    let url = arguments
        .endpoint
        .as_deref()
        .ok_or("say what to judge: --endpoint http://HOST:PORT")?;
    let s3_url = arguments.s3_endpoint.as_deref();
    let target = prepare::target(common, arguments.profile, url, s3_url).await?;
    if let (true, Some(folder)) = (arguments.rewrite, &common.suites) {
        renew::run(common, &target, concurrent, folder).await?;
        cases = prepare::chosen(common, prepare::all_cases(common)?)?;
    }
    let progress = Progress::new(prepare::style(common), "", cases.len());
    let plan = Plan {
        target: &target,
        cases: &cases,
        gaps: &gaps,
        seed: prepare::seed(),
        concurrent,
    };
    let format = match arguments.json {
        true => Format::Json,
        false => Format::Text,
    };
    let mut report = Report::new(io::stdout(), format);
    let mut written = Ok(());
    let mut told = Vec::with_capacity(cases.len());
    run_all(plan, &progress, |case, ran| {
        if written.is_ok() {
            written = report.tell(case, &ran.outcome);
        }
        told.push(Told { case, ran });
    })
    .await;
    written
        .and_then(|()| report.end())
        .map_err(|error| format!("the report cannot be written: {error}"))?;
    if let Some(path) = &arguments.junit {
        write(path, junit::document(&told))?;
    }
    if let Some((path, format)) = page_format {
        write(path, page::page(format, url, &told))?;
    }
    Ok(match report.counts().failed {
        0 => Verdict::Passed,
        _ => Verdict::Failed,
    })
}

fn write(path: &Path, text: String) -> Result<(), String> {
    std::fs::write(path, text)
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

fn list(cases: &[Case]) {
    for case in cases {
        let needs: Vec<String> = case.needs.iter().map(ToString::to_string).collect();
        let needs = match needs.is_empty() {
            true => String::new(),
            false => format!(" (needs {})", needs.join(", ")),
        };
        println!("{} {} {}{needs}", case.id, case.mark, case.source);
    }
}
