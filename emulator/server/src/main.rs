//! The binary: reads what the user chose, starts a server, says where it is, and stops it when asked.

mod announce;
mod cli;
mod client;
mod config;
mod health;
mod policy;
mod replay;
mod signals;
mod tail;
mod validate;

use std::process::ExitCode;

use localtrail::Server;

use crate::cli::{Command, Serve};
use crate::validate::Validity;

/// The exit status of a wrong choice, or of a server that could not start.
const UNUSABLE: u8 = 2;

/// The exit status of `validate` when something is not as it was delivered.
const DAMAGED: u8 = 1;

fn main() -> ExitCode {
    let done = match cli::read() {
        Command::Serve(choices) => serve(&choices).map(|()| ExitCode::SUCCESS),
        Command::Health(asked) => health::check(&asked.url).map(|()| ExitCode::SUCCESS),
        Command::Validate(asked) => validate::run(&asked).map(|found| match found {
            Validity::Intact => ExitCode::SUCCESS,
            Validity::Damaged => ExitCode::from(DAMAGED),
        }),
        Command::Replay(asked) => replay::run(&asked),
        Command::Tail(asked) => tail::run(&asked),
        Command::Policy(asked) => policy::run(&asked),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("localtrail: {error}");
            ExitCode::from(UNUSABLE)
        }
    }
}

fn serve(choices: &Serve) -> Result<(), Box<dyn std::error::Error>> {
    let options = config::options(choices)?;
    let runtime = localtrail::runtime()?;
    let server = Server::bind(options)?;
    runtime.block_on(async {
        let stop = signals::stop()?;
        announce::ready(&server, choices.form())?;
        server.run(stop).await?;
        Ok(())
    })
}
