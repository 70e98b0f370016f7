//! The permission tree: each leaf that names something a route does is enforced there.

use http::Method;
use serde_json::{Map, Value, json};
use transom_api::table;
use transom_testkit::{Caller, MockProvider, Thread};

use super::{
    people::{
        People, Proof,
        Who::{Admin, Owner},
        permit, permit_everything,
    },
    routes::{Names, body_of, name, path_of},
    seeds, settled,
};

#[tokio::test]
async fn a_route_without_its_permission_is_closed_to_all_but_administrators() {
    let (_server, _provider, people) = settled().await;
    let admin = people.session(Admin);
    for route in table() {
        for keys in route.rule.permissions() {
            permit_everything(admin).await;
            // One thing of the owner's, where the route is about a thing.
            let kinds = seeds::kinds(&route);
            let kind = kinds.iter().find(|kind| kind.allowed(route.rule).contains(&Owner)).copied();
            let names = match kind {
                Some(kind) => kind.seed(&people).await,
                None => Names::new(),
            };
            permit(admin, &keys, true).await;
            let (path, body) = (path_of(&route, &names), body_of(&route, &names));
            for proof in [Proof::Bearer, Proof::KeyInHeader] {
                let reply = people.call(Owner, proof, &route.method, &path, body.as_ref()).await;
                let what = format!("{} without {keys:?} by {proof:?}", name(&route));
                assert!(matches!(reply.status, 401 | 403), "{what}: {} {}", reply.status, reply.text);
            }
            let reply = people.call(Admin, Proof::Bearer, &route.method, &path, body.as_ref()).await;
            let let_in = kind.is_some() || !matches!(reply.status, 401 | 403);
            assert!(let_in, "{} as Admin without {keys:?}: {} {}", name(&route), reply.status, reply.text);
        }
    }
}

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It was fulfilled.
    Done,
    /// It was refused, or what the permission is about was left out.
    Refused,
    /// No route of this server does what the leaf names: none begins with one of these.
    Nothing(&'static [&'static str]),
}

use Outcome::{Done, Nothing, Refused};

struct Lab<'a> {
    people: &'a People,
    provider: &'a MockProvider,
}

impl Lab<'_> {
    fn owner(&self) -> &Caller {
        self.people.session(Owner)
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Outcome {
        let reply = self.people.call(Owner, Proof::Bearer, &method, path, Some(&body)).await;
        match reply.status {
            200..300 => Done,
            401 | 403 => Refused,
            status => panic!("{method} {path}: {status} {}", reply.text),
        }
    }

    async fn post(&self, path: &str, body: Value) -> Outcome {
        self.send(Method::POST, path, body).await
    }

    async fn get(&self, path: &str) -> Outcome {
        let reply = self.owner().get(path).await;
        if matches!(reply.status, 401 | 403) { Refused } else { reply.ok().into_outcome() }
    }

    /// Keeps something with this access control; whether it was kept so.
    async fn keep(&self, path: &str, mut form: Value, control: Value) -> Outcome {
        form["access_control"] = control.clone();
        let reply = self.owner().post(path, &form).await;
        if matches!(reply.status, 401 | 403) || reply.ok()["access_control"] != control {
            Refused
        } else {
            Done
        }
    }

    async fn share(&self, path: &str, form: Value) -> Outcome {
        let group = &self.people.readers;
        let lists = json!({"group_ids": [group], "user_ids": []});
        self.keep(path, form, json!({"read": lists, "write": {"group_ids": [], "user_ids": []}})).await
    }

    async fn thread(&self) -> Thread {
        Thread::new(self.owner(), "thinker", "Hello").await
    }

    /// Asks in a way that says more than the question, and looks at what the model server got.
    async fn ask(&self, has: fn(&Value) -> bool) -> Outcome {
        let messages =
            json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]);
        let body =
            json!({"model": "thinker", "messages": messages, "params": {"temperature": 0.25}, "seed": 7});
        self.owner().post("/api/chat/completions", &body).await.ok();
        if has(self.provider.bodies().last().unwrap()) { Done } else { Refused }
    }

    async fn turn(&self, change: impl FnOnce(&mut Map<String, Value>)) -> Outcome {
        let thread = self.thread().await;
        let mut body = thread.body("no tab");
        change(body.as_object_mut().unwrap());
        self.post("/api/chat/completions", body).await
    }

    /// Asks for an answer to a question that has the answer `first` already, of the same column or another one.
    async fn ask_again(&self, first: Value, column: u64, model: &str) -> Outcome {
        let message = |id: &str, mut fields: Value| {
            fields["id"] = json!(id);
            fields["parentId"] = json!("q");
            fields["role"] = json!("assistant");
            fields
        };
        let question = json!({"id": "q", "role": "user", "content": "Hello", "childrenIds": ["a", "b"]});
        let messages = json!({"q": question, "a": message("a", first),
            "b": message("b", json!({"content": "", "modelIdx": column}))});
        let chat = json!({"title": "T", "history": {"currentId": "b", "messages": messages}});
        let chat = self.owner().post("/api/v1/chats/new", &json!({"chat": chat})).await.ok();
        let body = |id: &str, model: &str| {
            json!({"model": model, "stream": true, "messages": [{"role": "user", "content": "Hello"}],
                "chat_id": chat["id"], "id": id, "session_id": "no tab", "parent_id": "q"})
        };
        if model == "hole" {
            self.owner().post("/api/chat/completions", &body("a", "hole")).await.ok();
        }
        self.post("/api/chat/completions", body("b", "thinker")).await
    }
}

