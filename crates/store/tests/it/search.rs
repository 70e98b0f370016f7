//! Full-text search: what is found, and that the index follows every change.

use serde_json::{Map, Value, json};
use transom_store::{ChatQuery, NewChat, Store};

use crate::engines::{for_each_engine, object, user};

/// A chat of messages that follow each other, ids `m0`, `m1`, ...
fn chat(user_id: &str, title: &str, texts: &[&str]) -> NewChat {
    let id = |n: usize| format!("m{n}");
    let messages: Map<String, Value> = (0..texts.len())
        .map(|n| {
            let parent = n.checked_sub(1).map(id);
            let role = if n % 2 == 0 { "user" } else { "assistant" };
            let message = json!({"id": id(n), "parentId": parent, "childrenIds": [], "role": role,
                "content": texts[n]});
            (id(n), message)
        })
        .collect();
    let last = texts.len().checked_sub(1).map(id);
    let document = json!({"title": title, "history": {"currentId": last, "messages": messages}});
    NewChat { user_id: user_id.to_owned(), document: object(document), ..NewChat::default() }
}

async fn found(store: &Store, user_id: &str, text: &str) -> Vec<String> {
    let query =
        ChatQuery { user_id: user_id.to_owned(), text: Some(text.to_owned()), ..ChatQuery::default() };
    let mut titles: Vec<String> =
        store.chats.list(query).await.unwrap().into_iter().map(|line| line.title).collect();
    titles.sort_unstable();
    titles
}

#[tokio::test]
async fn words_are_found_in_every_script() {
    for_each_engine(|db| async move {
        let (store, ada, bob) = (&db.store, user(&db.store).await.id, user(&db.store).await.id);
        let chats = [
            chat(&ada, "Dessert", &["How do I make a Crème brûlée?", "With patience."]),
            chat(&ada, "Bridge", &["第三只石狮子的名字叫做阿福。", "青石桥很老"]),
            chat(&ada, "Kana", &["東京タワーはどこですか", "芝公園です"]),
            chat(&ada, "Plan for the harbour", &["Ship it", "'quotes\" AND (NEAR) * -- %"]),
            chat(&bob, "Bob's", &["Crème brûlée for Bob"]),
        ];
        store.chats.create_many(chats.to_vec()).await.unwrap();
        for (text, titles) in [
            ("creme", vec!["Dessert"]),
            ("CRÈME brul", vec!["Dessert"]),
            ("brulee patience", vec![]),
            ("石狮", vec!["Bridge"]),
            ("石狮子的", vec!["Bridge"]),
            ("狮石", vec![]),
            ("桥", vec!["Bridge"]),
            ("老", vec!["Bridge"]),
            ("タワー", vec!["Kana"]),
            ("東京 どこ", vec!["Kana"]),
            ("harb", vec!["Plan for the harbour"]),
            ("quotes near", vec!["Plan for the harbour"]),
            ("arbour", vec![]),
            ("\"'*()", vec![]),
            ("nothing", vec![]),
        ] {
            assert_eq!(found(store, &ada, text).await, titles, "{text}");
        }
        assert_eq!(found(store, &bob, "creme").await, ["Bob's"]);
    })
    .await;
}

