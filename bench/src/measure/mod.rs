//! The measurements, one per file, and the run that takes them in turn.

mod api_streams;
mod chats;
mod http;
mod library;
mod local_models;
mod start;
mod ui_streams;

use std::process::ExitCode;

use crate::Result;
use crate::cli::{Measure, RunArgs};
use crate::context::Context;
use crate::report::{Broken, Metric, Report};

const ALL: [Measure; 7] = [
    Measure::Start,
    Measure::Http,
    Measure::ApiStreams,
    Measure::UiStreams,
    Measure::Chats,
    Measure::Library,
    Measure::LocalModels,
];

/// Status when a measurement could not be made.
const BROKEN: u8 = 1;
/// Status of `--strict` when a target was missed.
const MISSED: u8 = 3;

/// Runs the chosen measurements, prints the report and gives the status to end with.
///
/// # Errors
/// When nothing can be measured at all, or the results cannot be written.
pub async fn run(args: &RunArgs) -> Result<ExitCode> {
    let name = args.target.target_cmd.as_ref().or(args.target.url.as_ref());
    let mut report = Report::new(name.cloned().unwrap_or_default(), args.quick);
    let mut context = Context::prepare(args).await?;
    let version = context.as_admin("GET", "/api/version", None).await?;
    report.server_version = version["version"].as_str().map(str::to_owned);

    for measure in ALL.into_iter().filter(|measure| wanted(args, *measure)) {
        eprintln!("measuring {}", measure.name());
        match one(measure, args, &mut context).await {
            Ok(metrics) => report.results.extend(metrics),
            Err(error) => report.broken.push(Broken { measure: measure.name(), error: error.to_string() }),
        }
    }
    if let Some(server) = &mut context.server {
        report.results.push(Metric::new("memory.after_load", "MB", server.memory_mb()));
        server.stop().await?;
    }
    println!("{}", report.to_text());
    if let Some(path) = &args.json {
        std::fs::write(path, serde_json::to_string_pretty(&report)? + "\n")?;
    }
    Ok(match report {
        Report { broken, .. } if !broken.is_empty() => ExitCode::from(BROKEN),
        report if args.strict && report.missed() > 0 => ExitCode::from(MISSED),
        _ => ExitCode::SUCCESS,
    })
}

fn wanted(args: &RunArgs, measure: Measure) -> bool {
    match measure {
        // without being asked for, only where there is something to run
        Measure::LocalModels if args.only.is_empty() => args.model.local_model.is_some(),
        _ => args.only.is_empty() || args.only.contains(&measure),
    }
}

async fn one(measure: Measure, args: &RunArgs, context: &mut Context) -> Result<Vec<Metric>> {
    match measure {
        Measure::Start => start::measure(context).await,
        Measure::Http => http::measure(context).await,
        Measure::ApiStreams => api_streams::measure(context).await,
        Measure::UiStreams => ui_streams::measure(context).await,
        Measure::Chats => chats::measure(context).await,
        Measure::Library => library::measure(context).await,
        Measure::LocalModels => local_models::measure(context, &args.model).await,
    }
}
