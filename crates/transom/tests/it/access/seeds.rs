//! Things of every kind, made for the matrix, and who may do what with them.

use http::Method;
use serde_json::{Value, json};
use transom_api::{Action, Resource, RouteInfo, Rule};
use transom_testkit::{Caller, Reply, Thread};

use super::{
    people::{
        People, Proof,
        Who::{self, Admin, Other, Owner, Reader, Writer},
    },
    routes::Names,
};

/// Models of the scripted servers, by how an administrator shared them.
const OPENAI: [(Sharing, &str); 3] =
    [(Sharing::Private, "words"), (Sharing::Shared, "echo"), (Sharing::Public, "thinker")];
const OLLAMA: [(Sharing, &str); 3] = [
    (Sharing::Private, "secret:latest"),
    (Sharing::Shared, "team:latest"),
    (Sharing::Public, "llama:latest"),
];

/// How a thing is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    Private,
    Shared,
    Public,
}

use Sharing::{Private, Public, Shared};

impl Sharing {
    const ALL: [Self; 3] = [Private, Shared, Public];

    fn control(self, people: &People) -> Value {
        match self {
            Private => json!({}),
            Shared => json!({
                "read": {"group_ids": [people.readers, people.writers], "user_ids": []},
                "write": {"group_ids": [people.writers], "user_ids": []},
            }),
            Public => Value::Null,
        }
    }

    /// Who may read something of `owner` that is shared so.
    fn readers(self, owner: Who) -> Vec<Who> {
        let others: &[Who] = match self {
            Private => &[],
            Shared => &[Reader, Writer],
            Public => &[Owner, Other, Reader, Writer],
        };
        [&[owner, Admin], others].concat()
    }

    fn writers(self, owner: Who) -> Vec<Who> {
        if self == Shared { vec![owner, Admin, Writer] } else { vec![owner, Admin] }
    }
}

/// A kind of thing that a route is tried with.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Chat,
    Folder,
    Feedback,
    File,
    Memory,
    Turn,
    Note(Sharing),
    Prompt(Sharing),
    /// A preset of the owner.
    Preset(Sharing),
    /// A model of a server.
    Model(Sharing, &'static str),
    /// A channel that its access control opens; an administrator's.
    Open(Sharing),
    /// A group of the owner, in which the reader is a member.
    Group,
    /// The owner and the reader between themselves.
    Direct,
    /// A message of the reader in the owner's group.
    InGroup,
    /// A message of the owner in an open channel.
    InOpen,
    /// A message of the owner to the reader.
    InDirect,
}

/// The kinds of things that a route is tried with.
pub fn kinds(route: &RouteInfo) -> Vec<Kind> {
    let each = |kind: fn(Sharing) -> Kind| Sharing::ALL.map(kind).to_vec();
    match route.rule.resource() {
        None => Vec::new(),
        Some(Resource::Chat) => vec![Kind::Chat],
        Some(Resource::Folder) => vec![Kind::Folder],
        Some(Resource::Feedback) => vec![Kind::Feedback],
        Some(Resource::File) => vec![Kind::File],
        Some(Resource::Memory) => vec![Kind::Memory],
        Some(Resource::Turn) => vec![Kind::Turn],
        Some(Resource::Note) => each(Kind::Note),
        Some(Resource::Prompt) => each(Kind::Prompt),
        Some(Resource::Model) if route.path.starts_with("/api/v1/models") => each(Kind::Preset),
        Some(Resource::Model) => {
            let models = if route.path.starts_with("/ollama") { OLLAMA } else { OPENAI };
            models.map(|(sharing, id)| Kind::Model(sharing, id)).to_vec()
        }
        // Only groups have members that somebody chooses.
        Some(Resource::Channel) if route.path.contains("/update/members/") => vec![Kind::Group],
        Some(Resource::Channel) => [each(Kind::Open), vec![Kind::Group, Kind::Direct]].concat(),
        Some(Resource::Membership) => vec![Kind::Group],
        Some(Resource::ChannelMessage) => vec![Kind::InGroup, Kind::InOpen, Kind::InDirect],
        Some(other) => panic!("{} {}: the matrix has no {other:?} to try it with", route.method, route.path),
    }
}

impl Kind {
    /// Who may do with it what a rule is about.
    pub fn allowed(self, rule: Rule) -> Vec<Who> {
        let action = match rule {
            Rule::OwnerOrGrant(_, action) => Some(action),
            _ => None,
        };
        let by_owner = match rule {
            Rule::Owner(..) => vec![Owner],
            _ => vec![Owner, Admin],
        };
        match (self, action) {
            (Self::Chat | Self::Folder | Self::Feedback | Self::File | Self::Memory | Self::Turn, _) => {
                by_owner
            }
            (Self::Note(sharing) | Self::Prompt(sharing) | Self::Preset(sharing), Some(Action::Read)) => {
                sharing.readers(Owner)
            }
            (Self::Note(sharing) | Self::Prompt(sharing) | Self::Preset(sharing), _) => {
                sharing.writers(Owner)
            }
            (Self::Model(sharing, _), _) => sharing.readers(Admin),
            (Self::Open(sharing), Some(Action::Read)) => sharing.readers(Admin),
            // Where everybody reads, everybody writes.
            (Self::Open(Public), Some(Action::Write)) => Public.readers(Admin),
            (Self::Open(sharing), Some(Action::Write)) => sharing.writers(Admin),
            (Self::Open(_), None) => vec![Admin],
            (Self::Group | Self::Direct, None) if matches!(rule, Rule::OwnerOrAdmin(..)) => {
                vec![Owner, Admin]
            }
            (Self::Group | Self::Direct, _) => vec![Owner, Reader],
            (Self::InGroup, _) => vec![Owner, Reader],
            (Self::InOpen, _) => vec![Owner, Admin],
            (Self::InDirect, _) => vec![Owner],
        }
    }

