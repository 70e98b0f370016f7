//! Logs and traces: where they go and how loud they are.

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt, prelude::*};
use transom_config::{Settings, keys};

/// Starts logging to standard error.
///
/// The level is the contract's `GLOBAL_LOG_LEVEL`; `TRANSOM_LOG_FORMAT=json` writes one JSON object a line.
/// A second call does nothing, so that tests may call it freely.
pub fn init(settings: &Settings) {
    let filter = EnvFilter::new(directives(&settings.get(&keys::GLOBAL_LOG_LEVEL)));
    let registry = tracing_subscriber::registry().with(filter);
    let json = settings.get(&keys::TRANSOM_LOG_FORMAT) == "json";
    // `try_init` fails only when a subscriber is already installed, which is what the second call wants.
    let _ = if json {
        registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init()
    } else {
        // Colours are for people at a terminal; a log file or collector must not find their codes.
        let colours = std::io::stderr().is_terminal();
        registry
            .with(fmt::layer().with_target(false).with_ansi(colours).with_writer(std::io::stderr))
            .try_init()
    };
}

/// The contract's level names as filter directives; chatty dependencies stay at their warnings.
fn directives(level: &str) -> String {
    let own = match level.to_ascii_uppercase().as_str() {
        "DEBUG" => "debug",
        "WARNING" => "warn",
        "ERROR" | "CRITICAL" => "error",
        _ => "info",
    };
    let rest = if own == "error" { "error" } else { "warn" };
    let mut text = rest.to_string();
    for krate in ["", "_api", "_chat", "_config", "_identity", "_net", "_providers", "_realtime", "_store"] {
        text.push_str(&format!(",transom{krate}={own}"));
    }
    if own != "debug" {
        // what is odd about somebody's sound file is not for the operator
        text.push_str(",symphonia=error");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::directives;

    #[test]
    fn contract_levels_become_directives() {
        assert!(directives("DEBUG").contains("transom_api=debug"));
        assert!(directives("CRITICAL").starts_with("error,"));
        assert!(directives("").contains("transom_chat=info"));
        assert!(directives("").ends_with("symphonia=error") && !directives("DEBUG").contains("symphonia"));
    }
}
