//! The commands, one module each.

mod config;
mod doctor;
#[cfg(feature = "local")]
mod model;
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
        #[cfg(feature = "local")]
        Command::Serve { host, port, demo, data } => serve::run(host, port, demo, &data).await,
        #[cfg(not(feature = "local"))]
        Command::Serve { host, port, data } => serve::run(host, port, false, &data).await,
        Command::Doctor { data } => doctor::run(&data).await,
        Command::Config { action, data } => config::run(action, &data).await,
        Command::User { action, data } => user::run(action, &data).await,
        #[cfg(feature = "local")]
        Command::Model { action, data } => model::run(action, &data).await,
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
