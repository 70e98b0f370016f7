//! Lists of chats, search, and statistics.

use axum::{Json, extract::State, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use transom_config::keys;
use transom_store::{Chat, ChatQuery, ChatSummary, Hit};

use super::super::answers;
use super::super::shapes::{json_text, offset};
use super::{OWN_LIST, shown_chat};
use crate::{
    ApiError, App, Result,
    extract::{Admin, Path, Query, Verified},
    router::Routes,
    routes::grants::not_found,
    rule::{Resource, Rule},
};

/// Chats of a page.
const PAGE: u64 = 60;
/// Chats of a page inside of a folder.
const FOLDER_PAGE: u64 = 10;

/// Whole chats, all at once, are what an export is made of.
const EXPORT: Rule = Rule::Permission("chat.export");
const IN_FOLDER: Rule = Rule::Owner(Resource::Folder, None);

pub(super) fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/chats/", OWN_LIST, "A page of the list", list)
        .gives::<answers::Chats>()
        .get("/api/v1/chats/list", OWN_LIST, "A page of the list", list)
        .gives::<answers::Chats>()
        .get("/api/v1/chats/pinned", OWN_LIST, "Pinned chats", pinned_list)
        .get("/api/v1/chats/archived", OWN_LIST, "A page of the archive", archived)
        .get("/api/v1/chats/all", EXPORT, "All chats with their documents", all)
        .gives::<Vec<answers::ChatResponse>>()
        .get("/api/v1/chats/all/archived", EXPORT, "All archived chats with their documents", all_archived)
        .gives::<Vec<answers::ChatResponse>>()
        .get("/api/v1/chats/all/db", Rule::Admin, "Every chat of the server", all_db)
        .gives::<Vec<answers::ChatResponse>>()
        .get("/api/v1/chats/list/user/{user_id}", Rule::Admin, "Another account's chats", of_user)
        .get("/api/v1/chats/folder/{folder_id}", IN_FOLDER, "Chats of a folder and those below it", folder)
        .gives::<Vec<answers::ChatResponse>>()
        .get("/api/v1/chats/folder/{folder_id}/list", IN_FOLDER, "A page of a folder's chats", folder_list)
        .get("/api/v1/chats/search", OWN_LIST, "Search titles and messages", search)
        .get("/api/v1/chats/stats/usage", OWN_LIST, "Statistics of one's own chats", stats)
        .gives::<answers::ChatsFigures>()
}

fn page(number: Option<u64>, size: u64) -> (u64, Option<u64>) {
    (offset(number, size), Some(size))
}

#[derive(Deserialize, JsonSchema)]
struct ListQuery {
    #[serde(default)]
    page: Option<u64>,
    #[serde(default)]
    include_pinned: Option<bool>,
    #[serde(default)]
    include_folders: Option<bool>,
}

async fn list(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let (offset, limit) = match query.page {
        Some(number) => page(Some(number), PAGE),
        // Without a page the contract gives everything.
        None => (0, None),
    };
    let wanted = ChatQuery {
        user_id: caller.user.id.clone(),
        archived: Some(false),
        pinned: if query.include_pinned.unwrap_or(false) { None } else { Some(false) },
        in_folder: if query.include_folders.unwrap_or(false) { None } else { Some(None) },
        offset,
        limit,
        ..ChatQuery::default()
    };
    let text = app.store.chats.list_json(wanted).await?;
    Ok(json_text(text))
}

