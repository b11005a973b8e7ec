//! `conformance compare`: the same cases against several endpoints, one after
//! the other.

use conformance::compare::{Below, Judged, table};
use conformance::gaps::Gaps;
use conformance::progress::Progress;
use conformance::report::tally::Told;
use conformance::run::{Plan, run_all};
use conformance::target::{Profile, Target};

use crate::cli::Compare;
use crate::prepare;

/// Judges all targets and writes the table.
pub(crate) async fn run(arguments: &Compare) -> Result<(), String> {
    let common = &arguments.common;
    if arguments.endpoints.len() < 2 {
        return Err("name at least two endpoints, each as --endpoint NAME=URL".to_owned());
    }
    let cases = prepare::chosen(common, prepare::all_cases(common)?)?;
    let mut targets: Vec<(&str, Target, usize)> = Vec::new();
    for (name, url) in &arguments.endpoints {
        if targets.iter().any(|(known, ..)| known == name) {
            return Err(format!("two endpoints are called {name}"));
        }
        let profile = profile(arguments, name)?;
        let target = prepare::target(common, profile, url, None)
            .await
            .map_err(|reason| format!("{name}: {reason}"))?;
        // What is said of several targets holds where it can.
        let concurrent = prepare::concurrent(common, profile).unwrap_or(1);
        targets.push((name, target, concurrent));
    }
    if let Some((stray, _)) = arguments
        .profiles
        .iter()
        .find(|(name, _)| targets.iter().all(|(known, ..)| known != name))
    {
        return Err(format!("--profile {stray}: no endpoint is called so"));
    }
    let no_gaps = Gaps::default();
    let mut judged = Vec::new();
    for (name, target, concurrent) in &targets {
        let progress = Progress::new(prepare::style(common), &format!("{name}: "), cases.len());
        let plan = Plan {
            target,
            cases: &cases,
            gaps: &no_gaps,
            seed: prepare::seed(),
            concurrent: *concurrent,
        };
        let mut told = Vec::new();
        run_all(plan, &progress, |case, ran| told.push(Told { case, ran })).await;
        judged.push(Judged { name, told });
    }
    let below = match arguments.differences {
        true => Below::Differences,
        false => Below::Nothing,
    };
    let text = table(&judged, below);
    match &arguments.output {
        Some(path) => std::fs::write(path, text)
            .map_err(|error| format!("{} cannot be written: {error}", path.display())),
        None => {
            print!("{text}");
            Ok(())
        }
    }
}

/// The profile that was named, or that the target is called by, or plain.
fn profile(arguments: &Compare, name: &str) -> Result<Profile, String> {
    use clap::ValueEnum;
    let named = arguments.profiles.iter().find(|(known, _)| known == name);
    match named {
        Some((_, profile)) => Profile::from_str(profile, false)
            .map_err(|_| format!("--profile {name}={profile}: there is no such profile")),
        None => Ok(Profile::from_str(name, false).unwrap_or(Profile::Plain)),
    }
}