    /// Makes one, and says how requests name it.
    pub async fn seed(self, people: &People) -> Names {
        let owner = people.session(Owner);
        match self {
            Self::Chat => {
                let thread = Thread::new(owner, "thinker", "Hello").await;
                let shared =
                    owner.post(&format!("/api/v1/chats/{}/share", thread.chat_id), &json!({})).await.ok();
                let share_id = shared["id"].as_str().unwrap().to_string();
                Names::from([
                    ("id", thread.chat_id),
                    ("message_id", thread.answer_id),
                    ("share_id", share_id),
                ])
            }
            Self::Turn => {
                let thread = Thread::new(owner, "hole", "Hello").await;
                let task_id = thread.ask(owner, "no tab").await;
                Names::from([("chat_id", thread.chat_id), ("task_id", task_id)])
            }
            Self::Folder => {
                let name = uuid::Uuid::new_v4().to_string();
                let id = made(owner, "/api/v1/folders/", &json!({"name": name})).await;
                Names::from([("id", id.clone()), ("folder_id", id)])
            }
            Self::Feedback => {
                let form = json!({"type": "rating", "data": {"rating": 1}});
                Names::from([("id", made(owner, "/api/v1/evaluations/feedback", &form).await)])
            }
            Self::File => {
                let file = owner.upload("?process=false", "a.txt", "text/plain", "text").await.ok();
                Names::from([("id", file["id"].as_str().unwrap().to_string())])
            }
            Self::Memory => {
                let form = json!({"content": "remember"});
                Names::from([("memory_id", made(owner, "/api/v1/memories/add", &form).await)])
            }
            Self::Note(sharing) => {
                let form = json!({"title": "A note", "access_control": sharing.control(people)});
                Names::from([("id", made(owner, "/api/v1/notes/create", &form).await)])
            }
            Self::Prompt(sharing) => {
                let command = uuid::Uuid::new_v4().to_string();
                let form = json!({"command": command, "title": "A prompt", "content": "x",
                    "access_control": sharing.control(people)});
                owner.post("/api/v1/prompts/create", &form).await.ok();
                Names::from([("command", command)])
            }
            Self::Preset(sharing) => {
                let form = json!({"id": uuid::Uuid::new_v4().to_string(), "name": "A preset", "meta": {},
                    "base_model_id": "thinker", "params": {}, "access_control": sharing.control(people)});
                Names::from([("model", made(owner, "/api/v1/models/create", &form).await)])
            }
            Self::Model(_, id) => Names::from([("model", id.to_string())]),
            Self::Open(sharing) => {
                let admin = people.session(Admin);
                let form = json!({"name": "Open", "access_control": sharing.control(people)});
                channel(admin, admin, &form).await
            }
            Self::Group => channel(owner, owner, &group_of(people)).await,
            Self::InGroup => channel(owner, people.session(Reader), &group_of(people)).await,
            Self::InOpen => {
                let form = json!({"name": "Open", "access_control": null});
                channel(people.session(Admin), owner, &form).await
            }
            Self::Direct | Self::InDirect => {
                let form = json!({"type": "dm", "user_ids": [people.id(Reader)]});
                channel(owner, owner, &form).await
            }
        }
    }

    /// Whether every seed is the same thing: two people have one conversation.
    pub fn is_always_the_same(self) -> bool {
        matches!(self, Self::Direct | Self::InDirect)
    }

    /// Whether an answer to a request that may be sent says that it may not.
    pub fn refuses(self, reply: &Reply) -> bool {
        match self {
            // These do not tell that there is anything.
            Self::Turn => {
                let body = reply.ok();
                body["status"] == false || body["task_ids"] == json!([])
            }
            Self::Model(..) => matches!(reply.status, 400 | 401 | 403 | 404),
            _ => matches!(reply.status, 401 | 403 | 404),
        }
    }
}

fn group_of(people: &People) -> Value {
    json!({"name": "A group", "type": "group", "user_ids": [people.id(Reader)]})
}

async fn made(caller: &Caller, path: &str, form: &Value) -> String {
    let made = caller.post(path, form).await.ok();
    made["id"].as_str().unwrap_or_else(|| panic!("{path}: {made}")).to_string()
}

/// A channel with a message.
async fn channel(maker: &Caller, author: &Caller, form: &Value) -> Names {
    let id = made(maker, "/api/v1/channels/create", form).await;
    let message = json!({"content": "Hello"});
    let message_id = made(author, &format!("/api/v1/channels/{id}/messages/post"), &message).await;
    Names::from([("id", id), ("message_id", message_id)])
}

/// Lets an administrator share the models of the servers.
pub async fn share_models(people: &People) {
    let all = OPENAI.into_iter().chain(OLLAMA).chain([(Public, "hole")]);
    for (sharing, id) in all {
        let form = json!({"id": id, "base_model_id": null, "name": id, "meta": {}, "params": {},
            "access_control": sharing.control(people)});
        people.call(Admin, Proof::Bearer, &Method::POST, "/api/v1/models/create", Some(&form)).await.ok();
    }
    people.session(Admin).get("/api/models?refresh=true").await.ok();
}
