use async_trait::async_trait;
use serde_json::json;
use transom_identity::access::Action;
use transom_store::Role;

use super::*;
use crate::SessionInfo;

/// Writes down what is saved.
#[derive(Default)]
struct Notebook(Mutex<Vec<String>>);

impl Notebook {
    fn read(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Hooks for Notebook {
    async fn rooms_of(&self, _: &User) -> Vec<String> {
        Vec::new()
    }
    async fn may_hear_channel(&self, _: &User, _: &str) -> bool {
        false
    }

    async fn snapshot(&self, _: &str, _: Option<&str>, _: &str) {}
    async fn event(&self, _: &SessionInfo, _: &str, _: Value) {}
    async fn may_use_document(&self, _: &User, _: &str, _: Action) -> bool {
        true
    }
    async fn save_document(&self, user: &User, note_id: &str, data: Map<String, Value>) {
        self.0.lock().unwrap().push(format!("{} {note_id} {}", user.id, Value::Object(data)));
    }
    async fn channel_read(&self, _: &User, _: &str) {}
    async fn disconnected(&self, _: &SessionInfo) {}
}

fn somebody(id: &str) -> Arc<User> {
    Arc::new(User {
        id: id.to_owned(),
        email: String::new(),
        name: String::new(),
        role: Role::User,
        username: None,
        profile_image_url: String::new(),
        bio: None,
        gender: None,
        date_of_birth: None,
        timezone: None,
        status_emoji: None,
        status_message: None,
        status_expires_at: None,
        settings: Value::Null,
        info: Value::Null,
        oauth: Value::Null,
        last_active_at: 0,
        updated_at: 0,
        created_at: 0,
    })
}

fn data(number: u8) -> Map<String, Value> {
    Map::from_iter([("n".to_owned(), json!(number))])
}

/// Lets the tasks whose time has come run.
async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
    tokio::task::yield_now().await;
}

#[tokio::test(start_paused = true)]
async fn only_the_last_of_many_changes_is_saved() {
    let notebook = Arc::new(Notebook::default());
    let hooks: Arc<dyn Hooks> = notebook.clone();
    let saves = Saves::default();
    saves.plan(&hooks, somebody("a"), "one", data(1));
    pass(Duration::from_millis(400)).await;
    saves.plan(&hooks, somebody("b"), "one", data(2));
    saves.plan(&hooks, somebody("a"), "two", data(3));
    pass(Duration::from_millis(400)).await;
    assert!(notebook.read().is_empty(), "each change puts the saving off");
    pass(Duration::from_millis(150)).await;
    let mut saved = notebook.read();
    saved.sort();
    assert_eq!(saved, [r#"a two {"n":3}"#, r#"b one {"n":2}"#]);
}

#[tokio::test(start_paused = true)]
async fn what_is_planned_can_be_saved_at_once() {
    let notebook = Arc::new(Notebook::default());
    let hooks: Arc<dyn Hooks> = notebook.clone();
    let saves = Saves::default();
    saves.plan(&hooks, somebody("a"), "one", data(1));
    saves.flush(&hooks).await;
    assert_eq!(notebook.read(), [r#"a one {"n":1}"#]);
    pass(Duration::from_secs(2)).await;
    assert_eq!(notebook.read().len(), 1, "and not once more");
}
