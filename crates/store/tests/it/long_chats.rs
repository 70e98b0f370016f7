//! Of long chats a copy is kept in memory: it must never show anything old, whoever changed the chat in whatever way.

use serde_json::{Map, Value, json};
use transom_store::{NewChat, Store};

use crate::engines::{TestDb, for_each_engine, object};

const MESSAGES: usize = 600;

/// A chat long enough to be kept.
async fn long_chat(store: &Store, id: Option<&str>) -> String {
    let name = |n: usize| format!("m{n}");
    let message = |n: usize| {
        let child: Vec<_> = (n + 1 < MESSAGES).then(|| name(n + 1)).into_iter().collect();
        let parent = n.checked_sub(1).map(name);
        json!({"id": name(n), "parentId": parent, "childrenIds": child, "role": "user", "content": "word ".repeat(40)})
    };
    let messages: Map<String, Value> = (0..MESSAGES).map(|n| (name(n), message(n))).collect();
    let document =
        json!({"title": "long", "history": {"currentId": name(MESSAGES - 1), "messages": messages}});
    let new = NewChat {
        id: id.map(str::to_owned),
        user_id: "u".to_owned(),
        document: object(document),
        ..NewChat::default()
    };
    store.chats.create(new).await.unwrap().row.id
}

async fn shown(store: &Store, id: &str) -> Value {
    Value::Object(store.chats.get(id).await.unwrap().unwrap().document)
}

/// What a server sees that has read nothing before.
async fn fresh(db: &TestDb, id: &str) -> Value {
    let other = db.open().await;
    let document = shown(&other, id).await;
    other.close().await;
    document
}

async fn add(store: &Store, chat: &str, message: &str, patch: Value) -> Value {
    let begin = |_: &_| Ok(b"".to_vec());
    let json = store.messages.upsert_json(chat, message, object(patch), begin).await.unwrap();
    serde_json::from_slice(&json).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_added_message_is_shown_as_if_all_were_read() {
    for_each_engine(|db| async move {
        let id = long_chat(&db.store, None).await;
        for n in 0..5 {
            let parent = format!("m{}", MESSAGES - 1);
            let patch = json!({"parentId": parent, "role": "assistant", "content": format!("\"{n}\"\n")});
            let answer = add(&db.store, &id, &format!("new{n}"), patch).await;
            assert_eq!(answer, fresh(&db, &id).await, "{n}");
            assert_eq!(
                answer["history"]["messages"][&parent]["childrenIds"].as_array().unwrap().len(),
                n + 1
            );
        }
        let changed = add(&db.store, &id, "new2", json!({"content": "changed", "x": 1})).await;
        assert_eq!(changed["history"]["messages"]["new2"]["content"], "changed");
        assert_eq!(changed, fresh(&db, &id).await);
        assert_eq!(changed, shown(&db.store, &id).await);
    })
    .await;
}

/// Each way to change a message, by another server and by this one.
#[tokio::test(flavor = "multi_thread")]
async fn no_change_is_missed() {
    for_each_engine(|db| async move {
        let (here, there) = (&db.store, &db.open().await);
        let id = long_chat(here, None).await;
        for (name, by) in [("there", there), ("here", here)] {
            let look = async |what: &str| {
                let seen = shown(here, &id).await;
                assert_eq!(seen, fresh(&db, &id).await, "{what} {name}");
                assert_eq!(seen, add_nothing(here, &id).await, "{what} {name}");
            };
            look("before").await;
            by.messages
                .patch(&id, "m1", object(json!({"content": format!("patched {name}")})))
                .await
                .unwrap();
            look("patch").await;
            by.messages.append_content(&id, "m2", name).await.unwrap();
            look("append").await;
            by.messages.save_progress(&id, "m3", name).await.unwrap();
            look("progress").await;
            by.messages.push(&id, "m4", "sources", &[json!({"name": name})], false).await.unwrap();
            look("push").await;
            by.messages.end_turn(&id, "m5", object(json!({"done": name}))).await.unwrap();
            look("end of a turn").await;
            by.messages
                .upsert(&id, name, object(json!({"parentId": "m6", "content": "added"})))
                .await
                .unwrap();
            look("added").await;
            by.messages.begin_turn(&id, "m7", name).await.unwrap();
            assert_eq!(by.messages.interrupt_abandoned(&["another".to_owned()]).await.unwrap().len(), 1);
            look("interrupted").await;
            let mut document = shown(here, &id).await;
            document["history"]["messages"].as_object_mut().unwrap().remove("m8");
            document["history"]["messages"]["m9"]["content"] = json!(name);
            by.chats.merge(&id, object(document)).await.unwrap();
            look("saved").await;
            by.chats.set_title(&id, name).await.unwrap();
            look("title").await;
        }
        there.close().await;
    })
    .await;
}

/// Writes a message as it is already and gives the answer.
async fn add_nothing(store: &Store, id: &str) -> Value {
    let current = shown(store, id).await["history"]["currentId"].as_str().unwrap().to_owned();
    add(store, id, &current, json!({})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_with_the_id_of_a_deleted_one_is_another() {
    for_each_engine(|db| async move {
        let id = long_chat(&db.store, Some("same")).await;
        let before = add(&db.store, &id, "last", json!({"content": "old"})).await;
        assert_eq!(before["history"]["messages"]["last"]["content"], "old");
        assert!(db.store.chats.delete(&id).await.unwrap());
        long_chat(&db.store, Some("same")).await;
        assert_eq!(shown(&db.store, &id).await["history"]["messages"].get("last"), None);
    })
    .await;
}
