//! The server under test as a process: starting, stopping, and how much memory it holds.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::client::{Conn, Endpoint};
use crate::error::within;
use crate::{BenchError, Result};

/// Some servers load a lot before they listen.
const START_LIMIT: Duration = Duration::from_secs(300);
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// A server that this tool starts and stops, on a scratch data folder.
#[derive(Debug)]
pub struct Server {
    command: String,
    env: Vec<(String, String)>,
    endpoint: Endpoint,
    scratch: TempDir,
    child: Option<Child>,
}

impl Server {
    /// Prepares a server; nothing runs yet.
    ///
    /// # Errors
    /// When the scratch folder cannot be made or an `extra` variable has no `=`.
    pub async fn prepare(command: &str, provider: &str, extra: &[String]) -> Result<Self> {
        let scratch = tempfile::Builder::new().prefix("transom-bench-").tempdir()?;
        let data_dir = scratch.path().join("data");
        fs::create_dir(&data_dir)?;
        let port = free_port().await?;
        let data_dir = data_dir.to_string_lossy().into_owned();
        let mut env = environment(port, &data_dir, provider);
        for variable in extra {
            let (name, value) = variable
                .split_once('=')
                .ok_or_else(|| BenchError::Target(format!("--target-env {variable}: KEY=VALUE is needed")))?;
            env.push((name.to_owned(), value.to_owned()));
        }
        let command = command.replace("{port}", &port.to_string()).replace("{data_dir}", &data_dir);
        let endpoint = Endpoint { addr: format!("127.0.0.1:{port}"), prefix: String::new() };
        Ok(Self { command, env, endpoint, scratch, child: None })
    }

    /// Where it listens.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Starts the server and gives the time until the first successful `GET /health`.
    ///
    /// # Errors
    /// When it ends or does not answer in time; the end of its output is in the error.
    pub async fn start(&mut self) -> Result<Duration> {
        let log = File::options().create(true).append(true).open(self.log_path())?;
        let mut command = Command::new("sh");
        command.arg("-c").arg(&self.command).envs(self.env.iter().cloned()).current_dir(self.scratch.path());
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        // Its own process group, so that workers end with it.
        command.process_group(0);
        let started = Instant::now();
        self.child = Some(command.spawn()?);
        let request = self.endpoint.request("GET", "/health", None, None);
        while started.elapsed() < START_LIMIT {
            if healthy(&self.endpoint, &request).await {
                return Ok(started.elapsed());
            }
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                return Err(BenchError::Target(format!("ended with {status}\n{}", self.log_tail())));
            }
            let young = started.elapsed() < Duration::from_secs(2);
            tokio::time::sleep(Duration::from_millis(if young { 1 } else { 10 })).await;
        }
        Err(BenchError::Target(format!("no answer within {START_LIMIT:?}\n{}", self.log_tail())))
    }

    /// Stops the server and waits for the end of all its processes.
    ///
    /// # Errors
    /// When it cannot be signalled.
    pub async fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        let Some(group) = child.id() else { return Ok(()) };
        signal("TERM", group)?;
        let ended = async {
            child.wait().await?;
            // A shell ends before the server that it started, and a process before the last of its threads.
            while group_lives(Path::new("/proc"), group) || listens(&self.endpoint.addr).await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(())
        };
        if within("the end of the server", STOP_LIMIT, ended).await.is_err() {
            signal("KILL", group)?;
            child.wait().await?;
        }
        Ok(())
    }

    /// Resident memory of the server and its workers in megabytes; NaN when it does not run.
    #[must_use]
    pub fn memory_mb(&self) -> f64 {
        self.child
            .as_ref()
            .and_then(Child::id)
            .map_or(f64::NAN, |pid| tree_memory_mb(Path::new("/proc"), pid))
    }

    fn log_path(&self) -> std::path::PathBuf {
        self.scratch.path().join("server.log")
    }

    fn log_tail(&self) -> String {
        let log = fs::read(self.log_path()).unwrap_or_default();
        String::from_utf8_lossy(&log[log.len().saturating_sub(2_000)..]).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(group) = self.child.as_ref().and_then(Child::id) {
            // Nothing can be done about a failure here; the process then outlives the tool.
            signal("KILL", group).ok();
        }
    }
}

async fn healthy(endpoint: &Endpoint, request: &[u8]) -> bool {
    let ask = async { Conn::open(endpoint).await?.exchange(request, |_| {}).await };
    within("health", Duration::from_secs(5), ask).await.is_ok_and(|reply| reply.status == 200)
}

/// Sends a signal to a process group.
fn signal(name: &str, group: u32) -> Result<()> {
    std::process::Command::new("kill").args([&format!("-{name}"), "--", &format!("-{group}")]).status()?;
    Ok(())
}

/// A port of loopback that nothing listens on.
///
/// # Errors
/// When there is none.
pub async fn free_port() -> Result<u16> {
    // The listener is closed at once: the port stays free for the moment that is needed.
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port())
}

/// Whether something listens at an address.
pub async fn listens(addr: &str) -> bool {
    TcpStream::connect(addr).await.is_ok()
}

