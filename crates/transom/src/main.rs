//! The Transom server: command line and composition root. Knows everybody, holds no logic.

mod cli;
mod commands;
mod compose;
mod listen;
mod output;
mod saver;
#[cfg(feature = "local")]
mod speech;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    // Two TLS back ends may be linked by dependencies; rustls wants to be told which one to use.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        output::error("The TLS library was already set up by something else.");
        return ExitCode::FAILURE;
    }
    let cli = cli::Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            output::error(&format!("The async runtime could not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}
