//! Search as clients see it.

use serde_json::{Value, json};
use transom_testkit::Caller;

use crate::lab;

async fn keep(caller: &Caller, title: &str, question: &str) -> String {
    let messages =
        json!({"m1": {"id": "m1", "parentId": null, "childrenIds": [], "role": "user", "content": question}});
    let chat = json!({"title": title, "history": {"currentId": "m1", "messages": messages}});
    let chat = caller.post("/api/v1/chats/new", &json!({"chat": chat})).await.ok();
    chat["id"].as_str().unwrap().to_string()
}

async fn search(caller: &Caller, text: &str, rest: &str) -> Value {
    let text: String = url_of(text);
    caller.get(&format!("/api/v1/chats/search?text={text}{rest}")).await.ok()
}

fn url_of(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn hits_keep_the_shape_of_the_contract_and_show_the_place_when_asked() {
    let (_server, _provider, admin) = lab().await;
    let id = keep(&admin, "Kettle", "Why does my kettle whistle in D sharp?").await;
    keep(&admin, "Other", "Something else").await;
    let plain = search(&admin, "whistle", "").await;
    let hit = plain[0].as_object().unwrap();
    assert_eq!(hit.keys().collect::<Vec<_>>(), ["id", "title", "updated_at", "created_at"]);
    let shown = search(&admin, "whistle", "&snippets=true").await;
    assert_eq!(shown.as_array().unwrap().len(), 1);
    assert_eq!((&shown[0]["id"], &shown[0]["message_id"]), (&json!(id), &json!("m1")));
    assert_eq!(shown[0]["snippet"], "Why does my kettle whistle in D sharp?");
    let by_title = search(&admin, "other", "&snippets=true").await;
    assert!(by_title[0].get("snippet").is_none(), "{by_title}");
}

#[tokio::test]
async fn words_and_operators_work_together_and_nobody_finds_foreign_chats() {
    let (_server, _provider, admin) = lab().await;
    let grace = admin.add("grace", "user").await;
    let id = keep(&admin, "桥", "青石桥下第三只石狮子").await;
    keep(&admin, "Second", "青石桥下").await;
    admin.post(&format!("/api/v1/chats/{id}/pin"), &json!({})).await.ok();
    for (text, count) in
        [("青石桥", 2), ("青石桥 pinned:true", 1), ("石狮 pinned:false", 0), ("pinned:true", 1)]
    {
        assert_eq!(search(&admin, text, "").await.as_array().unwrap().len(), count, "{text}");
    }
    assert_eq!(search(&grace, "青石桥", "").await, json!([]));
    assert_eq!(admin.get("/api/v1/chats/search?text=a&page=18446744073709551615").await.ok(), json!([]));
    for odd in ["\"", "' OR 1=1", "a* NEAR(b)", "\u{e000}x", "\0"] {
        search(&admin, odd, "&snippets=true").await;
    }
}