fn environment(port: u16, data_dir: &str, provider: &str) -> Vec<(String, String)> {
    let port = port.to_string();
    let fixed = [
        ("HOST", "127.0.0.1"),
        ("PORT", &port),
        ("DATA_DIR", data_dir),
        ("ENV", "prod"),
        ("WEBUI_SECRET_KEY", "bench-secret"),
        ("WEBUI_AUTH", "true"),
        ("ENABLE_SIGNUP", "true"),
        ("DEFAULT_USER_ROLE", "user"),
        ("BYPASS_MODEL_ACCESS_CONTROL", "true"),
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", provider),
        ("OPENAI_API_KEYS", "sk-bench"),
        ("ENABLE_OLLAMA_API", "false"),
        // Nothing outside this machine.
        ("OFFLINE_MODE", "true"),
        ("HF_HUB_OFFLINE", "1"),
        ("ENABLE_VERSION_UPDATE_CHECK", "false"),
        ("ANONYMIZED_TELEMETRY", "false"),
        ("DO_NOT_TRACK", "true"),
        ("SCARF_NO_ANALYTICS", "true"),
        ("NO_PROXY", "127.0.0.1,localhost"),
        ("no_proxy", "127.0.0.1,localhost"),
        ("GLOBAL_LOG_LEVEL", "WARNING"),
    ];
    fixed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn pids(proc: &Path) -> impl Iterator<Item = u32> {
    let entries = fs::read_dir(proc).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// Whether a process of the group still runs; one that only waits to be collected does not.
fn group_lives(proc: &Path, group: u32) -> bool {
    let group = group.to_string();
    pids(proc).any(|pid| {
        status_field(proc, pid, "NSpgid:").is_some_and(|id| id == group)
            && status_field(proc, pid, "State:").is_some_and(|state| state != "Z")
    })
}

/// Resident memory of a process and its descendants. A shell that only started the server does not count.
fn tree_memory_mb(proc: &Path, root: u32) -> f64 {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for pid in pids(proc) {
        if let Some(parent) = status_field(proc, pid, "PPid:").and_then(|value| value.parse().ok()) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let (mut kilobytes, mut queue) = (0.0, vec![root]);
    while let Some(pid) = queue.pop() {
        let below = children.remove(&pid).unwrap_or_default();
        let name = status_field(proc, pid, "Name:").unwrap_or_default();
        if below.is_empty() || !matches!(name.as_str(), "sh" | "dash" | "bash") {
            kilobytes += status_field(proc, pid, "VmRSS:").and_then(|kb| kb.parse().ok()).unwrap_or(0.0);
        }
        queue.extend(below);
    }
    kilobytes / 1024.0
}

/// The first word of a line of `/proc/PID/status`.
fn status_field(proc: &Path, pid: u32, field: &str) -> Option<String> {
    let status = fs::read_to_string(proc.join(pid.to_string()).join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add_process(proc: &Path, pid: u32, lines: &str) {
        fs::create_dir(proc.join(pid.to_string())).unwrap();
        fs::write(proc.join(pid.to_string()).join("status"), lines).unwrap();
    }

    #[test]
    fn a_group_lives_as_long_as_one_of_its_processes() {
        let proc = tempfile::tempdir().unwrap();
        add_process(proc.path(), 20, "Name:\tsh\nState:\tZ (zombie)\nNSpgid:\t20\n");
        add_process(proc.path(), 21, "Name:\tother\nState:\tS (sleeping)\nNSpgid:\t21\n");
        assert!(!group_lives(proc.path(), 20));
        add_process(proc.path(), 22, "Name:\tserver\nState:\tS (sleeping)\nNSpgid:\t20\n");
        assert!(group_lives(proc.path(), 20));
    }

    #[test]
    fn memory_counts_workers_but_not_the_shell() {
        let proc = tempfile::tempdir().unwrap();
        let add = |pid: u32, name: &str, parent: u32, kb: u32| {
            add_process(proc.path(), pid, &format!("Name:\t{name}\nPPid:\t{parent}\nVmRSS:\t   {kb} kB\n"));
        };
        add(1, "init", 0, 9_000);
        add(10, "sh", 1, 1_024);
        add(11, "server", 10, 20_480);
        add(12, "worker", 11, 10_240);
        add(13, "other", 1, 99_999);
        assert_eq!(tree_memory_mb(proc.path(), 10), 30.0);
        assert_eq!(tree_memory_mb(proc.path(), 11), 30.0);
    }

    #[tokio::test]
    async fn a_server_that_ends_shows_its_output() {
        let mut server = Server::prepare("echo going down; exit 4", "http://x/v1", &[]).await.unwrap();
        let error = server.start().await.unwrap_err().to_string();
        assert!(error.contains("going down") && error.contains('4'), "{error}");
    }

    #[tokio::test]
    async fn bad_environment_is_refused() {
        assert!(Server::prepare("true", "http://x/v1", &["NOPE".to_owned()]).await.is_err());
    }
}
