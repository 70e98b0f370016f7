use sea_orm::{ConnectionTrait as _, Database, DbBackend};
use serde_json::json;
use transom_store::{ChatQuery, NewChat, OpenOptions, Store, StoreError};

use crate::engines::{for_each_engine, object, postgres_url, user};

#[tokio::test(flavor = "multi_thread")]
async fn opening_again_keeps_what_is_there() {
    for_each_engine(|db| async move {
        let someone = user(&db.store).await;
        let again = db.open().await;
        assert_eq!(again.users.get(&someone.id).await.unwrap(), Some(someone));
        again.ping().await.unwrap();
        again.close().await;
        assert!(matches!(again.ping().await, Err(StoreError::Unavailable(_))));
    })
    .await;
}

/// Servers that start at the same moment on an empty database must not trip over each other's migrations.
#[tokio::test(flavor = "multi_thread")]
async fn many_open_a_new_database_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = OpenOptions::new(format!("sqlite://{}", folder.path().join("new.db").display()));
    let schema = format!("t{}", uuid::Uuid::new_v4().simple());
    let postgres =
        OpenOptions { schema: Some(schema), pool_size: Some(3), ..OpenOptions::new(postgres_url()) };
    for options in [sqlite, postgres] {
        let opens = (0..8).map(|_| {
            let options = options.clone();
            tokio::spawn(async move { Store::open(&options).await })
        });
        for (number, open) in opens.collect::<Vec<_>>().into_iter().enumerate() {
            let store = open.await.unwrap().unwrap_or_else(|error| panic!("{}: {error}", options.url));
            store.settings.put(&format!("key{number}"), &json!(number)).await.unwrap();
            store.close().await;
        }
        let store = Store::open(&options).await.unwrap();
        assert_eq!(store.settings.all().await.unwrap().len(), 8);
        store.close().await;
        if let Some(schema) = &options.schema {
            use sea_orm::ConnectionTrait;
            let connection = sea_orm::Database::connect(&options.url).await.unwrap();
            connection.execute_unprepared(&format!("DROP SCHEMA \"{schema}\" CASCADE")).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_wrong_address_is_named() {
    let unknown = Store::open(&OpenOptions::new("oracle://host/x")).await.unwrap_err();
    assert!(matches!(&unknown, StoreError::Invalid(text) if text.contains("oracle")), "{unknown}");
    let nobody = OpenOptions {
        acquire_timeout: std::time::Duration::from_secs(1),
        ..OpenOptions::new("postgresql://nobody@127.0.0.1:1/x")
    };
    assert!(matches!(Store::open(&nobody).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(
        Store::open(&OpenOptions::new("sqlite:///proc/x/y.db")).await,
        Err(StoreError::Unavailable(_))
    ));
}

/// 200 writers at once, in two servers on one database: none may hear that the database is locked.
#[tokio::test(flavor = "multi_thread")]
async fn writers_queue_instead_of_failing() {
    for_each_engine(|db| async move {
        let other = db.open().await;
        let writers = (0..200_u32).map(|number| {
            let store = if number % 2 == 0 { db.store.clone() } else { other.clone() };
            tokio::spawn(async move {
                for round in 0..5 {
                    store.settings.put(&format!("key{number}"), &json!(round)).await?;
                    store.settings.all().await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap().unwrap();
        }
        let saved = db.store.settings.all().await.unwrap();
        assert_eq!(saved.len(), 200);
        assert!(saved.iter().all(|(_, value)| *value == json!(4)));
        other.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_saved_per_key() {
    for_each_engine(|db| async move {
        let settings = &db.store.settings;
        settings.put("ui.name", &json!({"a": [1, null]})).await.unwrap();
        settings.put("ui.name", &json!("new")).await.unwrap();
        settings.put("ui.other", &json!(null)).await.unwrap();
        let mut all = settings.all().await.unwrap();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(all, [("ui.name".to_owned(), json!("new")), ("ui.other".to_owned(), json!(null))]);
        assert!(settings.delete("ui.name").await.unwrap());
        assert!(!settings.delete("ui.name").await.unwrap());
        settings.clear().await.unwrap();
        assert!(settings.all().await.unwrap().is_empty());
    })
    .await;
}

/// A database that an older version made, with chats in it, gets its index when it is opened.
#[tokio::test]
async fn chats_of_an_older_database_are_found_after_the_update() {
    for_each_engine(|db| async move {
        let someone = user(&db.store).await;
        let message = |id: &str, parent: Option<&str>, text: &str| {
            json!({"id": id, "parentId": parent, "childrenIds": [], "role": "user", "content": text})
        };
        let document = json!({"title": "Würfelspiel", "history": {"currentId": "b", "messages": {
            "a": message("a", None, "Where are the lanterns?"), "b": message("b", Some("a"), "在第三只石狮子旁边"),
        }}});
        let chat = |title: &str| {
            let mut document = document.clone();
            document["title"] = json!(title);
            NewChat { user_id: someone.id.clone(), document: object(document), ..NewChat::default() }
        };
        // More than are taken in at once.
        let chats = (0..210).map(|n| chat(&format!("Würfelspiel {n}"))).collect();
        db.store.chats.create_many(chats).await.unwrap();
        let found = async |store: &Store| {
            for (text, wanted) in [("wurfelspiel 209", 1), ("LANTERN", 60), ("石狮", 60), ("nothing of it", 0)] {
                let text = Some(text.to_owned());
                let query =
                    ChatQuery { user_id: someone.id.clone(), text: text.clone(), limit: Some(60), ..ChatQuery::default() };
                assert_eq!(store.chats.list(query).await.unwrap().len(), wanted, "{text:?}");
            }
        };
        // The index of short beginnings only, then none at all.
        forget(&db.options, &["m0010_search_prefixes"], None).await;
        let again = db.open().await;
        found(&again).await;
        again.close().await;
        let gone = "DROP TABLE search_chat; DROP TABLE search_owner; DROP TABLE search;";
        forget(&db.options, &["m0007_search", "m0010_search_prefixes"], Some(gone)).await;
        let again = db.open().await;
        found(&again).await;
        // And what comes after it follows.
        again.chats.create(chat("Zahnrad")).await.unwrap();
        let query =
            ChatQuery { user_id: someone.id.clone(), text: Some("zahnrad".to_owned()), ..ChatQuery::default() };
        assert_eq!(again.chats.list(query).await.unwrap().len(), 1);
        again.close().await;
    })
    .await;
}

/// Leaves the database of a version before these steps; `gone` takes away on SQLite what they made.
async fn forget(options: &OpenOptions, steps: &[&str], gone: Option<&str>) {
    let mut connect = sea_orm::ConnectOptions::new(&options.url);
    if let Some(schema) = &options.schema {
        connect.set_schema_search_path(schema);
    }
    let raw = Database::connect(connect).await.unwrap();
    if let Some(gone) = gone {
        let sqlite = raw.get_database_backend() == DbBackend::Sqlite;
        raw.execute_unprepared(if sqlite { gone } else { "DROP TABLE search;" }).await.unwrap();
    }
    for step in steps {
        raw.execute_unprepared(&format!("DELETE FROM migration WHERE version = '{step}'")).await.unwrap();
    }
    raw.close().await.unwrap();
}
