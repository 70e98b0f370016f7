use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use transom_store::{NewChat, Store, StoreError};

use crate::engines::{for_each_engine, object};

async fn chat(store: &Store, document: Value) -> String {
    let new = NewChat {
        user_id: "u".to_owned(),
        document: object(document),
        updated_at: Some(5),
        ..NewChat::default()
    };
    store.chats.create(new).await.unwrap().row.id
}

async fn document(store: &Store, id: &str) -> Value {
    Value::Object(store.chats.get(id).await.unwrap().unwrap().document)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_added_and_changed() {
    for_each_engine(|db| async move {
        let messages = &db.store.messages;
        let id = chat(&db.store, json!({"title": "t"})).await;
        let question = object(json!({"role": "user", "parentId": null, "childrenIds": [], "content": "Hi\u{0}!", "x": "\u{0}"}));
        messages.upsert(&id, "q", question).await.unwrap();
        messages.upsert(&id, "a", object(json!({"id": "a", "role": "assistant", "parentId": "q"}))).await.unwrap();
        messages.upsert(&id, "a", object(json!({"content": "Hel", "model": "m"}))).await.unwrap();
        let expected = json!({"title": "t", "history": {
            "messages": {
                "q": {"id": "q", "role": "user", "parentId": null, "childrenIds": ["a"], "content": "Hi!", "x": ""},
                "a": {"id": "a", "role": "assistant", "parentId": "q", "content": "Hel", "model": "m"}},
            "currentId": "a"}});
        assert_eq!(document(&db.store, &id).await, expected);
        assert!(db.store.chats.row(&id).await.unwrap().unwrap().updated_at > 5);
        assert_eq!(messages.get(&id, "a").await.unwrap().unwrap()["model"], "m");
        messages.upsert(&id, "q", object(json!({"content": ["parts"]}))).await.unwrap();
        let now = document(&db.store, &id).await;
        assert_eq!(now["history"]["currentId"], "q");
        assert_eq!(now["history"]["messages"]["q"]["content"], json!(["parts"]));
        assert_eq!(now["history"]["messages"]["q"]["childrenIds"], json!(["a"]));
        assert_eq!(messages.get(&id, "none").await.unwrap(), None);
        assert!(matches!(messages.upsert("none", "a", Map::new()).await, Err(StoreError::NotFound)));
    })
    .await;
}

/// Documents without a usable history get one as soon as the server adds a message.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_can_be_added_to_any_document() {
    for_each_engine(|db| async move {
        for (before, after) in [
            (json!({}), json!({"history": {"messages": {"a": {"id": "a"}}, "currentId": "a"}})),
            (json!({"history": null, "x": 1}), json!({"history": {"messages": {"a": {"id": "a"}}, "currentId": "a"}, "x": 1})),
            (json!({"history": {"y": 1, "messages": []}}), json!({"history": {"y": 1, "messages": {"a": {"id": "a"}}, "currentId": "a"}})),
            (json!({"history": {"messages": {}, "currentId": null}}), json!({"history": {"messages": {"a": {"id": "a"}}, "currentId": "a"}})),
            (json!({"history": {"messages": {"a": null}}}), json!({"history": {"messages": {"a": {"id": "a"}}, "currentId": "a"}})),
            (json!({"messages": [], "history": {"messages": {}}}), json!({"messages": [{"id": "a"}], "history": {"messages": {"a": {"id": "a"}}, "currentId": "a"}})),
        ] {
            let id = chat(&db.store, before.clone()).await;
            db.store.messages.upsert(&id, "a", object(json!({"id": "a"}))).await.unwrap();
            assert_eq!(document(&db.store, &id).await, after, "{before}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_in_a_message_grow_at_either_end() {
    for_each_engine(|db| async move {
        let messages = &db.store.messages;
        let id = chat(&db.store, json!({"history": {"messages": {"m": {"files": [2], "sources": null, "content": "x"}}}})).await;
        messages.push(&id, "m", "files", &[json!(3), json!({"n": "a\u{0}"})], false).await.unwrap();
        messages.push(&id, "m", "files", &[json!(0), json!(1)], true).await.unwrap();
        messages.push(&id, "m", "sources", &[json!("s")], false).await.unwrap();
        messages.push(&id, "m", "statusHistory", &[json!({"done": true})], false).await.unwrap();
        let expected = json!({"files": [0, 1, 2, 3, {"n": "a"}], "sources": ["s"], "content": "x", "statusHistory": [{"done": true}]});
        assert_eq!(messages.get(&id, "m").await.unwrap(), Some(object(expected)));
        assert!(matches!(messages.push(&id, "none", "files", &[], false).await, Err(StoreError::NotFound)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn content_grows_and_is_replaced() {
    for_each_engine(|db| async move {
        let messages = &db.store.messages;
        for start in [
            json!({"id": "m", "content": "a", "x": 1}),
            json!({"id": "m"}),
            json!({"content": ["p"]}),
            json!({}),
        ] {
            let id = chat(&db.store, json!({"history": {"messages": {"m": start}}})).await;
            let content = async || messages.get(&id, "m").await.unwrap().unwrap()["content"].clone();
            messages.append_content(&id, "m", "b \"é\u{0}").await.unwrap();
            let expected = if start["content"].is_string() { "ab \"é" } else { "b \"é" };
            assert_eq!(content().await, expected);
            messages.append_content(&id, "m", "c").await.unwrap();
            assert_eq!(content().await, format!("{expected}c"));
            messages.save_progress(&id, "m", "new\u{0}").await.unwrap();
            assert_eq!(content().await, "new");
            let keys = messages.get(&id, "m").await.unwrap().unwrap();
            assert_eq!(keys.get("x"), start.get("x"), "other fields stay");
        }
        for result in [
            messages.append_content("none", "m", "x").await,
            messages.save_progress("none", "m", "x").await,
            messages.begin_turn("none", "m", "x").await,
            messages.end_turn("none", "m", Map::new()).await,
        ] {
            assert!(matches!(result, Err(StoreError::NotFound)), "{result:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_goes_from_the_root_to_a_leaf() {
    for_each_engine(|db| async move {
        let messages = &db.store.messages;
        let history = json!({"messages": {
            "a": {"n": 1}, "b": {"n": 2, "parentId": "a"}, "c": {"n": 3, "parentId": "a"}, "d": {"n": 4, "parentId": "c", "content": "x"},
            "x": {"n": 5, "parentId": "y"}, "y": {"n": 6, "parentId": "x"}, "z": {"n": 7, "parentId": "gone"}}});
        let id = chat(&db.store, json!({"history": history})).await;
        chat(&db.store, json!({"history": history})).await;
        let numbers = async |leaf: &str| -> Vec<Value> {
            let branch = messages.branch(&id, leaf).await.unwrap();
            branch.into_iter().map(|message| message["n"].clone()).collect()
        };
        assert_eq!(numbers("d").await, [1, 3, 4]);
        assert_eq!(numbers("b").await, [1, 2]);
        assert_eq!(numbers("x").await, [6, 5], "a circle ends");
        assert_eq!(numbers("z").await, [7]);
        assert!(numbers("none").await.is_empty());
        assert_eq!(messages.branch(&id, "d").await.unwrap()[2]["content"], "x");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_a_dead_node_are_interrupted_once() {
    for_each_engine(|db| async move {
        let messages = &db.store.messages;
        let other = db.open().await;
        let id = chat(&db.store, json!({"history": {"messages": {
            "dead": {"content": "par"}, "alive": {"content": "x"}, "ended": {"content": "x"}, "idle": {"content": "x"}}}})).await;
        messages.begin_turn(&id, "dead", "node 1").await.unwrap();
        messages.begin_turn(&id, "alive", "node 2").await.unwrap();
        messages.begin_turn(&id, "ended", "node 1").await.unwrap();
        messages.save_progress(&id, "dead", "partial").await.unwrap();
        messages.end_turn(&id, "ended", object(json!({"done": true, "content": "whole"}))).await.unwrap();
        let alive = ["node 2".to_owned()];
        let (first, second) =
            tokio::join!(messages.interrupt_abandoned(&alive), other.messages.interrupt_abandoned(&alive));
        let found: Vec<_> = first.unwrap().into_iter().chain(second.unwrap()).collect();
        assert_eq!(found, [(id.clone(), "dead".to_owned())]);
        let message = async |name: &str| Value::Object(messages.get(&id, name).await.unwrap().unwrap());
        assert_eq!(message("dead").await, json!({"content": "partial", "done": true, "interrupted": true}));
        assert_eq!(message("alive").await, json!({"content": "x"}));
        assert_eq!(message("ended").await, json!({"content": "whole", "done": true}));
        assert_eq!(messages.interrupt_abandoned(&[]).await.unwrap(), [(id.clone(), "alive".to_owned())]);
        assert!(messages.interrupt_abandoned(&[]).await.unwrap().is_empty());
        other.close().await;
    })
    .await;
}

/// The cost of changing a message must not depend on the length of the chat. Bounds are wide: this runs unoptimised on
/// busy machines; a change that grew with the chat would be a hundred times slower.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_chat_is_as_quick_as_a_short_one() {
    for_each_engine(|db| async move {
        let mut times = Vec::new();
        for length in [5, 5000] {
            let messages: Map<String, Value> = (0..length)
                .map(|number| {
                    let parent = (number > 0).then(|| format!("m{}", number - 1));
                    (
                        format!("m{number}"),
                        json!({"parentId": parent, "childrenIds": [], "content": "x".repeat(500)}),
                    )
                })
                .collect();
            let leaf = format!("m{}", length - 1);
            let id = chat(
                &db.store,
                json!({"messages": [], "history": {"messages": messages, "currentId": leaf}}),
            )
            .await;
            let start = Instant::now();
            for number in 0..20 {
                let (parent, new) = (
                    if number == 0 { leaf.clone() } else { format!("n{}", number - 1) },
                    format!("n{number}"),
                );
                db.store
                    .messages
                    .upsert(&id, &new, object(json!({"parentId": parent, "content": ""})))
                    .await
                    .unwrap();
                db.store.messages.save_progress(&id, &new, "some content").await.unwrap();
                db.store.messages.append_content(&id, &new, " more").await.unwrap();
            }
            times.push(start.elapsed());
            let branch = db.store.messages.branch(&id, "n19").await.unwrap();
            assert_eq!(branch.len(), length + 20);
        }
        assert!(times[1] < times[0] * 5 + Duration::from_millis(200), "{times:?}");
    })
    .await;
}
