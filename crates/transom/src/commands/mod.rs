//! The commands, one module each.

mod config;
mod doctor;
mod serve;
mod user;

use std::process::ExitCode;

use crate::{
    cli::{Cli, Command},
    compose::Failure,
    output,
};

/// Runs the command of a command line.
///
/// # Errors
/// With a sentence for the person at the terminal.
pub async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Serve { host, port, data } => serve::run(host, port, &data).await,
        Command::Doctor { data } => doctor::run(&data).await,
        Command::Config { action, data } => config::run(action, &data).await,
        Command::User { action, data } => user::run(action, &data).await,
        Command::Openapi => {
            let document = transom_api::openapi(env!("CARGO_PKG_VERSION"));
            output::line(&serde_json::to_string_pretty(&document)?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Version => {
            output::line(&format!("transom {}", env!("CARGO_PKG_VERSION")));
            Ok(ExitCode::SUCCESS)
        }
    }
}
