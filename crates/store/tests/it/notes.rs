use serde_json::{Value, json};
use transom_store::{NewNote, Note, NotePatch, NoteQuery, Ownership, Store, StoreError};

use crate::engines::{for_each_engine, object};

async fn note(store: &Store, owner: &str, title: &str, text: &str, control: Option<Value>) -> Note {
    let new = NewNote {
        user_id: owner.to_owned(),
        title: title.to_owned(),
        data: json!({"content": {"md": text}}),
        meta: Value::Null,
        access_control: control,
    };
    store.notes.create(new).await.unwrap()
}

async fn titles(store: &Store, query: NoteQuery) -> Vec<String> {
    let notes = store.notes.list(&query).await.unwrap();
    if query.limit.is_none() {
        assert_eq!(store.notes.count(&query).await.unwrap(), notes.len() as u64);
    }
    notes.into_iter().map(|note| note.title).collect()
}

fn of(user_id: &str) -> NoteQuery {
    NoteQuery { user_id: user_id.to_owned(), ..NoteQuery::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_merged() {
    for_each_engine(|db| async move {
        let notes = &db.store.notes;
        let made = note(&db.store, "ann", "Plan", "text", Some(json!({}))).await;
        assert!(made.created_at > 1_000_000_000_000_000_000, "nanoseconds");
        assert_eq!(notes.get(&made.id).await.unwrap(), Some(made.clone()));
        let patch = NotePatch {
            title: Some("New".to_owned()),
            data: Some(object(json!({"files": [1]}))),
            meta: Some(object(json!({"k": 1}))),
            access_control: None,
        };
        let changed = notes.update(&made.id, patch).await.unwrap();
        assert_eq!(changed.data, json!({"content": {"md": "text"}, "files": [1]}));
        assert_eq!((changed.title.as_str(), &changed.meta), ("New", &json!({"k": 1})));
        assert_eq!(changed.access_control, Some(json!({})));
        assert!(changed.updated_at > made.updated_at);
        assert_eq!(notes.get(&made.id).await.unwrap(), Some(changed));
        let public = NotePatch { access_control: Some(Some(Value::Null)), ..NotePatch::default() };
        assert_eq!(notes.update(&made.id, public).await.unwrap().access_control, None);
        let access = notes.access(&made.id).await.unwrap().unwrap();
        assert_eq!((access.user_id.as_str(), access.access_control), ("ann", None));
        let none = notes.update("none", NotePatch::default()).await;
        assert!(matches!(none, Err(StoreError::NotFound)));
        assert!(notes.delete(&made.id).await.unwrap());
        assert!(!notes.delete(&made.id).await.unwrap());
        assert!(notes.access(&made.id).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_which_notes() {
    for_each_engine(|db| async move {
        let store = &db.store;
        let list = |action: &str, users: &[&str], groups: &[&str]| {
            json!({action: {"user_ids": users, "group_ids": groups}})
        };
        note(store, "ann", "private", "walrus", Some(json!({}))).await;
        let public = note(store, "ann", "public", "", None).await;
        note(store, "ann", "for bob", "", Some(list("read", &["bob"], &[]))).await;
        note(store, "ann", "for the team", "", Some(list("read", &[], &["team"]))).await;
        let mut both = list("read", &["bob"], &[]);
        both["write"] = json!({"user_ids": ["bob"], "group_ids": []});
        note(store, "ann", "with bob", "", Some(both)).await;
        note(store, "ann", "write only", "", Some(list("write", &["bob"], &[]))).await;
        note(store, "bob", "bob's", "50%", Some(json!({}))).await;

        assert_eq!(titles(store, of("bob")).await, ["bob's", "with bob", "for bob", "public"]);
        let team = NoteQuery { group_ids: vec!["team".to_owned()], ..of("cleo") };
        assert_eq!(titles(store, team.clone()).await, ["for the team", "public"]);
        let own = NoteQuery { ownership: Ownership::Own, ..of("bob") };
        assert_eq!(titles(store, own).await, ["bob's"]);
        let shared = NoteQuery { ownership: Ownership::Shared, ..of("bob") };
        assert_eq!(titles(store, shared.clone()).await, ["with bob", "for bob", "public"]);
        let writable = NoteQuery { writable: Some(true), ..of("bob") };
        assert_eq!(titles(store, writable).await, ["bob's", "with bob"]);
        let only_read = NoteQuery { writable: Some(false), ..shared };
        assert_eq!(titles(store, only_read).await, ["for bob", "public"]);

        let search = |text: &str| NoteQuery { query: Some(text.to_owned()), ..of("ann") };
        assert_eq!(titles(store, search("WALRUS")).await, ["private"]);
        assert_eq!(titles(store, search("FOR ")).await, ["for the team", "for bob"]);
        assert!(titles(store, search("5_%")).await.is_empty());
        let by_name = NoteQuery { order_by: Some("name".to_owned()), ascending: true, ..of("bob") };
        assert_eq!(titles(store, by_name).await, ["bob's", "for bob", "public", "with bob"]);
        let page = NoteQuery { offset: 1, limit: Some(2), ..of("bob") };
        assert_eq!(titles(store, page).await, ["with bob", "for bob"]);

        let closed = NotePatch { access_control: Some(Some(json!({}))), ..NotePatch::default() };
        store.notes.update(&public.id, closed).await.unwrap();
        assert_eq!(titles(store, team).await, ["for the team"], "no longer public");
    })
    .await;
}
