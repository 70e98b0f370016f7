use serde_json::{Map, Value, json};
use transom_store::{ChatQuery, Chats, NewChat, StoreError};

use crate::engines::{for_each_engine, object};

fn titled(user: &str, title: &str) -> NewChat {
    NewChat { user_id: user.to_owned(), document: object(json!({"title": title})), ..NewChat::default() }
}

fn of(user: &str) -> ChatQuery {
    ChatQuery { user_id: user.to_owned(), ..ChatQuery::default() }
}

async fn titles(chats: &Chats, query: ChatQuery) -> Vec<String> {
    let list = chats.list(query.clone()).await.unwrap();
    let rows = chats.rows(query.clone()).await.unwrap();
    assert_eq!(
        list.iter().map(|line| &line.id).collect::<Vec<_>>(),
        rows.iter().map(|row| &row.id).collect::<Vec<_>>()
    );
    if query.offset == 0 && query.limit.is_none() {
        assert_eq!(chats.count(query).await.unwrap(), list.len() as u64);
    }
    list.into_iter().map(|line| line.title).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_chat_has_defaults() {
    for_each_engine(|db| async move {
        let chats = &db.store.chats;
        let chat = chats.create(NewChat { user_id: "u".to_owned(), ..NewChat::default() }).await.unwrap();
        let row = chat.row;
        assert_eq!((row.title.as_str(), &row.meta, row.share_id.as_ref()), ("New Chat", &json!({}), None));
        assert!(!row.archived && !row.pinned && row.folder_id.is_none() && row.created_at > 1_600_000_000);
        assert_eq!(chats.row(&row.id).await.unwrap(), Some(row.clone()));
        assert_eq!(chats.row_of(&row.id, "u").await.unwrap(), Some(row.clone()));
        assert_eq!(chats.row_of(&row.id, "v").await.unwrap(), None);
        assert_eq!(chats.get("none").await.unwrap(), None);
        let again = NewChat { id: Some(row.id.clone()), user_id: "u".to_owned(), ..NewChat::default() };
        assert!(matches!(chats.create(again).await, Err(StoreError::Conflict(_))));
        let summary = serde_json::to_value(chats.list(of("u")).await.unwrap()).unwrap();
        let (created_at, updated_at) = (row.created_at, row.updated_at);
        let expected =
            json!([{"id": row.id, "title": "New Chat", "updated_at": updated_at, "created_at": created_at}]);
        assert_eq!(summary, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_or_none_of_several_new_chats_are_kept() {
    for_each_engine(|db| async move {
        let chats = &db.store.chats;
        let many = (0..3).map(|number| titled("u", &format!("t{number}"))).collect();
        let made = chats.create_many(many).await.unwrap();
        assert_eq!(made.iter().map(|chat| chat.row.title.as_str()).collect::<Vec<_>>(), ["t0", "t1", "t2"]);
        let taken = NewChat { id: Some(made[0].row.id.clone()), ..titled("u", "taken") };
        assert!(chats.create_many(vec![titled("u", "new"), taken]).await.is_err());
        assert_eq!(chats.count(of("u")).await.unwrap(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_ordered_and_paged() {
    for_each_engine(|db| async move {
        let chats = &db.store.chats;
        let mut ids = Vec::new();
        for (number, title) in ["bb", "aa", "cc", "Ärger", "50%"].into_iter().enumerate() {
            let time = Some(1_700_000_000 + number as i64);
            let new = NewChat { created_at: time, updated_at: time, ..titled("u", title) };
            ids.push(chats.create(new).await.unwrap().row.id);
        }
        chats.create(titled("v", "not mine")).await.unwrap();
        assert_eq!(titles(chats, of("u")).await, ["50%", "Ärger", "cc", "aa", "bb"]);
        assert_eq!(titles(chats, ChatQuery { offset: 1, limit: Some(2), ..of("u") }).await, ["Ärger", "cc"]);
        assert_eq!(titles(chats, ChatQuery { offset: 3, ..of("u") }).await, ["aa", "bb"]);
        let by_title = ChatQuery { order_by: Some("title".to_owned()), ..of("u") };
        assert_eq!(titles(chats, by_title.clone()).await[..4], ["50%", "aa", "bb", "cc"]);
        let query = |text: &str| ChatQuery { query: Some(text.to_owned()), ..of("u") };
        assert_eq!(titles(chats, query("ÄRG")).await, ["Ärger"]);
        assert_eq!(titles(chats, query("%")).await, ["50%"]);
        assert!(titles(chats, query("_")).await.is_empty());

        chats.set_pinned(&ids[0], true).await.unwrap();
        chats.set_archived(&ids[1], true).await.unwrap();
        assert_eq!(chats.set_folder(&ids[2], Some("f")).await.unwrap().folder_id.as_deref(), Some("f"));
        chats.set_share_id(&ids[3], Some("s")).await.unwrap();
        let usual =
            ChatQuery { archived: Some(false), pinned: Some(false), in_folder: Some(None), ..of("u") };
        assert_eq!(titles(chats, usual).await, ["50%", "Ärger"]);
        assert_eq!(titles(chats, ChatQuery { pinned: Some(true), ..of("u") }).await, ["bb"]);
        assert_eq!(titles(chats, ChatQuery { archived: Some(true), ..of("u") }).await, ["aa"]);
        assert_eq!(
            titles(chats, ChatQuery { in_folder: Some(Some("f".to_owned())), ..of("u") }).await,
            ["cc"]
        );
        assert_eq!(
            titles(chats, ChatQuery { in_folders: vec!["f".to_owned(), "g".to_owned()], ..of("u") }).await,
            ["cc"]
        );
        assert_eq!(titles(chats, ChatQuery { shared: Some(true), ..of("u") }).await, ["Ärger"]);
        assert_eq!(titles(chats, ChatQuery { shared: Some(false), ..of("u") }).await.len(), 4);
        assert!(matches!(chats.set_pinned("none", true).await, Err(StoreError::NotFound)));

        assert_eq!(chats.archive_all("u", true).await.unwrap(), 4);
        assert_eq!(chats.archive_all("u", false).await.unwrap(), 5);
        assert_eq!(chats.count(ChatQuery { archived: Some(false), ..of("u") }).await.unwrap(), 5);
        assert_eq!(chats.count(ChatQuery { archived: Some(true), ..of("v") }).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chats_are_found_by_tags_and_by_text() {
    for_each_engine(|db| async move {
        let chats = &db.store.chats;
        for (title, content, tags) in [
            ("Apple", "how to BAKE", vec!["sweet"]),
            ("Banana", "ice", vec!["sweet", "red"]),
            ("Cherry", "bake it", vec![]),
        ] {
            let history = json!({"currentId": "m", "messages": {"m": {"id": "m", "content": content}}});
            let document = object(json!({"title": title, "history": history}));
            let meta = json!({"tags": tags});
            let new = NewChat { user_id: "u".to_owned(), document, meta, ..NewChat::default() };
            chats.create(new).await.unwrap();
        }
        let by_title = ChatQuery { order_by: Some("title".to_owned()), ..of("u") };
        let tags = |tags: &[&str]| ChatQuery {
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..by_title.clone()
        };
        assert_eq!(titles(chats, tags(&["sweet"])).await, ["Apple", "Banana"]);
        assert_eq!(titles(chats, tags(&["sweet", "red"])).await, ["Banana"]);
        assert_eq!(titles(chats, ChatQuery { untagged: true, ..by_title.clone() }).await, ["Cherry"]);
        let text = |text: &str| ChatQuery { text: Some(text.to_owned()), ..by_title.clone() };
        assert_eq!(titles(chats, text("Bake")).await, ["Apple", "Cherry"]);
        assert_eq!(titles(chats, text("banana")).await, ["Banana"]);
        assert!(titles(chats, text("nothing like this")).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_stands_in_the_row_and_in_the_document() {
    for_each_engine(|db| async move {
        let chats = &db.store.chats;
        let new = NewChat { updated_at: Some(5), ..titled("u", "before") };
        let id = chats.create(new).await.unwrap().row.id;
        let row = chats.set_title(&id, "after").await.unwrap();
        assert!(row.title == "after" && row.updated_at > 5);
        assert_eq!(chats.get(&id).await.unwrap().unwrap().document, object(json!({"title": "after"})));
        assert!(matches!(chats.set_title("none", "x").await, Err(StoreError::NotFound)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_chat_deletes_its_shared_copy() {
    for_each_engine(|db| async move {
        let chats = &db.store.chats;
        let share = async |folder: Option<&str>| {
            let new = NewChat { folder_id: folder.map(str::to_owned), ..titled("u", "t") };
            let id = chats.create(new).await.unwrap().row.id;
            let copy = chats.create(titled(&format!("shared-{id}"), "t")).await.unwrap().row.id;
            assert_eq!(chats.set_share_id(&id, Some(&copy)).await.unwrap().share_id.as_ref(), Some(&copy));
            (id, copy)
        };
        let exists = async |id: &str| chats.row(id).await.unwrap().is_some();
        let (first, first_copy) = share(None).await;
        let (second, second_copy) = share(Some("f")).await;
        let (third, third_copy) = share(Some("g")).await;
        assert_eq!(chats.all_rows().await.unwrap().len(), 3, "copies are nobody's chats");
        assert!(chats.delete(&first).await.unwrap());
        assert!(!chats.delete(&first).await.unwrap());
        assert!(!exists(&first).await && !exists(&first_copy).await && exists(&second_copy).await);
        assert_eq!(chats.delete_in_folders("u", &["f".to_owned(), "x".to_owned()]).await.unwrap(), 1);
        assert!(!exists(&second).await && !exists(&second_copy).await && exists(&third_copy).await);
        chats.create(titled("v", "other")).await.unwrap();
        assert_eq!(chats.delete_all("u").await.unwrap(), 1);
        assert!(!exists(&third).await && !exists(&third_copy).await);
        assert_eq!(chats.count(of("v")).await.unwrap(), 1);
    })
    .await;
}

fn long_history(count: usize) -> Map<String, Value> {
    let mut messages = Map::new();
    for number in 0..count {
        let parent = number.checked_sub(1).map(|before| format!("m{before}"));
        let id = format!("m{number}");
        let message = json!({"id": id, "parentId": parent, "childrenIds": [format!("m{}", number + 1)], "content": "x"});
        messages.insert(id, message);
    }
    object(json!({"history": {"messages": messages, "currentId": format!("m{}", count - 1)}}))
}

#[tokio::test(flavor = "multi_thread")]
async fn merging_keeps_an_answer_that_is_being_written_marked() {
    for_each_engine(|db| async move {
        let (chats, messages) = (&db.store.chats, &db.store.messages);
        let mut document = long_history(1200);
        let new = NewChat { user_id: "u".to_owned(), document: document.clone(), ..NewChat::default() };
        let id = chats.create(new).await.unwrap().row.id;
        messages.begin_turn(&id, "m5", "node").await.unwrap();
        document["history"]["messages"]["m5"]["content"] = json!("changed");
        document["history"]["messages"].as_object_mut().unwrap().shift_remove("m7").unwrap();
        let merged = chats.merge(&id, document.clone()).await.unwrap();
        assert_eq!(merged.document, document);
        assert!(messages.get(&id, "m7").await.unwrap().is_none());
        assert_eq!(messages.interrupt_abandoned(&[]).await.unwrap(), [(id.clone(), "m5".to_owned())]);
        assert!(matches!(chats.merge("none", Map::new()).await, Err(StoreError::NotFound)));
        let row = chats.update(&id, object(json!({"title": "t"}))).await.unwrap();
        assert_eq!(row.title, "t");
    })
    .await;
}

/// Two tabs and the server change one chat at the same time: every message that was added is there.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_changes_of_one_chat_follow_each_other() {
    for_each_engine(|db| async move {
        let other = db.open().await;
        let id = db.store.chats.create(titled("u", "t")).await.unwrap().row.id;
        let changes = (0..40).map(|number| {
            let (store, id) = (if number % 2 == 0 { db.store.clone() } else { other.clone() }, id.clone());
            tokio::spawn(async move {
                let message = object(json!({"parentId": "m0", "content": "x"}));
                store.messages.upsert(&id, &format!("m{number}"), message).await?;
                store.chats.update(&id, object(json!({format!("field{number}"): number}))).await
            })
        });
        for change in changes.collect::<Vec<_>>() {
            change.await.unwrap().unwrap();
        }
        let document = db.store.chats.get(&id).await.unwrap().unwrap().document;
        assert_eq!(document["history"]["messages"].as_object().unwrap().len(), 40);
        assert!((0..40).all(|number| document[&format!("field{number}")] == number));
        other.close().await;
    })
    .await;
}