/// A success is a success whatever it holds.
trait IntoOutcome {
    fn into_outcome(self) -> Outcome;
}

impl IntoOutcome for Value {
    fn into_outcome(self) -> Outcome {
        Done
    }
}

fn fresh() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn prompt() -> Value {
    json!({"command": fresh(), "title": "T", "content": "x"})
}

fn model() -> Value {
    json!({"id": fresh(), "name": "M", "base_model_id": "thinker", "meta": {}, "params": {}})
}

const KNOWLEDGE: &[&str] = &["/api/v1/knowledge"];
const TOOLS: &[&str] = &["/api/v1/tools"];

/// Does what a leaf of the section `workspace` or `sharing` is about.
async fn try_workspace(lab: &Lab<'_>, leaf: &str) -> Outcome {
    let (models, prompts, notes) =
        ("/api/v1/models/create", "/api/v1/prompts/create", "/api/v1/notes/create");
    match leaf {
        "workspace.models" => lab.post(models, model()).await,
        "workspace.models_import" => lab.post("/api/v1/models/import", json!({"models": [model()]})).await,
        "workspace.models_export" => lab.get("/api/v1/models/export").await,
        "workspace.prompts" | "workspace.prompts_import" => lab.post(prompts, prompt()).await,
        // The list of prompts is all there is to export.
        "workspace.prompts_export" => Nothing(&["/api/v1/prompts/export"]),
        "workspace.knowledge" | "sharing.knowledge" | "sharing.public_knowledge" => Nothing(KNOWLEDGE),
        "workspace.tools"
        | "workspace.tools_import"
        | "workspace.tools_export"
        | "sharing.tools"
        | "sharing.public_tools" => Nothing(TOOLS),
        "sharing.models" => lab.share(models, model()).await,
        "sharing.public_models" => lab.keep(models, model(), Value::Null).await,
        "sharing.prompts" => lab.share(prompts, prompt()).await,
        "sharing.public_prompts" => lab.keep(prompts, prompt(), Value::Null).await,
        "sharing.notes" => lab.share(notes, json!({"title": "N"})).await,
        "sharing.public_notes" => lab.keep(notes, json!({"title": "N"}), Value::Null).await,
        other => panic!("{other}: say what this permission is about"),
    }
}

