//! A server as a process of its own: started from a binary, killed, stopped, started again on the same folder.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{MockProvider, until};

/// How long a debug build on a busy machine may take to answer its first request.
const START: Duration = Duration::from_secs(60);
/// How long a stopping server may take beside its own grace period.
const STOP: Duration = Duration::from_secs(30);

/// What a server is started with.
#[derive(Clone)]
pub struct Plan {
    binary: PathBuf,
    folder: Arc<TempDir>,
    environment: Vec<(String, String)>,
}

impl Plan {
    /// A server of that binary with an empty data folder and an environment that names no model server.
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        let folder = tempfile::Builder::new().prefix("transom-test-").tempdir().expect("a scratch folder");
        fs::create_dir(folder.path().join("data")).expect("a data folder");
        let plan = Self { binary: binary.into(), folder: Arc::new(folder), environment: Vec::new() };
        plan.env("ENABLE_OLLAMA_API", "false").env("ENABLE_OPENAI_API", "false")
    }

    /// The same with one more variable; the last value of a name counts.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_string(), value.into()));
        self
    }

    /// The same with one model server.
    #[must_use]
    pub fn upstream(self, provider: &MockProvider) -> Self {
        self.env("ENABLE_OPENAI_API", "true")
            .env("OPENAI_API_BASE_URLS", provider.base_url())
            .env("OPENAI_API_KEYS", "test-key")
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The scratch folder, which is also the working folder of the server.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command of the binary that uses this data folder and environment and nothing of the test's own environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(self.folder.path()).env_clear().kill_on_drop(true);
        command.env("HOME", self.folder.path()).env("PATH", "/usr/bin:/bin").env("DATA_DIR", self.data());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Panics
    /// When it does not start; the message holds its log.
    pub async fn start(self) -> TestServer {
        let log = self.folder.path().join("server.log");
        let mut server = TestServer { plan: self, log, child: None, base: String::new() };
        server.start_again().await;
        server
    }
}

/// A running server. Dropping it kills it; when the test failed, its log is printed.
pub struct TestServer {
    plan: Plan,
    log: PathBuf,
    child: Option<Child>,
    base: String,
}

impl TestServer {
    /// `http://127.0.0.1:port`, without a slash at the end. Changes when the server is started again.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What it was started with.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.plan.data()
    }

    /// Everything it wrote so far, also before it was started again.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Kills it without a warning, as a power cut would.
    ///
    /// # Panics
    /// When it does not run.
    pub async fn kill(&mut self) {
        let mut child = self.child.take().expect("a running server");
        child.kill().await.expect("a server can be killed");
    }

    /// Asks it to stop; [`TestServer::stopped`] waits for the end.
    ///
    /// # Panics
    /// When it does not run.
    pub async fn ask_to_stop(&self) {
        let id = self.child.as_ref().and_then(Child::id).expect("a running server");
        let sent = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        assert!(sent.is_ok_and(|status| status.success()), "SIGTERM could not be sent");
    }

    /// Waits until it has ended by itself.
    ///
    /// # Panics
    /// When it still runs after half a minute.
    pub async fn stopped(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("a running server");
        let ended = tokio::time::timeout(STOP, child.wait()).await;
        ended.unwrap_or_else(|_| panic!("the server did not stop\n{}", self.log())).expect("an exit status")
    }

    /// Starts it (again) on the same folder with the same environment.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_again(&mut self) {
        assert!(self.child.is_none(), "the server runs already");
        let written = self.log().len();
        let log = File::options().create(true).append(true).open(&self.log).expect("a log file");
        let mut command = self.plan.command(&["serve", "--host", "127.0.0.1", "--port", "0"]);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log file")).stderr(log);
        self.child = Some(command.spawn().expect("the binary starts"));
        self.base = until("the server listens", START, async || {
            let status = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
            let log = self.log();
            assert!(status.is_none(), "the server ended while it started ({status:?}):\n{}", &log[written..]);
            address(&log[written..])
        })
        .await;
        let health = format!("{}/health", self.base);
        until("the server is healthy", START, async || {
            let answer = crate::caller::client().get(&health).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }
}

/// The address a log tells: the port was the system's choice, so that tests never fight for one.
fn address(log: &str) -> Option<String> {
    let (_, rest) = log.split_once("listens on ")?;
    let (line, _) = rest.split_once('\n')?;
    let end = line.find(|c: char| c.is_whitespace() || c == '\u{1b}').unwrap_or(line.len());
    Some(line[..end].trim_end_matches('/').to_string())
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.start_kill();
        }
        if std::thread::panicking() {
            let log = self.log();
            let tail = log.lines().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>();
            #[allow(clippy::print_stderr, reason = "whoever reads the failed test wants to see it")]
            {
                eprintln!("--- log of the server ---\n{}\n--- end of the log ---", tail.join("\n"));
            }
        }
    }
}
