//! `transom config`: look at settings and change saved ones.

use std::process::ExitCode;

use serde_json::Value;
use transom_config::{Declaration, Kind, Settings, Source, declarations, find};

use crate::{
    cli::{ConfigAction, DataArgs},
    compose::{self, Failure},
    output,
};

pub async fn run(action: ConfigAction, data: &DataArgs) -> Result<ExitCode, Failure> {
    let settings = compose::settings(data, Vec::new())?;
    let base = compose::base(settings).await?;
    let done = act(action, &base.settings).await;
    base.store.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(action: ConfigAction, settings: &Settings) -> Result<(), Failure> {
    match action {
        ConfigAction::List { filter, changed } => list(settings, filter.as_deref(), changed),
        ConfigAction::Get { name } => {
            let declaration = known(&name)?;
            output::line(&settings.shown(declaration));
        }
        ConfigAction::Set { name, value } => {
            let declaration = known(&name)?;
            settings.change(declaration.name, read(declaration, value)).await?;
            output::line(&format!("{} is now {} (saved)", declaration.name, settings.shown(declaration)));
        }
        ConfigAction::Reset { name } => {
            let declaration = known(&name)?;
            settings.reset(declaration.name).await?;
            let source = settings.source(declaration).name();
            output::line(&format!("{} is now {} ({source})", declaration.name, settings.shown(declaration)));
        }
    }
    Ok(())
}

fn list(settings: &Settings, filter: Option<&str>, changed: bool) {
    let filter = filter.unwrap_or_default().to_uppercase();
    let wanted = declarations().iter().filter(|d| d.name.contains(&filter));
    let rows = wanted
        .map(|d| (d, settings.source(d)))
        .filter(|(_, source)| !changed || *source != Source::Default)
        .map(|(d, source)| vec![d.name.to_string(), short(&settings.shown(d)), source.name().to_string()])
        .collect();
    output::table(&["Setting", "Value", "From"], rows);
}

/// Long values, such as prompts, by their beginning.
fn short(text: &str) -> String {
    const MOST: usize = 60;
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.chars().count() <= MOST { line } else { line.chars().take(MOST - 1).chain(['…']).collect() }
}

fn known(name: &str) -> Result<&'static Declaration, Failure> {
    find(name).ok_or_else(|| {
        format!("There is no setting {name}. `transom config list` shows all of them; a part of the name narrows it.")
            .into()
    })
}

/// Text settings take the value as it is; others take JSON, and text that is no JSON is checked as text.
fn read(declaration: &Declaration, value: String) -> Value {
    if matches!(declaration.kind, Kind::Text | Kind::Url | Kind::Path | Kind::Duration) {
        return Value::String(value);
    }
    serde_json::from_str(&value).unwrap_or(Value::String(value))
}
