use serde_json::{Value, json};
use transom_store::{
    ChatQuery, FilePatch, FileRow, FolderPatch, ModelRow, NewChat, NewFolder, StoreError, Tags, Text,
};

use crate::engines::{for_each_engine, object, user};

fn model(id: &str) -> ModelRow {
    ModelRow {
        id: id.to_owned(),
        user_id: "owner".to_owned(),
        base_model_id: Some("base".to_owned()),
        name: "Name".to_owned(),
        params: json!({"z": 1, "a": 2}),
        meta: json!({"description": null}),
        access_control: None,
        is_active: true,
        created_at: 0,
        updated_at: 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn models() {
    for_each_engine(|db| async move {
        let models = &db.store.models;
        let made = models.create(model("m:1/x")).await.unwrap();
        assert!(made.created_at > 0);
        assert_eq!(models.get("m:1/x").await.unwrap(), Some(made.clone()));
        assert!(matches!(models.create(model("m:1/x")).await, Err(StoreError::Conflict(_))));
        let restricted = json!({"read": {"group_ids": ["g"], "user_ids": []}});
        let change = ModelRow {
            name: "New".to_owned(),
            user_id: "somebody else".to_owned(),
            created_at: 1,
            access_control: Some(restricted.clone()),
            ..made.clone()
        };
        let changed = models.update(change).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.access_control.as_ref()), ("New", Some(&restricted)));
        assert_eq!((changed.user_id.as_str(), changed.created_at), ("owner", made.created_at));
        let public = models.update(ModelRow { access_control: Some(Value::Null), ..made }).await.unwrap();
        assert_eq!(public.access_control, None, "JSON null means everyone");
        assert!(matches!(models.update(model("none")).await, Err(StoreError::NotFound)));
        assert!(!models.toggle("m:1/x").await.unwrap().is_active);
        assert!(models.toggle("m:1/x").await.unwrap().is_active);
        assert!(matches!(models.toggle("none").await, Err(StoreError::NotFound)));
        models.create(model("m2")).await.unwrap();
        assert_eq!(models.all().await.unwrap().len(), 2);
        assert!(models.delete("m2").await.unwrap());
        assert!(!models.delete("m2").await.unwrap());
        assert_eq!(models.delete_all().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_their_links_to_chats() {
    for_each_engine(|db| async move {
        let files = &db.store.files;
        let row = |id: &str| FileRow {
            id: id.to_owned(),
            user_id: "owner".to_owned(),
            hash: None,
            filename: "n.txt".to_owned(),
            path: Some("/x".to_owned()),
            data: json!({"content": "text with nul \u{0}"}),
            meta: Value::Null,
            access_control: None,
            created_at: 0,
            updated_at: 0,
        };
        let made = files.create(row("f1")).await.unwrap();
        assert_eq!(made.data, json!({"content": "text with nul "}));
        let bare = files.get("f1", Text::Without).await.unwrap().unwrap();
        assert_eq!(bare.data, json!({}));
        files.create(row("f2")).await.unwrap();
        assert_eq!(files.get("f1", Text::With).await.unwrap(), Some(made.clone()));
        assert!(matches!(files.create(made).await, Err(StoreError::Conflict(_))));
        let patch =
            FilePatch { hash: Some(Some("h".to_owned())), data: Some(json!({})), ..FilePatch::default() };
        let changed = files.update("f1", patch).await.unwrap();
        assert_eq!((changed.hash.as_deref(), changed.filename.as_str()), (Some("h"), "n.txt"));
        assert!(matches!(files.update("none", FilePatch::default()).await, Err(StoreError::NotFound)));
        assert_eq!(files.list(Some("owner"), Text::Without).await.unwrap().len(), 2);
        assert!(files.list(Some("nobody"), Text::Without).await.unwrap().is_empty());
        assert_eq!(files.by_ids(&["f2".to_owned(), "x".to_owned()], Text::With).await.unwrap().len(), 1);
        assert_eq!(files.list(None, Text::Without).await.unwrap().len(), 2);

        let chat = db
            .store
            .chats
            .create(NewChat { user_id: "owner".to_owned(), ..NewChat::default() })
            .await
            .unwrap();
        let chat = chat.row.id;
        files.link_chat_file(&chat, Some("m1"), "f1", "owner").await.unwrap();
        files.link_chat_file(&chat, Some("m2"), "f1", "owner").await.unwrap();
        assert_eq!(files.of_chat(&chat).await.unwrap(), ["f1"]);
        let unknown = files.link_chat_file(&chat, None, "none", "owner").await;
        assert!(matches!(unknown, Err(StoreError::NotFound)), "{unknown:?}");
        assert_eq!(files.delete("f1").await.unwrap().and_then(|file| file.path).as_deref(), Some("/x"));
        assert_eq!(files.delete("f1").await.unwrap(), None);
        assert!(files.of_chat(&chat).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_inside_folders() {
    for_each_engine(|db| async move {
        let folders = &db.store.folders;
        let owner = user(&db.store).await.id;
        let make = async |name: &str, parent: Option<&str>| {
            let new = NewFolder {
                user_id: owner.clone(),
                name: name.to_owned(),
                parent_id: parent.map(str::to_owned),
                data: json!({"files": []}),
                ..NewFolder::default()
            };
            folders.create(new).await.unwrap().id
        };
        let top = make("top", None).await;
        let middle = make("middle", Some(&top)).await;
        let bottom = make("bottom", Some(&middle)).await;
        let other = make("other", None).await;
        assert_eq!(folders.children(&top, &owner).await.unwrap(), [middle.clone(), bottom.clone()]);
        assert!(folders.children(&top, "somebody else").await.unwrap().is_empty());
        assert!(folders.get(&top, "somebody else").await.unwrap().is_none());
        let patch = FolderPatch {
            parent_id: Some(Some(other.clone())),
            is_expanded: Some(true),
            ..FolderPatch::default()
        };
        let moved = folders.update(&bottom, &owner, patch).await.unwrap();
        assert_eq!(
            (moved.parent_id.as_ref(), moved.is_expanded, moved.name.as_str()),
            (Some(&other), true, "bottom")
        );
        assert!(matches!(folders.update(&top, "x", FolderPatch::default()).await, Err(StoreError::NotFound)));
        let circle = FolderPatch { parent_id: Some(Some(middle.clone())), ..FolderPatch::default() };
        folders.update(&top, &owner, circle).await.unwrap();
        assert_eq!(folders.children(&top, &owner).await.unwrap(), [middle.as_str()], "a circle ends");

        let new = NewChat { user_id: owner.clone(), folder_id: Some(middle.clone()), ..NewChat::default() };
        let chat = db.store.chats.create(new).await.unwrap().row.id;
        assert!(folders.delete(&top, "somebody else").await.unwrap().is_empty());
        assert_eq!(folders.delete(&top, &owner).await.unwrap(), [top, middle]);
        assert_eq!(folders.of_user(&owner).await.unwrap().len(), 2);
        assert_eq!(db.store.chats.row(&chat).await.unwrap().unwrap().folder_id, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_live_as_long_as_a_chat_carries_them() {
    for_each_engine(|db| async move {
        let (tags, chats) = (&db.store.tags, &db.store.chats);
        let first = tags.ensure("u", "Big Idea").await.unwrap();
        assert_eq!((first.id.as_str(), first.name.as_str()), ("big_idea", "Big Idea"));
        assert_eq!(tags.ensure("u", "big idea").await.unwrap(), first, "the same tag");
        tags.ensure("v", "Big Idea").await.unwrap();
        tags.ensure("u", "unused").await.unwrap();
        assert_eq!(tags.get("big_idea", "u").await.unwrap(), Some(first));
        assert_eq!(Tags::id_of("A b C"), "a_b_c");

        let new = NewChat { user_id: "u".to_owned(), document: object(json!({})), ..NewChat::default() };
        let chat = chats.create(new).await.unwrap().row.id;
        let meta = json!({"tags": ["big_idea", "big_idea", 5], "other": 1});
        assert_eq!(chats.set_meta(&chat, &meta).await.unwrap().meta, meta);
        let tagged = || ChatQuery {
            user_id: "u".to_owned(),
            tag: Some("big_idea".to_owned()),
            ..ChatQuery::default()
        };
        assert_eq!(chats.list(tagged()).await.unwrap().len(), 1);
        assert_eq!(tags.delete_unused("u").await.unwrap(), 1);
        assert_eq!(tags.of_user("u").await.unwrap().len(), 1);
        chats.set_archived(&chat, true).await.unwrap();
        assert_eq!(tags.delete_unused("u").await.unwrap(), 1, "a chat put away does not count");
        assert_eq!(tags.of_user("v").await.unwrap().len(), 1, "nobody else's tags are touched");
        chats.set_meta(&chat, &json!({})).await.unwrap();
        assert!(chats.list(tagged()).await.unwrap().is_empty());
    })
    .await;
}
