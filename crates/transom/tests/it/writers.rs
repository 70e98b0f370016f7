//! Many people write at once.

use serde_json::{Value, json};

use crate::lab;

const WRITERS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_writers_at_once_never_see_an_error() {
    let (server, _provider, admin) = lab().await;
    let writers = (0..WRITERS).map(|number| {
        let admin = admin.clone();
        tokio::spawn(async move {
            let title = format!("Chat {number}");
            let message =
                json!({"id": "m", "parentId": null, "childrenIds": [], "role": "user", "content": "Hi"});
            let history = json!({"currentId": "m", "messages": {"m": message}});
            let document = json!({"title": title, "history": history});
            let made = admin.post("/api/v1/chats/new", &json!({"chat": document})).await;
            assert_eq!(made.status, 200, "{}", made.text);
            let id = made.json()["id"].as_str().unwrap().to_string();
            for round in 0..3 {
                let change = json!({"chat": {"title": format!("{title}, round {round}"), "round": round}});
                let changed = admin.post(&format!("/api/v1/chats/{id}"), &change).await;
                assert_eq!(changed.status, 200, "{}", changed.text);
            }
            let pinned = admin.post(&format!("/api/v1/chats/{id}/pin"), &Value::Null).await;
            assert_eq!(pinned.status, 200, "{}", pinned.text);
            (id, title)
        })
    });
    for written in futures::future::join_all(writers).await {
        let (id, title) = written.unwrap();
        let chat = admin.get(&format!("/api/v1/chats/{id}")).await.ok();
        assert_eq!(chat["chat"]["round"], 2);
        assert_eq!(chat["title"], format!("{title}, round 2"));
        assert_eq!(chat["chat"]["history"]["messages"]["m"]["content"], "Hi");
        assert_eq!(chat["pinned"], true);
    }
    assert!(!server.log().to_lowercase().contains("locked"), "{}", server.log());
}
