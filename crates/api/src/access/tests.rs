use std::sync::Arc;

use serde_json::{Value, json};
use transom_config::LoadOptions;
use transom_store::{NewChannel, NewUser, OpenOptions, RoleChoice, bus::LocalBus};

use super::*;

struct Server {
    settings: Settings,
    store: Store,
    identity: Arc<Identity>,
    _folder: tempfile::TempDir,
}

impl Server {
    async fn start(environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let working_dir = folder.path().to_owned();
        let settings =
            Settings::load(LoadOptions { environment, working_dir, overrides: Vec::new() }).unwrap();
        let path = folder.path().join("transom.db");
        let store = Store::open(&OpenOptions::new(format!("sqlite://{}", path.display()))).await.unwrap();
        let bus = Arc::new(LocalBus::new());
        let identity = Identity::new(settings.clone(), store.clone(), bus, "secret").await.unwrap();
        Self { settings, store, identity, _folder: folder }
    }

    fn access(&self) -> Access<'_> {
        Access { settings: &self.settings, store: &self.store, identity: &self.identity }
    }

    async fn user(&self, id: &str, role: Role) -> User {
        let new = NewUser {
            id: id.to_owned(),
            email: format!("{id}@example.org"),
            name: id.to_owned(),
            role: RoleChoice::Fixed(role),
            profile_image_url: String::new(),
            password_hash: None,
            oauth: Value::Null,
        };
        self.store.users.create(new).await.unwrap()
    }

    async fn channel(&self, kind: Option<&str>, members: &[&str], control: Option<Value>) -> Channel {
        let new = NewChannel {
            user_id: "owner".to_owned(),
            r#type: kind.map(str::to_owned),
            members: members.iter().map(|id| (*id).to_owned()).collect(),
            access_control: control,
            ..NewChannel::default()
        };
        self.store.channels.create(new).await.unwrap()
    }

    /// Read, write, manage.
    async fn rights(&self, user: &User, channel: &Channel) -> (bool, bool, bool) {
        let InChannel { read, write, manage } = self.access().in_channel(user, channel).await.unwrap();
        (read, write, manage)
    }
}

#[tokio::test]
async fn groups_and_direct_messages_are_for_their_members() {
    let server = Server::start(&[]).await;
    let (owner, member) = (server.user("owner", Role::User).await, server.user("member", Role::User).await);
    let (other, admin) = (server.user("other", Role::User).await, server.user("admin", Role::Admin).await);
    for kind in ["group", "dm"] {
        // An access control that would open it to everybody must not.
        let channel = server.channel(Some(kind), &["owner", "member"], None).await;
        assert_eq!(server.rights(&owner, &channel).await, (true, true, true), "{kind}");
        assert_eq!(server.rights(&member, &channel).await, (true, true, false), "{kind}");
        assert_eq!(server.rights(&other, &channel).await, (false, false, false), "{kind}");
        assert_eq!(server.rights(&admin, &channel).await, (false, false, true), "{kind}");
    }
    assert_eq!(server.access().channels_of(&member).await.unwrap().len(), 2);
    assert!(server.access().channels_of(&admin).await.unwrap().is_empty());
}

#[tokio::test]
async fn other_channels_go_by_their_access_control() {
    let server = Server::start(&[]).await;
    let (reader, other) = (server.user("reader", Role::User).await, server.user("other", Role::User).await);
    let admin = server.user("admin", Role::Admin).await;
    let open = server.channel(None, &[], None).await;
    assert_eq!(server.rights(&other, &open).await, (true, true, false));
    let control = json!({"read": {"user_ids": ["reader"], "group_ids": []}});
    let announcements = server.channel(None, &[], Some(control)).await;
    assert_eq!(server.rights(&reader, &announcements).await, (true, false, false));
    assert_eq!(server.rights(&other, &announcements).await, (false, false, false));
    assert_eq!(server.rights(&admin, &announcements).await, (true, true, true));
    let closed = server.channel(None, &[], Some(json!({}))).await;
    assert_eq!(server.rights(&reader, &closed).await, (false, false, false));
    assert_eq!(server.access().channels_of(&reader).await.unwrap().len(), 2);
    assert_eq!(server.access().channels_of(&other).await.unwrap().len(), 1);
}

#[tokio::test]
async fn notes_are_changed_by_those_who_may_write() {
    let server = Server::start(&[("BYPASS_ADMIN_ACCESS_CONTROL", "false")]).await;
    let (owner, friend) = (server.user("owner", Role::User).await, server.user("friend", Role::User).await);
    let admin = server.user("admin", Role::Admin).await;
    let may = async |user: &User, control: &Option<Value>| {
        let note = NoteAccess { user_id: "owner".to_owned(), access_control: control.clone() };
        let read = server.access().with_note(user, Action::Read, &note).await.unwrap();
        (read, server.access().with_note(user, Action::Write, &note).await.unwrap())
    };
    let friends = json!({"user_ids": ["friend"], "group_ids": []});
    assert_eq!(may(&owner, &Some(json!({}))).await, (true, true));
    assert_eq!(may(&friend, &Some(json!({}))).await, (false, false));
    assert_eq!(may(&friend, &None).await, (true, false), "public is for reading");
    assert_eq!(may(&friend, &Some(json!({"read": friends}))).await, (true, false));
    assert_eq!(may(&friend, &Some(json!({"read": friends, "write": friends}))).await, (true, true));
    assert_eq!(may(&admin, &Some(json!({}))).await, (false, true), "what is private stays unread");
}

#[tokio::test]
async fn switches_and_permissions() {
    let people = async |environment: &[(&str, &str)]| {
        let server = Server::start(environment).await;
        let mut answers = Vec::new();
        for (id, role) in [("a", Role::Admin), ("u", Role::User), ("p", Role::Pending)] {
            let user = server.user(id, role).await;
            let access = server.access();
            answers.push((access.has_channels(&user).await.unwrap(), access.has_notes(&user).await.unwrap()));
        }
        answers
    };
    let both_on = [("ENABLE_CHANNELS", "true")];
    assert_eq!(people(&both_on).await, [(true, true), (true, true), (false, false)]);
    let both_off = [("ENABLE_CHANNELS", "false"), ("ENABLE_NOTES", "false")];
    assert_eq!(people(&both_off).await, [(false, false); 3]);
    let not_for_users = [
        ("ENABLE_CHANNELS", "true"),
        ("USER_PERMISSIONS_FEATURES_CHANNELS", "false"),
        ("USER_PERMISSIONS_FEATURES_NOTES", "false"),
    ];
    assert_eq!(people(&not_for_users).await, [(true, true), (false, false), (false, false)]);
}
