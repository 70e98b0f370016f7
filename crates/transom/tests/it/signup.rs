//! Who becomes the administrator.

use serde_json::json;
use transom_testkit::{Caller, PASSWORD};

use crate::plan;

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_first_people_exactly_one_is_the_administrator() {
    let server = plan().start().await;
    let nobody = Caller::nobody(&server);
    let tries = (0..50).map(|number| {
        let nobody = nobody.clone();
        tokio::spawn(async move {
            let form =
                json!({"name": "x", "email": format!("user{number}@example.com"), "password": PASSWORD});
            nobody.post("/api/v1/auths/signup", &form).await
        })
    });
    let mut roles = Vec::new();
    for reply in futures::future::join_all(tries).await {
        let reply = reply.unwrap();
        // Whoever comes after the administrator may find sign-up closed, and nothing else.
        match reply.status {
            200 => roles.push(reply.json()["role"].as_str().unwrap_or_default().to_string()),
            403 => assert!(reply.detail().contains("Sign-up is closed"), "{}", reply.text),
            status => panic!("{status}: {}", reply.text),
        }
    }
    assert_eq!(roles.iter().filter(|role| *role == "admin").count(), 1, "{roles:?}");
    assert!(roles.iter().all(|role| role == "admin" || role == "pending"), "{roles:?}");

    let listed = server.plan().command(&["user", "list"]).output().await.unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(listed.lines().filter(|line| line.contains("admin")).count(), 1, "{listed}");
    assert_eq!(listed.lines().filter(|line| line.contains("@example.com")).count(), roles.len(), "{listed}");
    let late = json!({"name": "x", "email": "late@example.com", "password": PASSWORD});
    assert_eq!(nobody.post("/api/v1/auths/signup", &late).await.status, 403);
}

#[tokio::test]
async fn an_address_has_one_account_however_it_is_written() {
    let server = plan().env("ENABLE_SIGNUP", "true").start().await;
    let admin = Caller::sign_up(&server, "ada").await;
    let form = json!({"name": "Ada", "email": " ADA@Example.com ", "password": PASSWORD, "role": "user"});
    let second = admin.post("/api/v1/auths/add", &form).await;
    assert_eq!(second.status, 400, "{}", second.text);
    assert_eq!(admin.try_sign_in("Ada@EXAMPLE.com", PASSWORD).await.status, 200);
}