/// Does what a leaf of the section `features` is about.
async fn try_feature(lab: &Lab<'_>, leaf: &str) -> Outcome {
    match leaf {
        "features.api_keys" => lab.post("/api/v1/auths/api_key", json!({})).await,
        "features.notes" => lab.get("/api/v1/notes/").await,
        "features.folders" => lab.get("/api/v1/folders/").await,
        "features.channels" => lab.get("/api/v1/channels/").await,
        "features.direct_tool_servers" => {
            lab.turn(|body| drop(body.insert("tool_servers".into(), json!([{"url": "https://x"}])))).await
        }
        // A turn has no such step.
        "features.web_search" => Nothing(&["/api/v1/retrieval/process/web/search"]),
        "features.image_generation" => Nothing(&["/api/v1/images/generations"]),
        "features.code_interpreter" => {
            let reply = lab.owner().post("/api/v1/utils/code/execute", &json!({"code": "1"})).await;
            // No engine runs here: that is said only to those who may ask.
            if reply.status == 400 { Done } else { Refused }
        }
        other => panic!("{other}: say what this permission is about"),
    }
}

/// Does what a leaf of the section `chat` is about.
async fn try_chat(lab: &Lab<'_>, leaf: &str) -> Outcome {
    let chat = async || format!("/api/v1/chats/{}", lab.thread().await.chat_id);
    match leaf {
        "chat.controls" | "chat.params" => {
            lab.ask(|sent| sent["temperature"] == 0.25 && sent["seed"] == 7).await
        }
        "chat.system_prompt" => lab.ask(|sent| sent["messages"][0]["role"] == "system").await,
        "chat.delete" => lab.send(Method::DELETE, &chat().await, json!({})).await,
        "chat.delete_message" => {
            let without = json!({"chat": {"history": {"currentId": null, "messages": {}}}});
            lab.post(&chat().await, without).await
        }
        "chat.edit" => {
            let thread = lab.thread().await;
            let path = format!("/api/v1/chats/{}/messages/{}", thread.chat_id, thread.question_id);
            lab.post(&path, json!({"content": "Changed"})).await
        }
        "chat.share" => lab.post(&format!("{}/share", chat().await), json!({})).await,
        "chat.export" => lab.get("/api/v1/chats/all").await,
        "chat.rate_response" => lab.post("/api/v1/evaluations/feedback", json!({"type": "rating"})).await,
        "chat.continue_response" => {
            let thread = lab.thread().await;
            let path = format!("/api/v1/chats/{}/messages/{}", thread.chat_id, thread.answer_id);
            lab.owner().post(&path, &json!({"content": "Once upon"})).await.ok();
            lab.post("/api/chat/completions", thread.body("no tab")).await
        }
        "chat.regenerate_response" => lab.ask_again(json!({"content": "Hi"}), 0, "thinker").await,
        "chat.multiple_models" => lab.ask_again(json!({"content": ""}), 1, "hole").await,
        "chat.temporary" => lab.turn(|body| drop(body.insert("chat_id".into(), json!("local:x")))).await,
        // The other way round: who has it keeps nothing.
        "chat.temporary_enforced" => lab.post("/api/v1/chats/new", json!({"chat": {"title": "T"}})).await,
        "chat.stt" => lab.post("/openai/audio/transcriptions", json!({"model": "thinker"})).await,
        "chat.tts" => {
            let reply = lab.owner().post("/openai/audio/speech", &json!({"input": "Hello"})).await;
            // There is no connection to the service that speaks: that is said only to those who may ask.
            if reply.status == 404 { Done } else { Refused }
        }
        "chat.file_upload" => {
            let reply = lab.owner().upload("?process=false", "a.txt", "text/plain", "text").await;
            if reply.status == 200 { Done } else { Refused }
        }
        // Speaking and hearing are asked for by themselves.
        "chat.call" => Nothing(&["/api/v1/call"]),
        "chat.valves" => Nothing(TOOLS),
        other => panic!("{other}: say what this permission is about"),
    }
}

