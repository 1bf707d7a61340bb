//! `crash`: kills Hearth in many ways while clients work, and checks that no promise is broken.
//!
//! `story` plays rounds and collects what clients saw (`record`); `check` judges these observations and nothing else, so
//! `mutate` can falsify them to see that it notices.

mod args;
mod check;
mod client;
mod moment;
mod mutate;
mod mutations;
mod postgres;
mod power;
mod proxy;
mod record;
mod run;
mod server;
mod shim;
mod story;
mod tally;
mod wire;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        None => run::run(&cli.run).await,
        Some(Command::Check { file }) => run::check_again(&file),
        Some(Command::Mutations(options)) if options.what.server => mutations::server(&options).await,
        Some(Command::Mutations(options)) => mutations::observations(&options).await,
        Some(Command::Power(options)) => power::run(&options).await,
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("crash: {error:#}");
            ExitCode::from(2)
        }
    }
}
