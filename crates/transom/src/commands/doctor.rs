//! `transom doctor`: every configured part, tried for real.

use std::{path::Path, process::ExitCode, time::Duration};

use transom_config::{Settings, keys};
use transom_providers::{Providers, Requester};
use transom_store::Store;

use crate::{
    cli::DataArgs,
    compose::{self, Failure},
    output,
    saver::StoreSaver,
};

/// How long a database or a model server may take to say something.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was found out about one part.
struct Finding {
    part: String,
    fine: bool,
    /// What was seen.
    seen: String,
    /// What to do; empty when nothing has to be done.
    remedy: String,
}

impl Finding {
    fn fine(part: impl Into<String>, seen: impl Into<String>) -> Self {
        Self { part: part.into(), fine: true, seen: seen.into(), remedy: String::new() }
    }

    fn wrong(part: impl Into<String>, seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { part: part.into(), fine: false, seen: seen.into(), remedy: remedy.into() }
    }
}

pub async fn run(data: &DataArgs) -> Result<ExitCode, Failure> {
    let mut findings = Vec::new();
    match compose::settings(data, Vec::new()) {
        Ok(settings) => examine(&settings, &mut findings).await,
        Err(error) => {
            findings.push(Finding::wrong("settings", error.to_string(), "Correct the value and try again."))
        }
    }
    let sick = findings.iter().filter(|f| !f.fine).count();
    let rows = findings
        .into_iter()
        .map(|f| vec![f.part, if f.fine { "ok" } else { "wrong" }.to_string(), f.seen, f.remedy])
        .collect();
    output::table(&["Part", "State", "Seen", "What to do"], rows);
    if sick == 0 {
        output::line("Everything that was checked works.");
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&format!("{sick} of these need attention."));
    Ok(ExitCode::FAILURE)
}

async fn examine(settings: &Settings, findings: &mut Vec<Finding>) {
    findings.push(Finding::fine("settings", "all values can be read"));
    findings.push(data_folder(settings));
    findings.push(secret_key(settings));
    let opened = tokio::time::timeout(PATIENCE, database(settings)).await;
    match opened.unwrap_or_else(|_| Err("no answer within 5 seconds".into())) {
        Ok((store, seen)) => {
            findings.push(Finding::fine("database", seen));
            let bus: std::sync::Arc<dyn transom_store::bus::Bus> =
                std::sync::Arc::new(transom_store::bus::LocalBus::new());
            if let Err(error) = StoreSaver::introduce(settings, &store, &bus).await {
                findings.push(Finding::wrong("saved settings", error.to_string(), "Look at the database."));
            }
            models(settings, &store, findings).await;
            store.close().await;
        }
        Err(error) => findings.push(Finding::wrong(
            "database",
            error.to_string(),
            "Check DATABASE_URL, that the server runs, and the rights on the file.",
        )),
    }
}

fn data_folder(settings: &Settings) -> Finding {
    let folder = settings.data_dir();
    let remedy = "Give the account that runs Transom the right to write there, or set DATA_DIR.";
    if let Err(error) = settings.prepare_data_dir() {
        return Finding::wrong("data folder", error.to_string(), remedy);
    }
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    match std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => Finding::fine("data folder", format!("{} can be written", folder.display())),
        Err(error) => Finding::wrong("data folder", format!("{}: {error}", folder.display()), remedy),
    }
}

fn secret_key(settings: &Settings) -> Finding {
    match settings.secret_key() {
        Ok(key) if key.len() < 16 && settings.get(&keys::WEBUI_AUTH) => Finding::wrong(
            "secret key",
            format!("only {} characters long", key.len()),
            "Set WEBUI_SECRET_KEY to a longer random text; everybody has to sign in again afterwards.",
        ),
        Ok(_) => match exposed(&settings.data_dir().join(".webui_secret_key")) {
            Some(rights) => Finding::wrong(
                "secret key",
                format!("its file can be read by others ({rights:o})"),
                "Run chmod 600 on .webui_secret_key in the data folder.",
            ),
            None => Finding::fine("secret key", "present"),
        },
        Err(error) => {
            Finding::wrong("secret key", error.to_string(), "Check the rights of its file and folder.")
        }
    }
}

/// The rights of a file that others than its owner may read.
#[cfg(unix)]
fn exposed(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let rights = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (rights & 0o077 != 0).then_some(rights)
}

#[cfg(not(unix))]
fn exposed(_: &Path) -> Option<u32> {
    None
}

async fn database(settings: &Settings) -> Result<(Store, String), Failure> {
    let choice = compose::choose_database(settings).await?;
    let store = compose::open_store(settings).await?;
    store.ping().await?;
    let accounts = store.users.count().await?;
    let kind = choice.url.split(':').next().unwrap_or_default().to_string();
    let note = choice.note.map(|note| format!("; {note}")).unwrap_or_default();
    Ok((store, format!("{kind} answers, {accounts} accounts{note}")))
}

/// Asks each connection for what it offers.
async fn models(settings: &Settings, store: &Store, findings: &mut Vec<Finding>) {
    let net = match compose::net(settings) {
        Ok(net) => net,
        Err(error) => {
            findings.push(Finding::wrong("outgoing requests", error.to_string(), "Check the TLS settings."));
            return;
        }
    };
    let providers = Providers::new(settings.clone(), net, store.clone());
    let who = Requester::default();
    let before = findings.len();
    if settings.get(&keys::ENABLE_OPENAI_API) {
        for (idx, url) in settings.get(&keys::OPENAI_API_BASE_URLS).iter().enumerate() {
            let asked = tokio::time::timeout(PATIENCE, providers.openai.models(&who, idx)).await;
            let count = asked.map(|answer| answer.map(|list| count(&list, "data")));
            findings.push(connection(format!("OpenAI-compatible {url}"), count));
        }
    }
    if settings.get(&keys::ENABLE_OLLAMA_API) {
        for (idx, url) in settings.get(&keys::OLLAMA_BASE_URLS).iter().enumerate() {
            let asked = tokio::time::timeout(PATIENCE, providers.ollama.tags(&who, Some(idx))).await;
            let count = asked.map(|answer| answer.map(|list| count(&list, "models")));
            findings.push(connection(format!("Ollama {url}"), count));
        }
    }
    if findings.len() == before {
        let remedy =
            "Add one in the web UI under settings, connections, or set OLLAMA_BASE_URL or OPENAI_API_KEY.";
        findings.push(Finding::wrong("model servers", "none is configured", remedy));
    }
}

fn count(list: &serde_json::Value, key: &str) -> usize {
    let entries = list.get(key).unwrap_or(list);
    entries.as_array().map_or(0, Vec::len)
}

fn connection(
    part: String,
    asked: Result<Result<usize, transom_providers::ProviderError>, tokio::time::error::Elapsed>,
) -> Finding {
    match asked {
        Ok(Ok(0)) => Finding::wrong(part, "answers, but offers no model", "Pull or enable a model there."),
        Ok(Ok(count)) => Finding::fine(part, format!("answers with {count} models")),
        Ok(Err(error)) => Finding::wrong(
            part,
            error.to_string(),
            "Check the address and the key, and that the server runs.",
        ),
        Err(_) => {
            Finding::wrong(part, "no answer within 5 seconds", "Check the address and the network between.")
        }
    }
}