#[tokio::test]
async fn every_leaf_of_the_tree_is_enforced_where_it_names_something() {
    let (_server, provider, people) = settled().await;
    let admin = people.session(Admin);
    let lab = Lab { people: &people, provider: &provider };
    let tree = admin.get("/api/v1/users/default/permissions").await.ok();
    let mut leaves: Vec<String> = Vec::new();
    for (section, keys) in tree.as_object().unwrap() {
        leaves.extend(keys.as_object().unwrap().keys().map(|key| format!("{section}.{key}")));
    }
    assert!(leaves.len() > 45, "{leaves:?}");
    for leaf in &leaves {
        let attempt = async || match leaf.split_once('.').unwrap().0 {
            "workspace" | "sharing" => try_workspace(&lab, leaf).await,
            "features" => try_feature(&lab, leaf).await,
            _ => try_chat(&lab, leaf).await,
        };
        permit_everything(admin).await;
        // Either of two is enough to make prompts.
        let makes_prompts = ["workspace.prompts", "workspace.prompts_import"];
        let either = makes_prompts.contains(&leaf.as_str());
        if either {
            permit(admin, &[leaf], false).await;
        }
        match attempt().await {
            Nothing(prefixes) => {
                let found: Vec<_> = table()
                    .into_iter()
                    .filter(|route| prefixes.iter().any(|prefix| route.path.starts_with(prefix)))
                    .map(|route| route.path)
                    .collect();
                assert!(
                    found.is_empty(),
                    "{leaf} names what these routes do, and nothing tries it: {found:?}"
                );
                continue;
            }
            outcome => assert_eq!(outcome, Done, "with {leaf}"),
        }
        let missing: &[&str] = if either { &makes_prompts } else { &[leaf] };
        permit(admin, missing, true).await;
        assert_eq!(attempt().await, Refused, "without {leaf}");
    }
}

#[tokio::test]
async fn sharing_is_asked_for_on_every_way_to_it() {
    let (_server, _provider, people) = settled().await;
    let (admin, owner) = (people.session(Admin), people.session(Owner));
    let lists = json!({"group_ids": [people.readers], "user_ids": []});
    let nobody = json!({"group_ids": [], "user_ids": []});
    let shared = json!({"read": lists, "write": nobody});
    for (area, create, update, form) in [
        ("notes", "/api/v1/notes/create", "/api/v1/notes/{id}/update", json!({"title": "N"})),
        ("prompts", "/api/v1/prompts/create", "/api/v1/prompts/command/{id}/update", prompt()),
        ("models", "/api/v1/models/create", "/api/v1/models/model/update", model()),
    ] {
        permit(admin, &[&format!("sharing.{area}"), &format!("sharing.public_{area}")], true).await;
        let with = |control: &Value| {
            let mut form = form.clone();
            form["access_control"] = control.clone();
            form
        };
        assert_eq!(owner.post(create, &with(&shared)).await.status, 401, "{area}");
        // Left out or everybody: without the permission it is kept private.
        let made = owner.post(create, &with(&Value::Null)).await.ok();
        assert_eq!(made["access_control"], json!({}), "{area}");
        let id =
            made.get("id").or(made.get("command")).and_then(Value::as_str).unwrap().trim_start_matches('/');
        let update = update.replace("{id}", id);
        assert_eq!(owner.post(&update, &with(&shared)).await.status, 401, "{area}");
        assert_eq!(
            owner.post(&update, &with(&Value::Null)).await.ok()["access_control"],
            json!({}),
            "{area}"
        );
        // What an administrator shared stays shared when its owner changes something else, and can only get narrower.
        admin.post(&update, &with(&shared)).await.ok();
        assert_eq!(owner.post(&update, &with(&shared)).await.ok()["access_control"], shared, "{area}");
        let wider = json!({"read": lists, "write": lists});
        assert_eq!(owner.post(&update, &with(&wider)).await.status, 401, "{area}");
        assert_eq!(owner.post(&update, &with(&json!({}))).await.ok()["access_control"], json!({}), "{area}");
        if area == "models" {
            let import = json!({"models": [with(&shared)]});
            assert_eq!(owner.post("/api/v1/models/import", &import).await.status, 401);
        }
    }
}

