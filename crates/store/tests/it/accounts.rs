use std::collections::HashSet;

use serde_json::{Value, json};
use transom_store::{
    NewChat, NewFolder, NewGroup, Role, RoleChoice, Sessions, StoreError, UserPatch, UserQuery,
};

use crate::engines::{for_each_engine, object, somebody, user};

const FIRST_IS_ADMIN: RoleChoice = RoleChoice::FirstIsAdmin { otherwise: Role::Pending };

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_of_many_first_accounts_is_admin() {
    for_each_engine(|db| async move {
        let other = db.open().await;
        let creations = (0..50).map(|number| {
            let store = if number % 2 == 0 { db.store.clone() } else { other.clone() };
            tokio::spawn(async move { store.users.create(somebody(FIRST_IS_ADMIN)).await })
        });
        let mut roles = Vec::new();
        for creation in creations.collect::<Vec<_>>() {
            roles.push(creation.await.unwrap().unwrap().role);
        }
        assert_eq!(roles.iter().filter(|role| **role == Role::Admin).count(), 1);
        assert_eq!(roles.iter().filter(|role| **role == Role::Pending).count(), 49);
        assert_eq!(db.store.users.count().await.unwrap(), 50);
        let (admins, total) =
            db.store.users.list(UserQuery { role: Some(Role::Admin), ..UserQuery::default() }).await.unwrap();
        assert_eq!((admins.len(), total), (1, 1));
        assert_eq!(db.store.users.first_admin().await.unwrap().as_ref(), admins.first());
        other.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_account_after_all_others_are_gone_is_admin_again() {
    for_each_engine(|db| async move {
        let users = &db.store.users;
        assert!(!users.any().await.unwrap());
        let first = users.create(somebody(FIRST_IS_ADMIN)).await.unwrap();
        assert_eq!(first.role, Role::Admin);
        assert!(users.any().await.unwrap());
        assert!(users.delete(&first.id).await.unwrap());
        assert!(!users.delete(&first.id).await.unwrap());
        assert_eq!(users.create(somebody(FIRST_IS_ADMIN)).await.unwrap().role, Role::Admin);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_address_belongs_to_one_account() {
    for_each_engine(|db| async move {
        let users = &db.store.users;
        let mut new = somebody(RoleChoice::Fixed(Role::User));
        new.email = "Ann@Example.org".to_owned();
        let ann = users.create(new).await.unwrap();
        assert_eq!(ann.email, "Ann@Example.org");
        assert_eq!(users.by_email("ann@example.ORG").await.unwrap().unwrap().id, ann.id);
        assert_eq!(db.store.credentials.by_email("ann@example.org").await.unwrap().unwrap().user_id, ann.id);

        let mut same = somebody(RoleChoice::Fixed(Role::User));
        same.email = "ANN@example.org".to_owned();
        let taken = |error: &StoreError| matches!(error, StoreError::Conflict(what) if what == "email");
        let error = users.create(same).await.unwrap_err();
        assert!(taken(&error), "{error}");
        assert_eq!(users.count().await.unwrap(), 1, "nothing is left of the refused account");
        let ben = user(&db.store).await;
        let error = db.store.credentials.set_email(&ben.id, "aNN@example.org").await.unwrap_err();
        assert!(taken(&error), "{error}");
        let patch = UserPatch { email: Some("ann@EXAMPLE.org".to_owned()), ..UserPatch::default() };
        assert!(taken(&users.update(&ben.id, patch).await.unwrap_err()));
        db.store.credentials.set_email(&ben.id, "Ben@Example.org").await.unwrap();
        assert_eq!(users.by_email("ben@example.org").await.unwrap().unwrap().email, "Ben@Example.org");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_sign_ups_with_one_address_make_one_account() {
    for_each_engine(|db| async move {
        let creations = (0..10).map(|_| {
            let store = db.store.clone();
            let mut new = somebody(FIRST_IS_ADMIN);
            new.email = "same@example.org".to_owned();
            tokio::spawn(async move { store.users.create(new).await })
        });
        let mut made = 0;
        for creation in creations.collect::<Vec<_>>() {
            match creation.await.unwrap() {
                Ok(_) => made += 1,
                Err(error) => assert!(matches!(error, StoreError::Conflict(_)), "{error}"),
            }
        }
        assert_eq!((made, db.store.users.count().await.unwrap()), (1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_changes_field_by_field() {
    for_each_engine(|db| async move {
        let users = &db.store.users;
        let before = user(&db.store).await;
        assert_eq!((&before.settings, &before.oauth, &before.bio), (&Value::Null, &Value::Null, &None));
        let patch = UserPatch {
            name: Some("Zoë".to_owned()),
            role: Some(Role::Admin),
            bio: Some(Some("hello".to_owned())),
            status_expires_at: Some(Some(5)),
            settings: Some(json!({"ui": {"z": 1, "a": 2}})),
            oauth: Some(json!({"oidc": {"sub": "s1"}})),
            ..UserPatch::default()
        };
        let after = users.update(&before.id, patch).await.unwrap();
        assert_eq!(
            (after.name.as_str(), after.role, after.bio.as_deref()),
            ("Zoë", Role::Admin, Some("hello"))
        );
        assert_eq!(after.settings.to_string(), r#"{"ui":{"z":1,"a":2}}"#);
        assert_eq!(after.email, before.email);
        assert_eq!(users.get(&before.id).await.unwrap(), Some(after.clone()));
        assert_eq!(users.by_oauth("oidc", "s1").await.unwrap(), Some(after));
        assert_eq!(users.by_oauth("oidc", "s2").await.unwrap(), None);

        let cleared = UserPatch { bio: Some(None), oauth: Some(Value::Null), ..UserPatch::default() };
        assert_eq!(users.update(&before.id, cleared).await.unwrap().bio, None);
        assert_eq!(users.by_oauth("oidc", "s1").await.unwrap(), None);
        users.touch(&before.id, 1234).await.unwrap();
        assert_eq!(users.get(&before.id).await.unwrap().unwrap().last_active_at, 1234);
        let nobody = users.update("nobody", UserPatch::default()).await;
        assert!(matches!(nobody, Err(StoreError::NotFound)), "{nobody:?}");

        let credentials = &db.store.credentials;
        let sessions = Sessions { stamp: Some("s".into()), kept: Some("k".into()) };
        credentials.set_password_hash(&before.id, "new").await.unwrap();
        credentials.set_sessions(&before.id, &sessions).await.unwrap();
        assert!(matches!(credentials.set_sessions("nobody", &sessions).await, Err(StoreError::NotFound)));
        let credential = credentials.get(&before.id).await.unwrap().unwrap();
        assert_eq!((credential.password_hash.as_deref(), &credential.sessions), (Some("new"), &sessions));
        assert!(matches!(credentials.set_password_hash("nobody", "x").await, Err(StoreError::NotFound)));
        assert!(matches!(credentials.set_email("nobody", "x@y").await, Err(StoreError::NotFound)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_listed_in_pages() {
    for_each_engine(|db| async move {
        let users = &db.store.users;
        let mut ids = Vec::new();
        for name in ["bob", "Carl_x", "alice", "DAVE"] {
            let mut new = somebody(RoleChoice::Fixed(Role::User));
            new.name = name.to_owned();
            new.email = format!("{name}@example.org");
            ids.push(users.create(new).await.unwrap().id);
        }
        let names = async |query: UserQuery| {
            let (page, total) = users.list(query).await.unwrap();
            (page.into_iter().map(|user| user.name).collect::<Vec<_>>(), total)
        };
        let by_email = UserQuery { order_by: Some("email".to_owned()), ..UserQuery::default() };
        let page = UserQuery { offset: 1, limit: Some(2), ..by_email.clone() };
        let (two, total) = names(page).await;
        assert_eq!((two.len(), total), (2, 4));
        assert_eq!(names(UserQuery { offset: 3, ..by_email.clone() }).await.0.len(), 1);
        assert_eq!(names(UserQuery { query: Some("ALI".to_owned()), ..by_email.clone() }).await.0, ["alice"]);
        assert_eq!(
            names(UserQuery { query: Some("l_x".to_owned()), ..by_email.clone() }).await.0,
            ["Carl_x"]
        );
        assert_eq!(names(UserQuery { query: Some("%".to_owned()), ..by_email.clone() }).await.1, 0);
        assert_eq!(names(UserQuery { query: Some("example".to_owned()), ..by_email }).await.1, 4);
        let oldest_first = names(UserQuery::default()).await.0;
        assert_eq!(oldest_first, ["bob", "Carl_x", "alice", "DAVE"]);
        let newest_first = names(UserQuery { descending: true, ..UserQuery::default() }).await.0;
        assert_eq!(newest_first, ["DAVE", "alice", "Carl_x", "bob"]);

        let group =
            db.store.groups.create(NewGroup { name: "g".to_owned(), ..NewGroup::default() }).await.unwrap();
        db.store.groups.add_members(&group.id, &ids[1..3]).await.unwrap();
        let members = UserQuery { group_id: Some(group.id), ..UserQuery::default() };
        assert_eq!(names(members).await, (vec!["Carl_x".to_owned(), "alice".to_owned()], 2));

        ids.push("unknown".to_owned());
        let found: HashSet<String> =
            users.by_ids(&ids).await.unwrap().into_iter().map(|user| user.id).collect();
        assert_eq!(found, ids[..4].iter().cloned().collect());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_an_account_takes_what_is_its_own() {
    for_each_engine(|db| async move {
        let store = &db.store;
        let (gone, stays) = (user(store).await, user(store).await);
        let group =
            store.groups.create(NewGroup { name: "g".to_owned(), ..NewGroup::default() }).await.unwrap();
        store.groups.add_members(&group.id, &[gone.id.clone(), stays.id.clone()]).await.unwrap();
        let document = object(json!({"history": {"messages": {"m": {"content": "x"}}, "currentId": "m"}}));
        let mut chats = Vec::new();
        for owner in [&gone, &stays] {
            store.api_keys.replace(&owner.id, &format!("sk-{}", owner.id)).await.unwrap();
            store.tags.ensure(&owner.id, "A tag").await.unwrap();
            let folder =
                NewFolder { user_id: owner.id.clone(), name: "f".to_owned(), ..NewFolder::default() };
            store.folders.create(folder).await.unwrap();
            let new = |user_id: String| NewChat { user_id, document: document.clone(), ..NewChat::default() };
            let chat = store.chats.create(new(owner.id.clone())).await.unwrap().row.id;
            let copy = store.chats.create(new(format!("shared-{chat}"))).await.unwrap().row.id;
            store.chats.set_share_id(&chat, Some(&copy)).await.unwrap();
            chats.push((chat, copy));
        }
        assert!(store.users.delete(&gone.id).await.unwrap());

        assert!(store.users.get(&gone.id).await.unwrap().is_none());
        assert!(store.credentials.get(&gone.id).await.unwrap().is_none());
        assert!(store.api_keys.user_of(&format!("sk-{}", gone.id)).await.unwrap().is_none());
        assert_eq!(store.groups.member_ids(&group.id).await.unwrap(), [stays.id.as_str()]);
        assert!(store.tags.of_user(&gone.id).await.unwrap().is_empty());
        assert!(store.folders.of_user(&gone.id).await.unwrap().is_empty());
        for id in [&chats[0].0, &chats[0].1] {
            assert!(store.chats.row(id).await.unwrap().is_none());
            assert!(store.messages.get(id, "m").await.unwrap().is_none());
        }
        assert_eq!(
            store.api_keys.user_of(&format!("sk-{}", stays.id)).await.unwrap(),
            Some(stays.id.clone())
        );
        assert_eq!(store.tags.of_user(&stays.id).await.unwrap().len(), 1);
        assert_eq!(store.folders.of_user(&stays.id).await.unwrap().len(), 1);
        for id in [&chats[1].0, &chats[1].1] {
            assert!(store.messages.get(id, "m").await.unwrap().is_some());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_one_api_key() {
    for_each_engine(|db| async move {
        let keys = &db.store.api_keys;
        let (ann, ben) = (user(&db.store).await, user(&db.store).await);
        assert_eq!(keys.get(&ann.id).await.unwrap(), None);
        let first = keys.replace(&ann.id, "sk-1").await.unwrap();
        assert_eq!((first.key.as_str(), first.last_used_at), ("sk-1", None));
        assert_eq!(keys.user_of("sk-1").await.unwrap().as_deref(), Some(ann.id.as_str()));
        keys.touch(&ann.id, 77).await.unwrap();
        assert_eq!(keys.get(&ann.id).await.unwrap().unwrap().last_used_at, Some(77));
        let second = keys.replace(&ann.id, "sk-2").await.unwrap();
        assert_eq!(keys.get(&ann.id).await.unwrap(), Some(second));
        assert_eq!(keys.user_of("sk-1").await.unwrap(), None);
        assert!(
            matches!(keys.replace(&ben.id, "sk-2").await, Err(StoreError::Conflict(what)) if what == "key")
        );
        assert!(matches!(keys.replace("nobody", "sk-3").await, Err(StoreError::NotFound)));
        assert!(keys.delete(&ann.id).await.unwrap());
        assert!(!keys.delete(&ann.id).await.unwrap());
        assert_eq!(keys.user_of("sk-2").await.unwrap(), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_tokens_are_known_until_they_expire() {
    for_each_engine(|db| async move {
        let revoked = &db.store.revoked;
        revoked.add("a", 100).await.unwrap();
        revoked.add("a", 100).await.unwrap();
        revoked.add("b", 200).await.unwrap();
        assert_eq!(revoked.live(100).await.unwrap(), [("b".to_owned(), 200)]);
        assert_eq!(revoked.live(99).await.unwrap().len(), 2);
        assert_eq!(revoked.purge(100).await.unwrap(), 1);
        assert_eq!(revoked.live(0).await.unwrap(), [("b".to_owned(), 200)]);
    })
    .await;
}
