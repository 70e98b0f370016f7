//! The callers of the matrix, and the ways in which each of them can prove who it is.

use http::Method;
use serde_json::{Value, json};
use transom_testkit::{Caller, Reply, TestServer};

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    Anonymous,
    Pending,
    /// Owns what is seeded.
    Owner,
    /// An account that nothing is shared with.
    Other,
    /// In a group that may read what is shared.
    Reader,
    /// In a group that may read and write what is shared.
    Writer,
    Admin,
}

use Who::*;

/// Everybody.
pub const EVERYBODY: [Who; 7] = [Anonymous, Pending, Owner, Other, Reader, Writer, Admin];

/// How a caller proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    None,
    Bearer,
    Cookie,
    KeyAsBearer,
    KeyAsCookie,
    KeyInHeader,
}

impl Proof {
    pub fn is_key(self) -> bool {
        matches!(self, Self::KeyAsBearer | Self::KeyAsCookie | Self::KeyInHeader)
    }

    /// The ways that this caller has.
    pub fn of(who: Who) -> &'static [Self] {
        match who {
            Anonymous => &[Self::None],
            _ => &[Self::Bearer, Self::Cookie, Self::KeyAsBearer, Self::KeyAsCookie, Self::KeyInHeader],
        }
    }
}

/// A caller with a session and an API key.
#[derive(Clone)]
struct Person {
    session: Caller,
    key: String,
}

/// All callers of one server.
pub struct People {
    nobody: Caller,
    known: Vec<(Who, Person)>,
    /// The group that may read what is shared.
    pub readers: String,
    /// The group that may read and write what is shared.
    pub writers: String,
}

impl People {
    /// Makes the accounts and the groups, and lets everybody do everything that there is a permission for.
    pub async fn settle(server: &TestServer, admin: &Caller) -> Self {
        permit_everything(admin).await;
        let mut known = vec![(Admin, admin.clone())];
        for (who, name, role) in [
            (Pending, "pending", "pending"),
            (Owner, "owner", "user"),
            (Other, "other", "user"),
            (Reader, "reader", "user"),
            (Writer, "writer", "user"),
        ] {
            known.push((who, admin.add(name, role).await));
        }
        let id = |who| known.iter().find(|(known, _)| *known == who).map(|(_, c)| c.id.clone()).unwrap();
        let (readers, writers) =
            (group(admin, "readers", &id(Reader)).await, group(admin, "writers", &id(Writer)).await);
        let mut people = Self { nobody: Caller::nobody(server), known: Vec::new(), readers, writers };
        for (who, session) in known {
            let key = new_key(&session).await;
            people.known.push((who, Person { session, key }));
        }
        people
    }

    fn person(&self, who: Who) -> &Person {
        &self.known.iter().find(|(known, _)| *known == who).unwrap().1
    }

    /// The caller with its session.
    pub fn session(&self, who: Who) -> &Caller {
        if who == Anonymous { &self.nobody } else { &self.person(who).session }
    }

    pub fn id(&self, who: Who) -> &str {
        &self.session(who).id
    }

    /// Gives everybody a new key: the routes of the matrix may have taken them.
    pub async fn renew_keys(&mut self) {
        for (_, person) in &mut self.known {
            person.key = new_key(&person.session).await;
        }
    }

    /// Sends a request as this caller, proved in this way.
    pub async fn call(
        &self,
        who: Who,
        proof: Proof,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Reply {
        let mut request = self.nobody.request(method.clone(), path);
        let bearer = |secret: &str| ("authorization", format!("Bearer {secret}"));
        let cookie = |secret: &str| ("cookie", format!("other=1; token={secret}"));
        if proof != Proof::None {
            let Person { session, key } = self.person(who);
            let (name, value) = match proof {
                Proof::Cookie => cookie(&session.token),
                Proof::KeyAsBearer => bearer(key),
                Proof::KeyAsCookie => cookie(key),
                Proof::KeyInHeader => ("x-api-key", key.clone()),
                Proof::Bearer | Proof::None => bearer(&session.token),
            };
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.nobody.send(request).await
    }
}

async fn new_key(session: &Caller) -> String {
    let made = session.post("/api/v1/auths/api_key", &Value::Null).await.ok();
    made["api_key"].as_str().unwrap().to_string()
}

async fn group(admin: &Caller, name: &str, member: &str) -> String {
    let form = json!({"name": name, "description": "of the matrix"});
    let made = admin.post("/api/v1/groups/create", &form).await.ok();
    let id = made["id"].as_str().unwrap().to_string();
    let form = json!({"user_ids": [member]});
    admin.post(&format!("/api/v1/groups/id/{id}/users/add"), &form).await.ok();
    id
}

const PERMISSIONS: &str = "/api/v1/users/default/permissions";

/// Sets every permission, but for the one that takes something away.
pub async fn permit_everything(admin: &Caller) {
    permit(admin, &[], true).await;
}

/// Sets all permissions to `others`, and those named to the opposite.
pub async fn permit(admin: &Caller, named: &[&str], others: bool) {
    let mut tree = admin.get(PERMISSIONS).await.ok();
    for (section, keys) in tree.as_object_mut().unwrap() {
        for (key, value) in keys.as_object_mut().unwrap() {
            let dotted = format!("{section}.{key}");
            let takes_away = dotted == "chat.temporary_enforced";
            *value = json!((others != named.contains(&dotted.as_str())) != takes_away);
        }
    }
    admin.post(PERMISSIONS, &tree).await.ok();
}