#[tokio::test]
async fn who_lost_a_permission_changes_nothing_made_with_it() {
    let (_server, _provider, people) = settled().await;
    let (admin, owner) = (people.session(Admin), people.session(Owner));
    let writers = json!({"group_ids": [people.writers], "user_ids": []});
    let for_writers = json!({"read": writers, "write": writers});
    let mut forms = Vec::new();
    for maker in [owner, admin] {
        let mut form = model();
        form["access_control"] = for_writers.clone();
        maker.post("/api/v1/models/create", &form).await.ok();
        let mut text = prompt();
        text["access_control"] = for_writers.clone();
        maker.post("/api/v1/prompts/create", &text).await.ok();
        forms.push((form, text));
    }
    permit(admin, &["workspace.models", "workspace.models_import", "workspace.prompts"], true).await;
    let writer = people.session(super::people::Who::Writer);
    for (caller, (form, text), status) in [
        (owner, &forms[0], 401),
        (writer, &forms[0], 401),
        // Lent by an administrator.
        (writer, &forms[1], 200),
        (admin, &forms[0], 200),
    ] {
        let id = form["id"].as_str().unwrap();
        let command = format!("/api/v1/prompts/command/{}", text["command"].as_str().unwrap());
        for (path, body) in [
            ("/api/v1/models/model/update".to_string(), form.clone()),
            (format!("/api/v1/models/model/toggle?id={id}"), json!({})),
            (format!("{command}/update"), text.clone()),
        ] {
            let reply = caller.post(&path, &body).await;
            assert_eq!(reply.status, status, "{path}: {}", reply.text);
        }
        if status == 401 {
            assert_eq!(caller.post("/api/v1/models/model/delete", &json!({"id": id})).await.status, 401);
            assert_eq!(caller.delete(&format!("{command}/delete")).await.status, 401);
        }
    }
}

#[tokio::test]
async fn what_a_group_permits_its_members_may_do_and_others_may_not() {
    let (_server, _provider, people) = settled().await;
    let admin = people.session(Admin);
    permit(admin, &[], false).await;
    let group = format!("/api/v1/groups/id/{}", people.readers);
    let (member, other) = (people.session(super::people::Who::Reader), people.session(Owner));
    assert_eq!(member.get("/api/v1/notes/").await.status, 401);
    let form = json!({"name": "readers", "description": "", "permissions": {"features": {"notes": true, "folders": false}}});
    admin.post(&format!("{group}/update"), &form).await.ok();
    assert_eq!(member.get("/api/v1/notes/").await.status, 200);
    assert_eq!(other.get("/api/v1/notes/").await.status, 401);
    assert_eq!(member.get("/api/v1/folders/").await.status, 401);
    // A group gives and never takes.
    permit(admin, &["features.folders"], false).await;
    assert_eq!(member.get("/api/v1/folders/").await.status, 200);
    let gone = json!({"user_ids": [member.id]});
    admin.post(&format!("{group}/users/remove"), &gone).await.ok();
    assert_eq!(member.get("/api/v1/notes/").await.status, 401);
}

#[tokio::test]
async fn of_answers_asked_for_at_once_one_begins_without_the_permission_for_several() {
    let (_server, _provider, people) = settled().await;
    permit(people.session(Admin), &["chat.multiple_models"], true).await;
    let owner = people.session(Owner);
    for _ in 0..5 {
        let ids: Vec<String> = (0..4).map(|n| format!("a{n}")).collect();
        let mut messages = json!({"q": {"id": "q", "role": "user", "content": "Hi", "childrenIds": ids}});
        for (column, id) in ids.iter().enumerate() {
            messages[id] = json!({"id": id, "role": "assistant", "content": "", "parentId": "q",
                "childrenIds": [], "modelIdx": column});
        }
        let chat = json!({"title": "T", "history": {"currentId": "a0", "messages": messages}});
        let chat = owner.post("/api/v1/chats/new", &json!({"chat": chat})).await.ok();
        let asks = ids.iter().map(|id| {
            let body = json!({"model": "hole", "stream": true, "messages": [{"role": "user", "content": "Hi"}],
                "chat_id": chat["id"], "id": id, "session_id": "no tab", "parent_id": "q"});
            async move { owner.post("/api/chat/completions", &body).await.status }
        });
        let mut statuses = futures::future::join_all(asks).await;
        statuses.sort_unstable();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    }
}
