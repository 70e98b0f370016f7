//! Python formatted by a formatter that is installed beside the server.

use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::{io::AsyncWriteExt, process::Command};

use super::execute::Code;
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body},
};

/// The longest code that is formatted, in bytes.
const MAX_CODE: usize = 1 << 20;
/// How long a formatter may take.
const LIMIT: Duration = Duration::from_secs(30);
/// The formatters and how they are called, in the order in which they are tried.
const FORMATTERS: [(&str, &[&str]); 5] = [
    ("black", &["-q", "-"]),
    ("ruff", &["format", "--isolated", "-"]),
    ("python3", &["-I", "-m", "black", "-q", "-"]),
    ("python", &["-I", "-m", "black", "-q", "-"]),
    ("python3", &["-I", "-m", "ruff", "format", "--isolated", "-"]),
];

/// Formatted code.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CodeResponse")]
pub(super) struct Formatted {
    code: String,
}

pub(super) async fn format(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<Code>,
) -> Result<Json<Formatted>> {
    if form.code.len() > MAX_CODE {
        return Err(ApiError::bad_request("This code is too long to be formatted."));
    }
    let path = app.settings.search_path().unwrap_or_default();
    for (program, arguments) in FORMATTERS {
        let Some(program) = find(&path, program) else { continue };
        let output = run(&program, arguments, &path, &app.settings.data_dir(), &form.code).await?;
        if output.status.success() {
            let code = String::from_utf8(output.stdout)
                .map_err(|_| ApiError::bad_request("The formatter answered what is no text."))?;
            return Ok(Json(Formatted { code }));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if !said.contains("No module named") {
            return Err(ApiError::bad_request(complaint(&said)));
        }
    }
    Err(ApiError::bad_request(
        "No formatter of Python is installed on the server. Install one where the server runs: pip install black",
    ))
}

/// The first file of a name in the folders of a search path.
fn find(path: &str, program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(path)
        .map(|folder| folder.join(&name))
        .find(|file| file.is_absolute() && file.is_file())
}

/// Runs a formatter on code. It sees nothing of the environment, whose secrets are not its business.
async fn run(program: &Path, arguments: &[&str], path: &str, folder: &Path, code: &str) -> Result<Output> {
    let failed = |error: std::io::Error| {
        tracing::warn!(%error, program = %program.display(), "the formatter could not be run");
        ApiError::bad_request("The formatter of Python could not be run.")
    };
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", path)
        .env("PYTHONUTF8", "1")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let input = child.stdin.take();
    let talk = async {
        let write = async {
            if let Some(mut input) = input {
                // One that ends early has said why.
                let _ = input.write_all(code.as_bytes()).await;
            }
        };
        tokio::join!(write, child.wait_with_output()).1
    };
    match tokio::time::timeout(LIMIT, talk).await {
        Ok(output) => output.map_err(failed),
        Err(_) => Err(ApiError::bad_request("The formatter took too long.")),
    }
}

/// What is wrong with the code, out of what a formatter says.
fn complaint(said: &str) -> String {
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("The code could not be read.");
    let line = line.trim();
    let short = line.strip_prefix("error: ").unwrap_or(line);
    let short = short.strip_prefix("cannot format -: ").unwrap_or(short).replace(": -:", ": ");
    short.chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_name_the_place() {
        assert_eq!(complaint("error: cannot format -: Cannot parse: 1:5: def ("), "Cannot parse: 1:5: def (");
        assert_eq!(complaint("error: cannot parse: -:1:4\n    def (\n"), "cannot parse: 1:4");
        assert_eq!(complaint("\n"), "The code could not be read.");
    }

    #[test]
    fn programs_are_found_by_absolute_folders_only() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(format!("tool{}", std::env::consts::EXE_SUFFIX)), "").unwrap();
        let path = format!("relative:{}", folder.path().display());
        assert!(find(&path, "tool").is_some_and(|found| found.starts_with(folder.path())));
        assert_eq!(find(&path, "other"), None);
        assert_eq!(find("", "tool"), None);
    }
}
