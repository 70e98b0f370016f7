//! Notes, which their owners may share.

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::request::Parts,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_config::keys;
use transom_identity::{Caller, access::Action};
use transom_realtime::{Emission, note_room, rooms_of_note};
use transom_store::{NewNote, Note, NoteAccess, NotePatch, NoteQuery, Ownership};

use super::{
    answers,
    grants::{self, Sharing, not_found, refused, settled, unauthorized},
    shapes::{self, given},
};
use crate::{
    ApiError, App, Result,
    extract::{Body, Path, Query, Verified},
    router::Routes,
    rule::{Resource, Rule},
};

/// Who may call: everybody for whom there are notes at all.
const USER: Rule = Rule::Permission("features.notes");
const WRITE: Rule = Rule::OwnerOrGrant(Resource::Note, Action::Write);
const SHARING: Sharing = Sharing { some: "sharing.notes", everybody: "sharing.public_notes" };
/// Notes on a page.
const PAGE: u64 = 60;

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/notes/", USER, "Notes the caller may read, last changed first", list)
        .gives::<Vec<answers::NoteWithOwner>>()
        .get("/api/v1/notes/search", USER, "A page of the notes that match", search)
        .gives::<answers::Notes>()
        .post("/api/v1/notes/create", USER, "Keep a note", create)
        .get("/api/v1/notes/{id}", Rule::OwnerOrGrant(Resource::Note, Action::Read), "One note", read)
        .gives::<answers::NoteWithAccess>()
        .post("/api/v1/notes/{id}/update", WRITE, "Change a note", update)
        .delete("/api/v1/notes/{id}/delete", WRITE, "Delete a note", delete)
}

/// An account for which there are notes.
struct NoteUser(Caller);

impl crate::describe::Argument for NoteUser {}

impl FromRequestParts<App> for NoteUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Verified(caller) = Verified::from_request_parts(parts, app).await?;
        if !app.settings.get(&keys::ENABLE_NOTES) {
            return Err(ApiError::forbidden("Notes are not enabled"));
        }
        if app.access().has_notes(&caller.user).await? { Ok(Self(caller)) } else { Err(unauthorized()) }
    }
}

async fn may(app: &App, caller: &Caller, action: Action, note: &Note) -> Result<bool> {
    let access = NoteAccess { user_id: note.user_id.clone(), access_control: note.access_control.clone() };
    app.access().with_note(&caller.user, action, &access).await
}

/// A note that the caller may use in this way.
async fn find(app: &App, caller: &Caller, action: Action, id: &str) -> Result<Note> {
    let note = app.store.notes.get(id).await?.ok_or_else(not_found)?;
    if may(app, caller, action, &note).await? { Ok(note) } else { Err(refused()) }
}

async fn query_of(app: &App, caller: &Caller) -> Result<NoteQuery> {
    Ok(NoteQuery {
        user_id: caller.user.id.clone(),
        group_ids: app.identity.group_ids(&caller.user.id).await?.to_vec(),
        ..NoteQuery::default()
    })
}

/// Notes with their owners.
async fn with_owners(app: &App, notes: &[Note]) -> Result<Vec<Value>> {
    let owners = shapes::owners(app, notes.iter().map(|note| note.user_id.as_str())).await?;
    let line = |note: &Note| {
        let mut line = json!(note);
        line["user"] = owners.get(&note.user_id).map_or(Value::Null, shapes::owner);
        line
    };
    Ok(notes.iter().map(line).collect())
}

#[derive(Deserialize, JsonSchema)]
struct ListQuery {
    page: Option<u64>,
}

