//! `transom model`: models that run in this server.

use std::{io::IsTerminal as _, process::ExitCode, time::Duration};

use transom_engine::{
    library::{Listed, ModelName, Progress, parameters_text},
    ollama::Local,
};
use transom_providers::{STARTER, local_engine};

use crate::{
    cli::{DataArgs, ModelAction},
    compose::{self, Failure},
    output,
};

/// Unfinished downloads that nobody went on with for so long are removed.
const FORGOTTEN: Duration = Duration::from_secs(7 * 24 * 3600);

pub async fn run(action: ModelAction, data: &DataArgs) -> Result<ExitCode, Failure> {
    let settings = compose::settings(data, Vec::new())?;
    let local = local_engine(settings.clone(), compose::net(&settings)?);
    match action {
        ModelAction::Pull { source, name } => {
            let name = pull(&local, &source, name.as_deref()).await?;
            output::line(&format!("{name} is here."));
        }
        ModelAction::List => list(local.library().list().await?),
        ModelAction::Show { name } => show(&local, &name.parse()?).await?,
        ModelAction::Rm { name } => {
            local.library().delete(&name.parse()?).await?;
            output::line(&format!("{name} is gone."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn pull(local: &Local, source: &str, name: Option<&str>) -> Result<ModelName, Failure> {
    let name = name.map(str::parse).transpose()?;
    let mut pulling = local.start_pull(source, name, true)?;
    let moving = std::io::stderr().is_terminal();
    let mut last = String::new();
    while let Some(progress) = pulling.next().await {
        if moving {
            output::progress(&shown(&progress));
        } else if progress.status != last {
            // a script is told each step once
            output::progress_line(&progress.status);
            last = progress.status;
        }
    }
    if moving {
        output::progress_end();
    }
    Ok(pulling.end().await?)
}

fn shown(progress: &Progress) -> String {
    match (progress.completed, progress.total) {
        (Some(completed), Some(total)) if total > 0 => {
            let share = completed as f64 / total as f64 * 100.0;
            format!("{} {share:.0} % of {}", progress.status, size(total))
        }
        _ => progress.status.clone(),
    }
}

fn size(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    if megabytes < 1000.0 { format!("{megabytes:.0} MB") } else { format!("{:.1} GB", megabytes / 1000.0) }
}

fn list(models: Vec<Listed>) {
    let row = |model: Listed| {
        let details = model.details;
        let day = model.modified_at.get(..10).unwrap_or_default().to_owned();
        vec![
            model.name.to_string(),
            size(model.size),
            details.parameter_size,
            details.quantization_level,
            day,
        ]
    };
    output::table(
        &["Name", "Size", "Parameters", "Quantization", "Changed"],
        models.into_iter().map(row).collect(),
    );
}

async fn show(local: &Local, name: &ModelName) -> Result<(), Failure> {
    let stored = local.library().find(name).await?;
    let details = &stored.details;
    let mut lines = vec![
        ("Name", stored.name.to_string()),
        ("Size", size(stored.size)),
        ("Family", details.family.clone()),
        ("Parameters", details.parameter_size.clone()),
        ("Quantization", details.quantization_level.clone()),
        ("Digest", stored.digest.clone()),
    ];
    lines.extend(stored.system.clone().map(|system| ("System prompt", system)));
    if !stored.params.is_empty() {
        lines.push(("Options", parameters_text(&stored.params).replace('\n', "\n              ")));
    }
    for (label, text) in lines {
        output::line(&format!("{label:<13} {text}"));
    }
    Ok(())
}

/// Removes what a process that was killed has left in the model folder.
pub async fn tidy(local: Local) {
    if let Err(error) = local.library().tidy(FORGOTTEN).await {
        tracing::warn!(%error, "the model folder cannot be tidied");
    }
}

/// Fetches the small model unless some model is there, and says in the log how far it is.
pub async fn fetch_starter(local: Local) {
    match local.library().list().await {
        Ok(models) if models.is_empty() => {}
        Ok(_) => return tracing::info!("a model is there already; nothing is fetched"),
        Err(error) => return tracing::error!(%error, "no small model"),
    }
    let mut pulling = match local.start_pull(STARTER, None, false) {
        Ok(pulling) => pulling,
        Err(error) => return tracing::error!(%error, "no small model"),
    };
    let mut told = 0;
    while let Some(progress) = pulling.next().await {
        let (Some(completed), Some(total)) = (progress.completed, progress.total) else { continue };
        let tenths = completed * 10 / total.max(1);
        if tenths > told {
            told = tenths;
            tracing::info!(percent = tenths * 10, "fetching a small model");
        }
    }
    match pulling.end().await {
        Ok(name) => tracing::info!("{name} is here: open the page and say hello"),
        Err(error) => tracing::error!(%error, "no small model"),
    }
}