async fn pinned_list(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<ChatSummary>>> {
    let wanted = ChatQuery {
        user_id: caller.user.id.clone(),
        archived: Some(false),
        pinned: Some(true),
        ..ChatQuery::default()
    };
    Ok(Json(app.store.chats.list(wanted).await?))
}

#[derive(Deserialize, JsonSchema)]
struct FilteredQuery {
    #[serde(default)]
    page: Option<u64>,
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    order_by: Option<String>,
    #[serde(default)]
    direction: Option<String>,
}

impl FilteredQuery {
    fn wanted(self, user_id: String, archived: Option<bool>) -> ChatQuery {
        let (offset, limit) = page(self.page, PAGE);
        let descending = !self.direction.is_some_and(|d| d.eq_ignore_ascii_case("asc"));
        ChatQuery {
            user_id,
            archived,
            query: self.query,
            order_by: self.order_by,
            descending,
            offset,
            limit,
            ..ChatQuery::default()
        }
    }
}

async fn archived(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<FilteredQuery>,
) -> Result<Json<Vec<ChatSummary>>> {
    Ok(Json(app.store.chats.list(query.wanted(caller.user.id.clone(), Some(true))).await?))
}

async fn of_user(
    State(app): State<App>,
    _: Admin,
    Path(user_id): Path<String>,
    Query(query): Query<FilteredQuery>,
) -> Result<Json<Vec<ChatSummary>>> {
    if !app.settings.get(&keys::ENABLE_ADMIN_CHAT_ACCESS) {
        return Err(ApiError::unauthorized(
            "Administrators may not look at other people's chats on this server.",
        ));
    }
    Ok(Json(app.store.chats.list(query.wanted(user_id, None)).await?))
}

/// Whole chats of a query.
async fn documents(app: &App, wanted: ChatQuery) -> Result<Vec<Chat>> {
    let mut chats = Vec::new();
    for row in app.store.chats.list(wanted).await? {
        // A chat that was deleted meanwhile is simply not there.
        chats.extend(app.store.chats.get(&row.id).await?);
    }
    Ok(chats)
}

async fn all(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<Value>>> {
    let wanted = ChatQuery { user_id: caller.user.id.clone(), archived: Some(false), ..ChatQuery::default() };
    Ok(Json(documents(&app, wanted).await?.into_iter().map(shown_chat).collect()))
}

async fn all_archived(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<Value>>> {
    let wanted = ChatQuery { user_id: caller.user.id.clone(), archived: Some(true), ..ChatQuery::default() };
    Ok(Json(documents(&app, wanted).await?.into_iter().map(shown_chat).collect()))
}

async fn all_db(State(app): State<App>, _: Admin) -> Result<Json<Vec<Value>>> {
    if !app.settings.get(&keys::ENABLE_ADMIN_EXPORT) {
        return Err(ApiError::unauthorized("Exporting everybody's chats is switched off on this server."));
    }
    let mut chats = Vec::new();
    for row in app.store.chats.all_rows().await? {
        chats.extend(app.store.chats.get(&row.id).await?.map(shown_chat));
    }
    Ok(Json(chats))
}

/// Refuses a folder that is not the caller's.
///
/// # Errors
/// 404.
async fn check_own(app: &App, user_id: &str, folder_id: &str) -> Result<()> {
    match app.store.folders.get(folder_id, user_id).await? {
        Some(_) => Ok(()),
        None => Err(not_found()),
    }
}

/// A folder of the caller and all folders below it.
async fn folder_tree(app: &App, user_id: &str, folder_id: &str) -> Result<Vec<String>> {
    let mut ids = vec![folder_id.to_string()];
    ids.extend(app.store.folders.children(folder_id, user_id).await?);
    ids.dedup();
    Ok(ids)
}

async fn folder(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(folder_id): Path<String>,
) -> Result<Json<Vec<Value>>> {
    check_own(&app, &caller.user.id, &folder_id).await?;
    let wanted = ChatQuery {
        user_id: caller.user.id.clone(),
        archived: Some(false),
        in_folders: folder_tree(&app, &caller.user.id, &folder_id).await?,
        ..ChatQuery::default()
    };
    Ok(Json(documents(&app, wanted).await?.into_iter().map(shown_chat).collect()))
}

async fn folder_list(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(folder_id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<ChatSummary>>> {
    check_own(&app, &caller.user.id, &folder_id).await?;
    let (offset, limit) = page(query.page, FOLDER_PAGE);
    let wanted = ChatQuery {
        user_id: caller.user.id.clone(),
        archived: Some(false),
        in_folder: Some(Some(folder_id)),
        offset,
        limit,
        ..ChatQuery::default()
    };
    Ok(Json(app.store.chats.list(wanted).await?))
}

#[derive(Deserialize, JsonSchema)]
struct SearchQuery {
    /// Words, and `tag:`, `folder:`, `pinned:`, `archived:` or `shared:` with a value.
    text: String,
    /// From 1.
    #[serde(default)]
    page: Option<u64>,
    /// Whether to show the messages that were found; not part of the contract.
    #[serde(default)]
    snippets: Option<bool>,
}

/// A chat that was found.
#[derive(Serialize, JsonSchema)]
struct FoundChat {
    #[serde(flatten)]
    chat: ChatSummary,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    hit: Option<FoundMessage>,
}

/// The last message that was found in it.
#[derive(Serialize, JsonSchema)]
struct FoundMessage {
    message_id: String,
    snippet: String,
}

async fn search(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Vec<FoundChat>>> {
    let (offset, limit) = page(query.page, PAGE);
    let base = ChatQuery {
        user_id: caller.user.id.clone(),
        archived: Some(false),
        offset,
        limit,
        ..ChatQuery::default()
    };
    let (mut wanted, folders) = operators(&query.text, base);
    if !folders.is_empty() {
        let all = app.store.folders.of_user(&caller.user.id).await?;
        for name in &folders {
            let named = |f: &&transom_store::Folder| f.name.to_lowercase().replace(' ', "_") == *name;
            if let Some(folder) = all.iter().find(named) {
                wanted.in_folders.extend(folder_tree(&app, &caller.user.id, &folder.id).await?);
            }
        }
        if wanted.in_folders.is_empty() {
            return Ok(Json(Vec::new()));
        }
    }
    if !query.snippets.unwrap_or(false) {
        let chats = app.store.chats.list(wanted).await?;
        return Ok(Json(chats.into_iter().map(|chat| FoundChat { chat, hit: None }).collect()));
    }
    let found = |(chat, hit): (ChatSummary, Option<Hit>)| FoundChat {
        chat,
        hit: hit.map(|Hit { message_id, snippet }| FoundMessage { message_id, snippet }),
    };
    Ok(Json(app.store.chats.search(wanted).await?.into_iter().map(found).collect()))
}

/// Takes `tag:`, `folder:`, `pinned:`, `archived:` and `shared:` out of a search text; the names of folders come back.
fn operators(text: &str, mut wanted: ChatQuery) -> (ChatQuery, Vec<String>) {
    let mut words = Vec::new();
    let mut folders = Vec::new();
    for word in text.split_whitespace() {
        let flag = |value: &str| Some(value.eq_ignore_ascii_case("true"));
        match word.split_once(':') {
            Some(("tag", "none")) => wanted.untagged = true,
            Some(("tag", name)) if !name.is_empty() => wanted.tags.push(name.to_lowercase()),
            Some(("folder", name)) if !name.is_empty() => folders.push(name.to_lowercase()),
            Some(("pinned", value)) => wanted.pinned = flag(value),
            Some(("archived", value)) => wanted.archived = flag(value),
            Some(("shared", value)) => wanted.shared = flag(value),
            _ => words.push(word),
        }
    }
    if !words.is_empty() {
        wanted.text = Some(words.join(" "));
    }
    (wanted, folders)
}

#[derive(Deserialize, JsonSchema)]
struct StatsQuery {
    #[serde(default)]
    items_per_page: Option<u64>,
    #[serde(default)]
    page: Option<u64>,
}

async fn stats(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<StatsQuery>,
) -> Result<Json<Value>> {
    let size = query.items_per_page.unwrap_or(50).clamp(1, 200);
    let (offset, limit) = page(query.page, size);
    let wanted = ChatQuery { user_id: caller.user.id.clone(), offset, limit, ..ChatQuery::default() };
    let total = app.store.chats.count(wanted.clone()).await?;
    let items: Vec<Value> = documents(&app, wanted).await?.iter().map(chat_stats).collect();
    Ok(Json(json!({"items": items, "total": total})))
}

/// Figures of one chat.
fn chat_stats(chat: &Chat) -> Value {
    let empty = Map::new();
    let history = chat.document.get("history");
    let all = history.and_then(|h| h.get("messages")).and_then(Value::as_object).unwrap_or(&empty);
    let current = history.and_then(|h| h.get("currentId")).and_then(Value::as_str).unwrap_or_default();
    let mut branch: Vec<&Value> = Vec::new();
    let mut next = Some(current);
    while let Some(message) = next.and_then(|id| all.get(id)) {
        branch.push(message);
        next = message.get("parentId").and_then(Value::as_str).filter(|_| branch.len() <= all.len());
    }
    let everything: Vec<&Value> = all.values().collect();
    let role = |m: &&&Value, wanted: &str| m.get("role").and_then(Value::as_str) == Some(wanted);
    let of = |list: &[&Value], wanted: &str| list.iter().filter(|m| role(m, wanted)).count();
    let last = branch.first().and_then(|m| m.get("timestamp")).cloned().unwrap_or(Value::Null);
    json!({
        "id": chat.row.id,
        "models": models_of(&branch),
        "message_count": branch.len(),
        "history_models": models_of(&everything),
        "history_message_count": everything.len(),
        "history_user_message_count": of(&everything, "user"),
        "history_assistant_message_count": of(&everything, "assistant"),
        "average_response_time": response_time(&everything, all),
        "average_user_message_content_length": average_length(&everything, "user"),
        "average_assistant_message_content_length": average_length(&everything, "assistant"),
        "tags": chat.row.meta.get("tags").cloned().unwrap_or(json!([])),
        "last_message_at": last,
        "updated_at": chat.row.updated_at,
        "created_at": chat.row.created_at,
    })
}

fn models_of(messages: &[&Value]) -> Value {
    let mut counts = Map::new();
    for model in messages.iter().filter_map(|m| m.get("model").and_then(Value::as_str)) {
        let seen = counts.get(model).and_then(Value::as_u64).unwrap_or(0);
        counts.insert(model.to_string(), json!(seen + 1));
    }
    Value::Object(counts)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0u32), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

fn average_length(messages: &[&Value], role: &str) -> f64 {
    let texts = messages.iter().filter(|m| m.get("role").and_then(Value::as_str) == Some(role));
    let lengths = texts.filter_map(|m| m.get("content").and_then(Value::as_str)).map(|t| t.chars().count());
    mean(lengths.map(|n| u32::try_from(n).map_or(f64::from(u32::MAX), f64::from)))
}

/// Seconds from a question to its answer.
fn response_time(messages: &[&Value], all: &Map<String, Value>) -> f64 {
    let time = |m: &Value| m.get("timestamp").and_then(Value::as_f64);
    let answers = messages.iter().filter(|m| m.get("role").and_then(Value::as_str) == Some("assistant"));
    mean(answers.filter_map(|m| {
        let parent = all.get(m.get("parentId")?.as_str()?)?;
        Some((time(m)? - time(parent)?).max(0.0))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_texts_may_hold_operators() {
        let (wanted, folders) =
            operators("tag:Sweet_Thing banana pinned:true split folder:Work", ChatQuery::default());
        assert_eq!(wanted.tags, ["sweet_thing"]);
        assert_eq!(wanted.pinned, Some(true));
        assert_eq!(wanted.text.as_deref(), Some("banana split"));
        assert_eq!(folders, ["work"]);
        assert!(operators("tag:none", ChatQuery::default()).0.untagged);
        assert_eq!(
            operators("http://x 10:30", ChatQuery::default()).0.text.as_deref(),
            Some("http://x 10:30")
        );
    }
}
