//! `crash`: kills Hearth in many ways while clients work, and checks that no promise is broken.
//!
//! `story` plays rounds and collects what clients saw (`record`); `check` judges these observations and nothing else, so
//! they can be falsified to see that it notices.

mod args;
mod check;
mod client;
mod moment;
mod postgres;
mod proxy;
mod record;
mod run;
mod server;
mod story;
mod wire;

use std::process::ExitCode;

use args::Cli;
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run::run(&cli.run).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("crash: {error:#}");
            ExitCode::from(2)
        }
    }
}