#[tokio::test]
async fn the_index_follows_every_change() {
    for_each_engine(|db| async move {
        let (store, ada) = (&db.store, user(&db.store).await.id);
        let id = store.chats.create(chat(&ada, "First", &["alpha", "beta"])).await.unwrap().row.id;
        let is_found = async |text: &str| !found(store, &ada, text).await.is_empty();

        store.chats.set_title(&id, "Second").await.unwrap();
        assert!(is_found("second").await && !is_found("first").await);
        store
            .messages
            .upsert(&id, "m2", object(json!({"parentId": "m1", "content": "gamma"})))
            .await
            .unwrap();
        assert!(is_found("gamma").await);
        store.messages.patch(&id, "m2", object(json!({"content": "delta"}))).await.unwrap();
        assert!(is_found("delta").await && !is_found("gamma").await);
        store.messages.append_content(&id, "m2", " epsilon").await.unwrap();
        assert!(is_found("delta epsilon").await);
        store
            .messages
            .patch(&id, "m2", object(json!({"content": [{"type": "text", "text": "zeta"}]})))
            .await
            .unwrap();
        assert!(is_found("zeta").await && !is_found("epsilon").await);

        let patch = json!({"title": "Third", "history": {"currentId": "m1", "messages": {
            "m1": {"id": "m1", "parentId": null, "content": "eta"},
            "m9": {"id": "m9", "parentId": "m1", "content": "theta"},
        }}});
        store.chats.update(&id, object(patch)).await.unwrap();
        for (text, expected) in [
            ("third", true),
            ("second", false),
            ("eta", true),
            ("theta", true),
            ("alpha", false),
            ("zeta", false),
        ] {
            assert_eq!(is_found(text).await, expected, "{text}");
        }
        assert!(store.chats.delete(&id).await.unwrap());
        assert!(!is_found("eta").await && !is_found("third").await);
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_found_once_it_is_done() {
    for_each_engine(|db| async move {
        let (store, ada) = (&db.store, user(&db.store).await.id);
        let id = store.chats.create(chat(&ada, "Turn", &["question"])).await.unwrap().row.id;
        let answer = |text: &str| object(json!({"parentId": "m0", "role": "assistant", "content": text}));
        store.messages.upsert(&id, "m1", answer("")).await.unwrap();
        store.messages.begin_turn(&id, "m1", "node").await.unwrap();
        store.messages.save_progress(&id, "m1", "lorem").await.unwrap();
        assert!(found(store, &ada, "lorem").await.is_empty());
        store.messages.end_turn(&id, "m1", object(json!({"content": "lorem ipsum"}))).await.unwrap();
        assert_eq!(found(store, &ada, "lorem ipsum").await, ["Turn"]);

        store.messages.upsert(&id, "m2", answer("")).await.unwrap();
        store.messages.begin_turn(&id, "m2", "dead").await.unwrap();
        store.messages.save_progress(&id, "m2", "dolor").await.unwrap();
        assert_eq!(store.messages.interrupt_abandoned(&["node".to_owned()]).await.unwrap().len(), 1);
        assert_eq!(found(store, &ada, "dolor").await, ["Turn"]);
    })
    .await;
}

#[tokio::test]
async fn hits_show_the_place() {
    for_each_engine(|db| async move {
        let (store, ada) = (&db.store, user(&db.store).await.id);
        let new = [
            chat(&ada, "One", &["the kestrel", "a second Kestrel, later", "no bird"]),
            chat(&ada, "Kestrel", &["nothing"]),
        ];
        let chats = store.chats.create_many(new.to_vec()).await.unwrap();
        let search = async |user_id: &str| {
            let query = ChatQuery {
                user_id: user_id.to_owned(),
                text: Some("kestrel".to_owned()),
                order_by: Some("title".to_owned()),
                ..ChatQuery::default()
            };
            store.chats.search(query).await.unwrap()
        };
        let found = search(&ada).await;
        let ids: Vec<&str> = found.iter().map(|(chat, _)| chat.id.as_str()).collect();
        assert_eq!(ids, [chats[1].row.id.as_str(), chats[0].row.id.as_str()]);
        assert_eq!(found[0].1, None, "its title alone was found");
        let hit = found[1].1.clone().unwrap();
        assert_eq!((hit.message_id.as_str(), hit.snippet.as_str()), ("m1", "a second Kestrel, later"));
        assert!(search("somebody else").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn many_hits_are_paged_by_time() {
    for_each_engine(|db| async move {
        let (store, ada) = (&db.store, user(&db.store).await.id);
        let new = |n: i64| NewChat {
            updated_at: Some(n),
            ..chat(&ada, &format!("{n}"), &[if n % 2 == 0 { "an even number" } else { "an odd number" }])
        };
        store.chats.create_many((0..1100).map(new).collect()).await.unwrap();
        let page = async |text: &str, offset| {
            let query = ChatQuery {
                user_id: ada.clone(),
                text: Some(text.to_owned()),
                offset,
                limit: Some(2),
                ..ChatQuery::default()
            };
            let found = store.chats.search(query.clone()).await.unwrap();
            let titles: Vec<String> = found.into_iter().map(|(chat, _)| chat.title).collect();
            (titles.join(" "), store.chats.count(query).await.unwrap())
        };
        assert_eq!(page("number", 0).await, ("1099 1098".to_owned(), 1100));
        assert_eq!(page("even", 4).await, ("1090 1088".to_owned(), 550));
        assert_eq!(page("even number 500", 0).await, (String::new(), 0));
        assert_eq!(page("500", 0).await, ("500".to_owned(), 1));
    })
    .await;
}

#[tokio::test]
async fn shared_copies_and_deleted_accounts_leave_nothing() {
    for_each_engine(|db| async move {
        let (store, ada) = (&db.store, user(&db.store).await.id);
        let id = store.chats.create(chat(&ada, "Original", &["unusualword"])).await.unwrap().row.id;
        let copy = chat(&format!("shared-{id}"), "Copy", &["unusualword"]);
        store.chats.create(copy).await.unwrap();
        assert_eq!(found(store, &ada, "unusualword").await, ["Original"]);
        assert!(found(store, &format!("shared-{id}"), "unusualword").await.is_empty());
        store.chats.delete_all(&ada).await.unwrap();
        assert!(found(store, &ada, "unusualword").await.is_empty());
        // The numbers of deleted chats are not given to others.
        store.chats.create(chat(&ada, "New", &["plain"])).await.unwrap();
        assert!(found(store, &ada, "unusualword").await.is_empty());
    })
    .await;
}
