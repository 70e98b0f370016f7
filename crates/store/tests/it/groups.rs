use serde_json::json;
use transom_store::{GroupPatch, NewGroup, StoreError};

use crate::engines::{for_each_engine, user};

#[tokio::test(flavor = "multi_thread")]
async fn groups_and_their_members() {
    for_each_engine(|db| async move {
        let groups = &db.store.groups;
        let (ann, ben, cid) = (user(&db.store).await, user(&db.store).await, user(&db.store).await);
        let new = NewGroup { user_id: ann.id.clone(), name: "Ops".to_owned(), ..NewGroup::default() };
        let group = groups.create(new).await.unwrap();
        assert_eq!(groups.get(&group.id).await.unwrap(), Some(group.clone()));
        assert_eq!(groups.by_name("Ops").await.unwrap(), Some(group.clone()));
        assert_eq!(groups.by_name("Dev").await.unwrap(), None);
        let patch =
            GroupPatch { permissions: Some(json!({"chat": {"delete": false}})), ..GroupPatch::default() };
        let changed = groups.update(&group.id, patch).await.unwrap();
        assert_eq!((changed.name.as_str(), &changed.permissions["chat"]["delete"]), ("Ops", &json!(false)));
        assert!(matches!(groups.update("none", GroupPatch::default()).await, Err(StoreError::NotFound)));

        let id = group.id.as_str();
        let everybody = [ann.id.clone(), ben.id.clone(), "unknown".to_owned(), ann.id.clone()];
        groups.add_members(id, &everybody).await.unwrap();
        groups.add_members(id, &everybody).await.unwrap();
        assert_eq!(groups.member_count(id).await.unwrap(), 2);
        assert_eq!(groups.of_user(&ann.id).await.unwrap(), [changed]);
        assert!(groups.of_user(&cid.id).await.unwrap().is_empty());
        groups.remove_members(id, &[ann.id.clone(), cid.id.clone()]).await.unwrap();
        assert_eq!(groups.member_ids(id).await.unwrap(), [ben.id.as_str()]);
        groups.set_members(id, &[cid.id.clone(), ann.id.clone()]).await.unwrap();
        let mut members = groups.member_ids(id).await.unwrap();
        members.sort();
        let mut expected = [ann.id.clone(), cid.id.clone()];
        expected.sort();
        assert_eq!(members, expected);
        groups.set_members(id, &[]).await.unwrap();
        assert_eq!(groups.member_count(id).await.unwrap(), 0);
        assert!(matches!(groups.add_members("none", &[ann.id]).await, Err(StoreError::NotFound)));

        assert_eq!(groups.all().await.unwrap().len(), 1);
        assert!(groups.delete(id).await.unwrap());
        assert!(!groups.delete(id).await.unwrap());
        assert!(groups.all().await.unwrap().is_empty());
    })
    .await;
}
