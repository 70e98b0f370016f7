//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Load tool for any server that speaks the contract.
#[derive(Debug, Parser)]
#[command(name = "transom-bench", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run only the fake model provider
    Upstream {
        /// Port on loopback; 0 takes a free one
        #[arg(long, default_value_t = 18_950)]
        port: u16,
    },
    /// Measure a server
    Run(Box<RunArgs>),
}

/// Options of `run`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    #[command(flatten)]
    /// The server under test.
    pub target: TargetArgs,
    #[command(flatten)]
    /// The model of `local_models`.
    pub model: ModelArgs,
    /// Environment for --target-cmd, in addition to what the tool sets
    #[arg(long = "target-env", value_name = "KEY=VALUE")]
    pub target_env: Vec<String>,
    /// Port of the fake provider on loopback; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub upstream_port: u16,
    /// First account; it is created, or signed in when it exists
    #[arg(long, default_value = "bench-admin@example.com")]
    pub admin_email: String,
    /// Its password
    #[arg(long, default_value = "bench-password-1")]
    pub admin_password: String,
    /// Only these measurements
    #[arg(long, value_delimiter = ',', value_enum)]
    pub only: Vec<Measure>,
    /// Write the results to this file too
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// A short run with rough values
    #[arg(long)]
    pub quick: bool,
    /// End with status 3 when a target is missed
    #[arg(long)]
    pub strict: bool,
}

/// Which server.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct TargetArgs {
    /// Command that starts the server in the foreground; {port} and {data_dir} are replaced, and PORT, HOST and
    /// DATA_DIR are in its environment
    #[arg(long)]
    pub target_cmd: Option<String>,
    /// Address of a running server that can reach the fake provider on loopback
    #[arg(long)]
    pub url: Option<String>,
}

/// What `local_models` runs.
#[derive(Debug, Clone, Args)]
pub struct ModelArgs {
    /// A chat model of the server's own library (TRANSOM_MODELS_DIR), for local_models
    #[arg(long, value_name = "NAME")]
    pub local_model: Option<String>,
    /// Command that starts llama.cpp's own server with the same file and as many threads, to compare with; {port} is
    /// replaced
    #[arg(long, value_name = "CMD")]
    pub llama_server: Option<String>,
}

/// The measurements, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Measure {
    /// Start-up time and memory (only with --target-cmd)
    Start,
    /// Requests per second of the routes a page load needs
    Http,
    /// Streamed answers over the OpenAI-compatible API
    ApiStreams,
    /// Chat turns of the web UI over Socket.IO
    UiStreams,
    /// Small and big stored chats
    Chats,
    /// A user with ten thousand chats: list and search
    Library,
    /// A model that runs in the server itself (only with --local-model)
    LocalModels,
}

impl Measure {
    /// Its name on the command line and in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Http => "http",
            Self::ApiStreams => "api_streams",
            Self::UiStreams => "ui_streams",
            Self::Chats => "chats",
            Self::Library => "library",
            Self::LocalModels => "local_models",
        }
    }
}
