use serde_json::{Value, json};
use transom_store::{
    Audience, Channel, ChannelMessage, ChannelMessagePatch, ChannelPatch, NewChannel, NewChannelMessage,
    Replies, Store, StoreError, UserQuery,
};

use crate::engines::{for_each_engine, user};

async fn group(store: &Store, owner: &str, others: &[&str]) -> Channel {
    let members = [owner].iter().chain(others).map(|id| (*id).to_owned()).collect();
    let r#type = Some("group".to_owned());
    store
        .channels
        .create(NewChannel { user_id: owner.to_owned(), r#type, members, ..NewChannel::default() })
        .await
        .unwrap()
}

async fn say(
    store: &Store,
    channel: &str,
    user_id: &str,
    content: &str,
    parent: Option<&str>,
) -> ChannelMessage {
    let new = NewChannelMessage {
        channel_id: channel.to_owned(),
        user_id: user_id.to_owned(),
        content: content.to_owned(),
        parent_id: parent.map(str::to_owned),
        ..NewChannelMessage::default()
    };
    store.channel_messages.create(new).await.unwrap()
}

fn ids<'a>(messages: impl IntoIterator<Item = &'a ChannelMessage>) -> Vec<&'a str> {
    messages.into_iter().map(|message| message.id.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_and_their_members() {
    for_each_engine(|db| async move {
        let store = &db.store;
        let (ann, bob, cleo) = (user(store).await.id, user(store).await.id, user(store).await.id);
        let open = NewChannel { user_id: ann.clone(), name: "all".to_owned(), ..NewChannel::default() };
        let open = store.channels.create(open).await.unwrap();
        assert!(open.created_at > 1_000_000_000_000_000_000, "nanoseconds");
        assert_eq!(
            (open.r#type.as_deref(), open.has_members(), open.access_control.clone()),
            (None, false, None)
        );
        let closed = group(store, &ann, &[&bob]).await;
        assert_eq!(store.channels.get(&closed.id).await.unwrap(), Some(closed.clone()));

        let of = async |id: &str| {
            let channels = store.channels.candidates(id).await.unwrap();
            channels.into_iter().map(|channel| channel.id).collect::<Vec<_>>()
        };
        assert_eq!(of(&bob).await, [open.id.clone(), closed.id.clone()]);
        assert_eq!(of(&cleo).await, std::slice::from_ref(&open.id));
        let members = &store.channel_members;
        assert!(members.set_active(&closed.id, &bob, false).await.unwrap());
        assert_eq!(of(&bob).await, std::slice::from_ref(&open.id), "taken out of the list");
        assert!(members.get(&closed.id, &bob).await.unwrap().is_some(), "but still a member");
        assert_eq!(members.wake(&closed.id).await.unwrap(), std::slice::from_ref(&bob));
        assert!(members.wake(&closed.id).await.unwrap().is_empty());
        assert!(!members.set_active(&closed.id, &cleo, true).await.unwrap());

        let added = members.add(&closed.id, &[bob.clone(), cleo.clone()], &ann).await.unwrap();
        assert_eq!(added.len(), 1, "who is there already is not added again");
        assert_eq!(
            (added[0].user_id.as_str(), added[0].invited_by.as_deref()),
            (cleo.as_str(), Some(ann.as_str()))
        );
        assert_eq!(members.count(&closed.id).await.unwrap(), 3);
        let unknown = members.add("none", std::slice::from_ref(&bob), &ann).await;
        assert!(matches!(unknown, Err(StoreError::NotFound)), "{unknown:?}");
        assert_eq!(members.remove(&closed.id, &[cleo.clone(), "none".to_owned()]).await.unwrap(), 1);

        let patch = ChannelPatch {
            name: Some("new".to_owned()),
            access_control: Some(Some(json!({}))),
            updated_by: Some(bob.clone()),
            ..ChannelPatch::default()
        };
        let changed = store.channels.update(&open.id, patch).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.access_control), ("new", Some(json!({}))));
        assert!(changed.updated_at > open.updated_at && changed.updated_by.as_deref() == Some(bob.as_str()));
        let none = store.channels.update("none", ChannelPatch::default()).await;
        assert!(matches!(none, Err(StoreError::NotFound)));

        say(store, &closed.id, &ann, "gone with its channel", None).await;
        assert!(store.channels.delete(&closed.id).await.unwrap());
        assert!(!store.channels.delete(&closed.id).await.unwrap());
        assert!(members.of_user(&bob).await.unwrap().is_empty());
        assert!(store.channel_messages.page(&closed.id, 0, 10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_direct_channel_for_each_set_of_members() {
    for_each_engine(|db| async move {
        let store = &db.store;
        let direct = |members: &[&str]| NewChannel {
            user_id: members[0].to_owned(),
            r#type: Some("dm".to_owned()),
            members: members.iter().map(|id| (*id).to_owned()).collect(),
            ..NewChannel::default()
        };
        let first = store.channels.create(direct(&["a", "b"])).await.unwrap();
        assert!(first.is_direct() && first.has_members());
        let again = store.channels.create(direct(&["b", "a"])).await;
        assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
        let found = store.channels.direct(&["b".to_owned(), "a".to_owned()]).await.unwrap();
        assert_eq!(found.map(|channel| channel.id), Some(first.id));
        assert!(store.channels.direct(&["a".to_owned()]).await.unwrap().is_none());
        store.channels.create(direct(&["a", "b", "c"])).await.unwrap();
        let own = NewChannel { r#type: None, ..direct(&["a", "b"]) };
        store.channels.create(own.clone()).await.unwrap();
        store.channels.create(own).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_threads_and_pins() {
    for_each_engine(|db| async move {
        let store = &db.store;
        let (ann, bob) = (user(store).await.id, user(store).await.id);
        let channel = group(store, &ann, &[&bob]).await.id;
        let messages = &store.channel_messages;
        let mut own = Vec::new();
        for text in ["one", "two", "three"] {
            own.push(say(store, &channel, &ann, text, None).await);
        }
        let page = messages.page(&channel, 1, 1).await.unwrap();
        assert_eq!(ids(&page), [own[1].id.as_str()], "newest first, in pages");
        let first = say(store, &channel, &bob, "reply", Some(&own[0].id)).await;
        let second = say(store, &channel, &ann, "reply to the reply", Some(&own[0].id)).await;
        assert_eq!(messages.page(&channel, 0, 10).await.unwrap().len(), 3, "replies stay in their thread");
        let thread = messages.thread(&own[0].id, 0, 10).await.unwrap();
        assert_eq!(ids(&thread), [second.id.as_str(), first.id.as_str()]);
        let all: Vec<String> = own.iter().map(|message| message.id.clone()).collect();
        let replies = messages.replies(&all).await.unwrap();
        assert_eq!(replies.len(), 1);
        assert_eq!(replies[&own[0].id], Replies { count: 2, latest_at: Some(second.created_at) });

        let patch = ChannelMessagePatch {
            content: Some("nul \u{0}gone".to_owned()),
            meta: Some(json!({"done": true})),
            ..ChannelMessagePatch::default()
        };
        let changed = messages.update(&first.id, patch).await.unwrap();
        assert_eq!(
            (changed.content.as_str(), &changed.meta, &changed.data),
            ("nul gone", &json!({"done": true}), &Value::Null)
        );
        assert!(changed.updated_at > first.updated_at && changed.created_at == first.created_at);

        messages.set_pinned(&own[2].id, Some(&bob)).await.unwrap();
        let pinned = messages.set_pinned(&own[0].id, Some(&bob)).await.unwrap();
        assert!(
            pinned.is_pinned
                && pinned.pinned_at.is_some()
                && pinned.pinned_by.as_deref() == Some(bob.as_str())
        );
        let shown = messages.pinned(&channel, 0, 10).await.unwrap();
        assert_eq!(ids(&shown), [own[0].id.as_str(), own[2].id.as_str()], "last pinned first");
        assert_eq!(messages.set_pinned(&own[0].id, None).await.unwrap().pinned_by, None);
        assert_eq!(messages.pinned(&channel, 0, 10).await.unwrap().len(), 1);

        assert!(messages.get("other", &own[0].id).await.unwrap().is_none(), "only in its own channel");
        assert!(messages.delete(&own[0].id).await.unwrap());
        assert!(!messages.delete(&own[0].id).await.unwrap());
        assert!(
            messages.get(&channel, &second.id).await.unwrap().is_none(),
            "a thread goes with its first message"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unread_and_who_reacted() {
    for_each_engine(|db| async move {
        let store = &db.store;
        let (ann, bob) = (user(store).await.id, user(store).await.id);
        let channel = group(store, &ann, &[&bob]).await.id;
        let (messages, members) = (&store.channel_messages, &store.channel_members);
        assert_eq!(messages.latest_at(&channel).await.unwrap(), None);
        let first = say(store, &channel, &ann, "one", None).await;
        say(store, &channel, &bob, "own", None).await;
        say(store, &channel, &ann, "in a thread", Some(&first.id)).await;
        let last = say(store, &channel, &ann, "two", None).await;
        assert_eq!(messages.latest_at(&channel).await.unwrap(), Some(last.created_at));
        let unread = async || {
            let since = members.get(&channel, &bob).await.unwrap().unwrap().last_read_at.unwrap();
            messages.count_unread(&channel, &bob, since).await.unwrap()
        };
        assert_eq!(unread().await, 2, "neither own ones nor those of threads");
        members.mark_read(&channel, &bob, false).await.unwrap();
        assert_eq!(unread().await, 0);
        members.mark_read(&channel, "guest", false).await.unwrap();
        assert!(members.get(&channel, "guest").await.unwrap().is_none());
        members.mark_read(&channel, "guest", true).await.unwrap();
        let before = members.get(&channel, "guest").await.unwrap().unwrap().last_read_at;
        members.mark_read(&channel, "guest", true).await.unwrap();
        assert!(members.get(&channel, "guest").await.unwrap().unwrap().last_read_at > before);

        for (who, name) in [(&ann, "bee"), (&bob, "bee"), (&bob, "bee"), (&bob, "wave")] {
            messages.react(&first.id, who, name).await.unwrap();
        }
        let reactions = messages.reactions(&[first.id.clone(), last.id.clone()]).await.unwrap();
        let shown: Vec<_> = reactions.iter().map(|r| (r.user_id.as_str(), r.name.as_str())).collect();
        assert_eq!(shown, [(ann.as_str(), "bee"), (bob.as_str(), "bee"), (bob.as_str(), "wave")]);
        assert!(messages.unreact(&first.id, &bob, "bee").await.unwrap());
        assert!(!messages.unreact(&first.id, &bob, "bee").await.unwrap());
        assert!(matches!(messages.react("none", &bob, "bee").await, Err(StoreError::NotFound)));

        store.users.delete(&bob).await.unwrap();
        assert_eq!(messages.reactions(std::slice::from_ref(&first.id)).await.unwrap().len(), 1);
        assert!(members.get(&channel, &bob).await.unwrap().is_none());
        assert_eq!(messages.page(&channel, 0, 10).await.unwrap().len(), 3, "what was written stays");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_those_a_channel_is_open_to() {
    for_each_engine(|db| async move {
        let store = &db.store;
        let (ann, bob, cleo) = (user(store).await.id, user(store).await.id, user(store).await.id);
        let channel = group(store, &ann, &[&bob]).await.id;
        let total = async |audience: Audience| {
            let query = UserQuery { audience: Some(audience), ..UserQuery::default() };
            let (users, total) = store.users.list(query).await.unwrap();
            assert_eq!(users.len() as u64, total);
            users.into_iter().map(|user| user.id).collect::<Vec<_>>()
        };
        assert_eq!(total(Audience::Everybody).await.len(), 3);
        assert_eq!(total(Audience::Channel(channel)).await, [ann.clone(), bob.clone()]);
        let team = transom_store::NewGroup { user_id: ann.clone(), ..Default::default() };
        let team = store.groups.create(team).await.unwrap().id;
        store.groups.add_members(&team, std::slice::from_ref(&cleo)).await.unwrap();
        let granted = Audience::Granted { user_ids: vec![bob.clone()], group_ids: vec![team] };
        assert_eq!(total(granted).await, [bob, cleo.clone()]);
        let webhook = json!({"ui": {"notifications": {"webhook_url": "https://example.org"}}});
        let patch = transom_store::UserPatch { settings: Some(webhook), ..Default::default() };
        store.users.update(&cleo, patch).await.unwrap();
        let query =
            UserQuery { audience: Some(Audience::Everybody), has_webhook: true, ..UserQuery::default() };
        let (listening, _) = store.users.list(query).await.unwrap();
        assert_eq!(listening.into_iter().map(|user| user.id).collect::<Vec<_>>(), [cleo]);
        let nobody = Audience::Granted { user_ids: vec![], group_ids: vec![] };
        assert!(total(nobody).await.is_empty());
    })
    .await;
}
