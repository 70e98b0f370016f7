//! The command line: accounts.

use transom_testkit::{Caller, PASSWORD};

use crate::{
    cli::{run, run_with},
    plan,
};

/// Dates of today as a word.
fn undated(text: &str) -> String {
    let today = chrono::Utc::now();
    let yesterday = today - chrono::Duration::days(1);
    let day = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%d").to_string();
    text.replace(&day(today), "TODAY").replace(&day(yesterday), "TODAY")
}

#[tokio::test]
async fn accounts_are_made_and_changed() {
    let plan = plan();
    let mut all = String::new();
    let steps: [(&[&str], &str); 11] = [
        (&["create", "Ada@Example.com", "--name", "Ada L", "--role", "admin"], "a long password\n"),
        (&["create", "grace@example.com"], "another password"),
        (&["create", "grace@example.com"], "another password"),
        (&["create", "not an address"], "another password"),
        (&["create", "silent@example.com"], ""),
        (&["create", "x@example.com", "--role", "emperor"], "another password"),
        (&["list"], ""),
        (&["set-role", "GRACE@example.com", "pending"], ""),
        (&["set-role", "nobody@example.com", "user"], ""),
        (&["set-password", "nobody@example.com"], "new password"),
        (&["list"], ""),
    ];
    for (step, input) in steps {
        let printed = run_with(&plan, &[&["user"], step].concat(), input).await;
        assert!(!printed.all().contains("password\n") || input.is_empty(), "{}", printed.all());
        all.push_str(&format!("\n######## transom user {}\n{}", step.join(" "), undated(&printed.all())));
    }
    insta::assert_snapshot!("accounts", all);
}

#[tokio::test]
async fn accounts_of_the_command_line_can_sign_in() {
    let plan = plan();
    run_with(&plan, &["user", "create", "ada@example.com", "--role", "admin"], PASSWORD).await;
    let server = plan.start().await;
    let ada = Caller::sign_in(&server, "ada").await;
    assert_eq!(ada.get("/api/v1/auths/admin/config").await.status, 200);

    // The command line and the running server share the database.
    let printed =
        run_with(server.plan(), &["user", "set-password", "ada@example.com"], "the new password").await;
    assert_eq!((printed.code, printed.out.as_str()), (Some(0), "ada@example.com has a new password.\n"));
    assert_eq!(ada.try_sign_in("ada@example.com", "the new password").await.status, 200);
    assert_eq!(ada.try_sign_in("ada@example.com", PASSWORD).await.status, 400);
    assert!(run(server.plan(), &["user", "list"]).await.out.contains("ada@example.com"));
}