async fn list(
    State(app): State<App>,
    NoteUser(caller): NoteUser,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<Value>>> {
    let limit = query.page.map(|_| PAGE);
    let offset = shapes::offset(query.page, PAGE);
    let wanted = NoteQuery { offset, limit, ..query_of(&app, &caller).await? };
    Ok(Json(with_owners(&app, &app.store.notes.list(&wanted).await?).await?))
}

#[derive(Deserialize, JsonSchema)]
struct SearchQuery {
    query: Option<String>,
    /// `created` for the caller's own, `shared` for those of others.
    view_option: Option<String>,
    /// `write` for those the caller may change, `read_only` for the others.
    permission: Option<String>,
    order_by: Option<String>,
    direction: Option<String>,
    page: Option<u64>,
}

async fn search(
    State(app): State<App>,
    NoteUser(caller): NoteUser,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Value>> {
    let wanted = NoteQuery {
        ownership: match query.view_option.as_deref() {
            Some("created") => Ownership::Own,
            Some("shared") => Ownership::Shared,
            _ => Ownership::Any,
        },
        writable: match query.permission.as_deref() {
            Some("write") => Some(true),
            Some("read_only") => Some(false),
            _ => None,
        },
        query: query.query,
        order_by: query.order_by,
        ascending: !shapes::descending(query.direction.as_deref()),
        offset: shapes::offset(query.page, PAGE),
        limit: Some(PAGE),
        ..query_of(&app, &caller).await?
    };
    let items = with_owners(&app, &app.store.notes.list(&wanted).await?).await?;
    Ok(Json(json!({"items": items, "total": app.store.notes.count(&wanted).await?})))
}

#[derive(Deserialize, JsonSchema)]
struct NoteForm {
    title: String,
    #[serde(default)]
    data: Option<Map<String, Value>>,
    #[serde(default)]
    meta: Option<Map<String, Value>>,
    /// `null` for everyone; left out of a change, it stays as it is.
    #[serde(default, deserialize_with = "given")]
    access_control: Option<Value>,
}

/// Takes out of a note's data the files that the caller may not read.
async fn keep_readable(
    app: &App,
    caller: &Caller,
    data: &mut Option<Map<String, Value>>,
    before: &Value,
) -> Result<()> {
    let Some(Value::Array(files)) = data.as_mut().and_then(|data| data.get_mut("files")) else {
        return Ok(());
    };
    let before = before.get("files").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    grants::keep_readable(app, caller, files, before).await
}

async fn create(
    State(app): State<App>,
    NoteUser(caller): NoteUser,
    Body(mut form): Body<NoteForm>,
) -> Result<Json<Note>> {
    keep_readable(&app, &caller, &mut form.data, &Value::Null).await?;
    let new = NewNote {
        user_id: caller.user.id.clone(),
        title: shapes::name("The title", form.title)?,
        data: form.data.map_or(Value::Null, Value::Object),
        meta: form.meta.map_or(Value::Null, Value::Object),
        access_control: settled(&app, &caller, form.access_control, Some(&json!({})), SHARING).await?,
    };
    Ok(Json(app.store.notes.create(new).await?))
}

async fn read(
    State(app): State<App>,
    NoteUser(caller): NoteUser,
    Path(id): Path<String>,
) -> Result<Json<Value>> {
    let note = find(&app, &caller, Action::Read, &id).await?;
    let mut body = json!(note);
    body["write_access"] = json!(may(&app, &caller, Action::Write, &note).await?);
    Ok(Json(body))
}

async fn update(
    State(app): State<App>,
    NoteUser(caller): NoteUser,
    Path(id): Path<String>,
    Body(mut form): Body<NoteForm>,
) -> Result<Json<Note>> {
    let note = find(&app, &caller, Action::Write, &id).await?;
    keep_readable(&app, &caller, &mut form.data, &note.data).await?;
    let access_control = match form.access_control {
        Some(wanted) => {
            Some(settled(&app, &caller, Some(wanted), note.access_control.as_ref(), SHARING).await?)
        }
        None => None,
    };
    let shared_otherwise = access_control.is_some();
    let patch = NotePatch {
        title: Some(shapes::name("The title", form.title)?),
        data: form.data,
        meta: form.meta,
        access_control,
    };
    let changed = app.store.notes.update(&note.id, patch).await?;
    if shared_otherwise {
        recheck(&app, &changed.id).await;
    }
    tell(&app, &changed).await;
    Ok(Json(changed))
}

async fn delete(
    State(app): State<App>,
    NoteUser(caller): NoteUser,
    Path(id): Path<String>,
) -> Result<Json<bool>> {
    let note = find(&app, &caller, Action::Write, &id).await?;
    let gone = app.store.notes.delete(&note.id).await?;
    recheck(&app, &note.id).await;
    Ok(Json(gone))
}

/// Tells those who look at a note what it is like now.
async fn tell(app: &App, note: &Note) {
    let (room, event) = (Some(note_room(&note.id)), "note-events".to_owned());
    let emission = Emission { room, event, payload: json!(note), ..Emission::default() };
    if let Err(error) = app.realtime.emit(&emission).await {
        tracing::warn!(%error, "a change of a note did not reach the bus");
    }
}

/// Makes tabs leave the note's rooms whose accounts may not read it any more.
async fn recheck(app: &App, note_id: &str) {
    for room in rooms_of_note(note_id) {
        if let Err(error) = app.realtime.recheck_room(&room).await {
            tracing::warn!(%error, "the room of a note could not be checked");
        }
    }
}
