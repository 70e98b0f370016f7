//! Python run on a Jupyter server: a kernel for each piece of code, and its end with it.

mod channel;
mod message;
mod session;

use std::time::Duration;

use transom_net::{Net, NetError};

use session::Session;

/// How long the small requests around an execution may take.
const REQUEST: Duration = Duration::from_secs(30);

/// How to sign in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// Not at all.
    #[default]
    None,
    /// By the server's token.
    Token(String),
    /// By its password.
    Password(String),
}

impl Auth {
    /// The way that a setting names, with the credential for it.
    #[must_use]
    pub fn named(name: &str, token: String, password: String) -> Self {
        match name {
            "token" if !token.is_empty() => Self::Token(token),
            "password" if !password.is_empty() => Self::Password(password),
            _ => Self::None,
        }
    }
}

/// A Jupyter server.
#[derive(Clone, Debug)]
pub struct Jupyter {
    /// Its address.
    pub url: String,
    /// How to sign in.
    pub auth: Auth,
    /// How long to wait for each message of the kernel.
    pub timeout: Duration,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// What the code printed.
    pub stdout: String,
    /// What went wrong, of the code or on the way to it.
    pub stderr: String,
    /// Values and pictures, pictures as data addresses, one on each line.
    pub result: String,
}

/// Why the code did not run to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the address of the Jupyter server is missing or wrong")]
    Address,
    #[error("the Jupyter server did not accept the credentials")]
    Credentials,
    #[error("the Jupyter server answered HTTP {status} when {when}")]
    Refused { when: &'static str, status: u16 },
    #[error("the Jupyter server could not be used: {0}")]
    Unreachable(#[from] NetError),
    #[error("the answer of the Jupyter server could not be read")]
    Unreadable,
    #[error("the connection to the kernel ended")]
    Ended,
    #[error("the output is larger than {0} MiB")]
    TooMuch(usize),
    #[error("execution timed out after {0} seconds without a sign of the kernel")]
    Timeout(u64),
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::Unreachable(error.into())
    }
}

impl Jupyter {
    /// Runs code. A failure is told where the errors of the code are told.
    pub async fn execute(&self, net: &Net, code: &str) -> Output {
        let mut output = Output::default();
        if let Err(failure) = self.run(net, code, &mut output).await {
            tracing::info!(%failure, "code did not run to its end on the Jupyter server");
            if !output.stderr.is_empty() && !output.stderr.ends_with('\n') {
                output.stderr.push('\n');
            }
            output.stderr.push_str(&format!("Error: {failure}"));
        }
        let stripped = |text: String| text.trim().to_owned();
        Output {
            stdout: stripped(output.stdout),
            stderr: stripped(output.stderr),
            result: stripped(output.result),
        }
    }

    async fn run(&self, net: &Net, code: &str, output: &mut Output) -> Result<(), Failure> {
        let session = Session::open(net, &self.url, &self.auth).await?;
        // Whatever happens from here on, also that nobody waits any more: the kernel ends when this goes.
        let kernel = session.start_kernel().await?;
        let socket = session.channels(net, kernel.id()).await?;
        let ran = channel::execute(socket, code, self.timeout, output).await;
        kernel.end().await;
        ran
    }
}
