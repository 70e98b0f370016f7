//! Entry point of `transom-bench`.

// A command line tool: stdout carries the report, stderr the errors.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use clap::Parser;
use transom_bench::cli::{Cli, Command};
use transom_bench::upstream::Upstream;
use transom_bench::{Result, measure};

/// One thread for all clients: it is enough for the loads here and leaves the other cores to the server.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("transom-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Upstream { port } => {
            println!("fake provider at {}", Upstream::start(port)?.url("/v1"));
            tokio::signal::ctrl_c().await?;
            Ok(ExitCode::SUCCESS)
        }
        // Dropping an interrupted run stops the server that it started.
        Command::Run(args) => tokio::select! {
            code = measure::run(&args) => code,
            interrupted = tokio::signal::ctrl_c() => interrupted.map(|()| ExitCode::FAILURE).map_err(Into::into),
        },
    }
}
