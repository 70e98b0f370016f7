//! Everything a server keeps, as text: to see that a refused call changed nothing.

use std::fmt::Write as _;

use transom_store::{FeedbackQuery, FileRow, NoteQuery, OpenOptions, Store, Text, UserQuery};
use transom_testkit::TestServer;

/// The database of a running server, read beside it.
pub struct Kept(Store);

impl Kept {
    pub async fn of(server: &TestServer) -> Self {
        let url = format!("sqlite://{}", server.data().join("webui.db").display());
        Self::on(OpenOptions::new(url)).await
    }

    pub async fn on(options: OpenOptions) -> Self {
        Self(Store::open(&options).await.unwrap())
    }

    /// Keeps a file that nobody uploaded.
    pub async fn add_file(&self, file: FileRow) {
        self.0.files.create(file).await.unwrap();
    }

    /// All of it, but for when somebody was last seen.
    pub async fn now(&self) -> String {
        let store = &self.0;
        let mut all = String::new();
        let mut users = store.users.list(UserQuery::default()).await.unwrap().0;
        for user in &mut users {
            user.last_active_at = 0;
        }
        for user in &users {
            let of = &user.id;
            writeln!(all, "{user:?}").unwrap();
            writeln!(all, "{:?}", store.credentials.get(of).await.unwrap()).unwrap();
            writeln!(all, "{:?}", store.api_keys.get(of).await.unwrap().map(|key| key.key)).unwrap();
            writeln!(all, "{:?}", store.folders.of_user(of).await.unwrap()).unwrap();
            writeln!(all, "{:?}", store.tags.of_user(of).await.unwrap()).unwrap();
            writeln!(all, "{:?}", store.memories.of_user(of).await.unwrap()).unwrap();
            let notes = NoteQuery { user_id: of.clone(), ..NoteQuery::default() };
            writeln!(all, "{:?}", store.notes.list(&notes).await.unwrap()).unwrap();
        }
        for chat in store.chats.all_rows().await.unwrap() {
            writeln!(all, "{:?}", store.chats.json(&chat.id, |_| Ok(Vec::new())).await.unwrap()).unwrap();
        }
        for group in store.groups.all().await.unwrap() {
            writeln!(all, "{group:?} {:?}", store.groups.member_ids(&group.id).await.unwrap()).unwrap();
        }
        for channel in store.channels.all().await.unwrap() {
            writeln!(all, "{channel:?}").unwrap();
            writeln!(all, "{:?}", store.channel_members.of_channel(&channel.id).await.unwrap()).unwrap();
            writeln!(all, "{:?}", store.channel_messages.page(&channel.id, 0, 1_000).await.unwrap()).unwrap();
        }
        writeln!(all, "{:?}", store.models.all().await.unwrap()).unwrap();
        writeln!(all, "{:?}", store.prompts.all().await.unwrap()).unwrap();
        writeln!(all, "{:?}", store.files.list(None, Text::With).await.unwrap()).unwrap();
        writeln!(all, "{:?}", store.feedbacks.list(FeedbackQuery::default()).await.unwrap()).unwrap();
        let mut settings = store.settings.all().await.unwrap();
        settings.sort_by(|(a, _), (b, _)| a.cmp(b));
        writeln!(all, "{settings:?}").unwrap();
        all
    }
}

/// Panics with the lines that differ.
pub fn assert_same(before: &str, after: &str, what: &str) {
    if before == after {
        return;
    }
    let changed = after.lines().filter(|line| !before.lines().any(|old| old == *line));
    let gone = before.lines().filter(|line| !after.lines().any(|new| new == *line));
    let shown = |line: &str| line.chars().take(600).collect::<String>();
    panic!(
        "{what}: a refused call changed something\nnow: {:#?}\nbefore: {:#?}",
        changed.map(shown).collect::<Vec<_>>(),
        gone.map(shown).collect::<Vec<_>>()
    );
}
