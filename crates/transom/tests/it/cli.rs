//! The command line: help, settings, the doctor, and starts that cannot succeed.

use std::net::TcpListener;
use std::process::Stdio;

use transom_testkit::{MockProvider, Plan};

use crate::plan;

/// What a command printed, with everything that differs from run to run replaced.
pub struct Printed {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs a command with this text on standard input.
pub async fn run_with(plan: &Plan, arguments: &[&str], input: &str) -> Printed {
    use tokio::io::AsyncWriteExt as _;
    let mut command = plan.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    // A command that does not read its input may be gone before it is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes()).await;
    let output = tokio::time::timeout(crate::SOON, child.wait_with_output()).await;
    let output = output.unwrap_or_else(|_| panic!("{arguments:?} did not end")).unwrap();
    let clean = |bytes: Vec<u8>| cleaned(plan, &String::from_utf8(bytes).unwrap());
    Printed { code: output.status.code(), out: clean(output.stdout), err: clean(output.stderr) }
}

/// Runs a command.
pub async fn run(plan: &Plan, arguments: &[&str]) -> Printed {
    run_with(plan, arguments, "").await
}

impl Printed {
    /// Everything, for a snapshot.
    pub fn all(&self) -> String {
        let code = self.code.map_or("killed".to_string(), |code| code.to_string());
        format!("exit code {code}\n--- standard output\n{}--- standard error\n{}", self.out, self.err)
    }
}

/// Without paths, versions and lines whose length depends on them.
fn cleaned(plan: &Plan, text: &str) -> String {
    let text = text.replace(&plan.folder().display().to_string(), "FOLDER");
    let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    let mut clean = String::new();
    for line in text.lines().filter(|line| !line.trim_matches(['─', '═', ' ']).is_empty() || line.is_empty())
    {
        // Columns are as wide as their widest cell: two spaces stand for any number of them.
        let cells = line.trim_end().split("  ").filter(|cell| !cell.trim().is_empty()).map(str::trim);
        let table = line.trim_start().contains("  ") && line.starts_with(' ') && line.ends_with(' ');
        clean.push_str(&if table {
            cells.collect::<Vec<_>>().join(" | ")
        } else {
            line.trim_end().to_string()
        });
        clean.push('\n');
    }
    clean
}

#[tokio::test]
async fn help_of_every_command() {
    let plan = plan();
    let commands: [&[&str]; 17] = [
        &[],
        &["serve"],
        &["doctor"],
        &["config"],
        &["config", "list"],
        &["config", "get"],
        &["config", "set"],
        &["config", "reset"],
        &["user"],
        &["user", "list"],
        &["user", "create"],
        &["user", "set-password"],
        &["user", "set-role"],
        &["openapi"],
        &["version"],
        &["help", "serve"],
        &["help", "config", "set"],
    ];
    let mut all = String::new();
    for command in commands {
        let mut arguments = command.to_vec();
        if command.first() != Some(&"help") {
            arguments.push("--help");
        }
        let printed = run(&plan, &arguments).await;
        assert_eq!((printed.code, printed.err.as_str()), (Some(0), ""), "{arguments:?}");
        all.push_str(&format!("\n######## transom {}\n{}", arguments.join(" "), printed.out));
    }
    insta::assert_snapshot!("help", all);
}

#[tokio::test]
async fn wrong_commands_are_explained() {
    let plan = plan();
    insta::assert_snapshot!("no command", run(&plan, &[]).await.all());
    insta::assert_snapshot!("unknown command", run(&plan, &["sevre"]).await.all());
    insta::assert_snapshot!("bad port", run(&plan, &["serve", "--port", "80800"]).await.all());
    insta::assert_snapshot!("version", run(&plan, &["version"]).await.all());
    assert_eq!(run(&plan, &["--version"]).await.out, run(&plan, &["version"]).await.out);
}

#[tokio::test]
async fn examples_of_the_help_work() {
    let plan = plan();
    let help = run(&plan, &["--help"]).await.out;
    let examples = help.lines().filter_map(|line| line.trim().strip_prefix("transom config "));
    let mut tried = 0;
    for example in examples {
        let arguments: Vec<&str> = example.split("   ").next().unwrap().split(' ').collect();
        let printed = run(&plan, &[&["config"], arguments.as_slice()].concat()).await;
        assert_eq!(printed.code, Some(0), "transom config {example}: {}", printed.err);
        tried += 1;
    }
    assert!(tried > 0, "{help}");
}

#[tokio::test]
async fn settings_are_listed_saved_and_forgotten() {
    let plan = plan().env("DEFAULT_USER_ROLE", "user").env("OPENAI_API_KEYS", "sk-environment-secret");
    let mut all = String::new();
    let steps: [&[&str]; 14] = [
        &["list", "--changed"],
        &["get", "DEFAULT_USER_ROLE"],
        &["set", "DEFAULT_USER_ROLE", "admin"],
        &["get", "DEFAULT_USER_ROLE"],
        &["set", "ENABLE_SIGNUP", "false"],
        &["set", "OPENAI_API_KEYS", "[\"sk-saved-secret\"]"],
        &["set", "TITLE_GENERATION_PROMPT_TEMPLATE", "{not json"],
        &["list", "--changed"],
        &["list", "openai_api_key"],
        &["reset", "DEFAULT_USER_ROLE"],
        &["get", "DEFAULT_USER_ROLE"],
        &["set", "ENABLE_SIGNUP", "maybe"],
        &["set", "DEFAULT_USER_ROLE", "emperor"],
        &["get", "ENABLE_SINGUP"],
    ];
    for step in steps {
        let printed = run(&plan, &[&["config"], step].concat()).await;
        for secret in ["sk-environment-secret", "sk-saved-secret"] {
            assert!(!printed.all().contains(secret), "{step:?} shows a secret:\n{}", printed.all());
        }
        all.push_str(&format!("\n######## transom config {}\n{}", step.join(" "), printed.all()));
    }
    insta::assert_snapshot!("settings", all);
}

#[tokio::test]
async fn a_start_with_a_bad_value_says_which_one_in_a_sentence() {
    let cases = [
        ("PORT", "eighty"),
        ("DATABASE_URL", "oracle://scott:tiger@db/x"),
        ("DATABASE_URL", "sqlite+sqlcipher:///x.db"),
        ("PORT", "80800"),
        ("TRANSOM_LOG_FORMAT", "xml"),
    ];
    let mut all = String::new();
    for (name, value) in cases {
        let printed = run(&plan().env("PORT", "0").env(name, value), &["serve", "--host", "127.0.0.1"]).await;
        assert_ne!(printed.code, Some(0), "{name}={value}: {}", printed.all());
        assert!(!printed.all().contains("tiger"), "a password is shown: {}", printed.all());
        all.push_str(&format!("\n######## {name}={value}\n{}", printed.all()));
    }
    insta::assert_snapshot!("bad values", all);
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let printed = run(&plan(), &["serve", "--host", "127.0.0.1", "--port", &port]).await;
    assert_eq!(printed.code, Some(1));
    let last = printed.err.lines().last().unwrap_or_default().replace(&port, "PORT");
    insta::assert_snapshot!(last, @"transom: Port PORT on 127.0.0.1 cannot be used: Address already in use (os error 98). Choose another with --port or PORT.");
}

#[tokio::test]
async fn the_doctor_finds_a_healthy_server_healthy() {
    let provider = MockProvider::start().await;
    let plan = plan().upstream(&provider);
    let printed = run(&plan, &["doctor"]).await;
    insta::assert_snapshot!("doctor, healthy", printed.all().replace(&provider.base_url(), "UPSTREAM"));
    assert_eq!(printed.code, Some(0));
}

#[tokio::test]
async fn the_doctor_says_what_is_wrong() {
    let nothing = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let plan = plan()
        .env("ENABLE_OPENAI_API", "true")
        .env("OPENAI_API_BASE_URLS", format!("http://{nothing}/v1"))
        .env("OPENAI_API_KEYS", "sk-environment-secret")
        .env("WEBUI_SECRET_KEY", "short");
    let printed = run(&plan, &["doctor"]).await;
    assert_eq!(printed.code, Some(1));
    assert!(!printed.all().contains("sk-environment-secret"), "{}", printed.all());
    insta::assert_snapshot!("doctor, sick", printed.all().replace(&nothing.to_string(), "NOBODY"));

    let away = plan.env("DATABASE_URL", format!("postgresql://u:tiger@{nothing}/x"));
    let printed = run(&away, &["doctor"]).await;
    assert_eq!(printed.code, Some(1));
    assert!(!printed.all().contains("tiger"), "{}", printed.all());
    let database =
        printed.out.lines().find(|line| line.trim_start().starts_with("database")).unwrap_or_default();
    assert!(database.contains("wrong") && database.contains("DATABASE_URL"), "{}", printed.all());
}

#[tokio::test]
async fn the_description_of_the_api_is_json() {
    let printed = run(&plan(), &["openapi"]).await;
    assert_eq!(printed.code, Some(0));
    let document: serde_json::Value = serde_json::from_str(&printed.out).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}

#[tokio::test]
async fn output_that_nobody_reads_to_its_end_is_no_failure() {
    let plan = plan();
    let mut command = plan.command(&["config", "list"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}
