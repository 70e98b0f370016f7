//! Workspace models: presets over a model, and settings on the models of a server.

mod base;
mod change;
mod import;

use axum::{Json, extract::State, response::Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use transom_identity::{Caller, access::Action};
use transom_store::ModelRow;

use super::{
    answers,
    grants::{may, may_change, not_found},
    pictures::{self, BuiltIn},
    shapes::{self, PAGE},
};
use crate::{
    App, Result,
    extract::{Admin, Query, Verified},
    router::Routes,
    rule::{Resource, Rule},
};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/models/list", Rule::Verified, "A page of the models the caller may change", list)
        .gives::<answers::WorkspaceModels>()
        .get("/api/v1/models/tags", Rule::Verified, "Tags of the models the caller may change", tags)
        .get("/api/v1/models/base", Rule::Admin, "Settings on the models of servers", base_settings)
        .get(
            "/api/v1/models/export",
            Rule::Permission("workspace.models_export"),
            "Models for another server",
            export,
        )
        .get("/api/v1/models/model", Rule::OwnerOrGrant(Resource::Model, Action::Read), "One model", read)
        .get("/api/v1/models/model/profile/image", Rule::Verified, "The picture of a model", image)
        .gives_bytes("image/*")
        .merge(change::routes())
        .merge(import::routes())
}

/// The permission to make models.
const MAY_MAKE: &str = "workspace.models";

async fn may_see(app: &App, caller: &Caller, row: &ModelRow) -> Result<bool> {
    may(app, caller, Action::Read, &row.user_id, row.access_control.as_ref()).await
}

async fn may_edit(app: &App, caller: &Caller, row: &ModelRow) -> Result<bool> {
    may_change(app, caller, &row.user_id, row.access_control.as_ref(), MAY_MAKE).await
}

async fn find(app: &App, id: &str) -> Result<ModelRow> {
    app.store.models.get(id).await?.ok_or_else(not_found)
}

/// The presets that the caller may change, oldest first.
async fn editable(app: &App, caller: &Caller) -> Result<Vec<ModelRow>> {
    let mut rows = Vec::new();
    for row in app.store.models.all().await? {
        if row.base_model_id.is_some() && may_edit(app, caller, &row).await? {
            rows.push(row);
        }
    }
    Ok(rows)
}

fn tag_names(row: &ModelRow) -> impl Iterator<Item = &str> {
    let tags = row.meta.get("tags").and_then(Value::as_array);
    tags.into_iter().flatten().filter_map(|tag| tag.get("name").and_then(Value::as_str))
}

#[derive(Deserialize, Default, JsonSchema)]
struct ListQuery {
    #[serde(default)]
    query: Option<String>,
    /// `created` for the caller's own, `shared` for those of others.
    #[serde(default)]
    view_option: Option<String>,
    #[serde(default)]
    tag: Option<String>,
    /// `name`, `updated_at` or `created_at` (also for any other word).
    #[serde(default)]
    order_by: Option<String>,
    #[serde(default)]
    direction: Option<String>,
    #[serde(default)]
    page: Option<u64>,
}

/// The rows that match, in the order wanted.
fn chosen(mut rows: Vec<ModelRow>, query: &ListQuery, caller_id: &str) -> Vec<ModelRow> {
    let text = query.query.as_deref().map(str::to_lowercase);
    rows.retain(|row| {
        let has = |text: &str| {
            let base = row.base_model_id.as_deref().unwrap_or_default();
            row.name.to_lowercase().contains(text) || base.to_lowercase().contains(text)
        };
        let view = match query.view_option.as_deref() {
            Some("created") => row.user_id == caller_id,
            Some("shared") => row.user_id != caller_id,
            _ => true,
        };
        let tagged =
            query.tag.as_deref().is_none_or(|tag| tag_names(row).any(|name| name.eq_ignore_ascii_case(tag)));
        view && tagged && text.as_deref().is_none_or(has)
    });
    match query.order_by.as_deref() {
        Some("name") => rows.sort_by_cached_key(|row| (row.name.to_lowercase(), row.id.clone())),
        Some("updated_at") => rows.sort_by_key(|row| row.updated_at),
        _ => rows.sort_by_key(|row| row.created_at),
    }
    if shapes::descending(query.direction.as_deref()) {
        rows.reverse();
    }
    rows
}

async fn list(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<ListQuery>,
) -> Result<Json<Value>> {
    let rows = chosen(editable(&app, &caller).await?, &query, &caller.user.id);
    let skipped = usize::try_from(shapes::offset(query.page, PAGE)).unwrap_or(usize::MAX);
    let page: Vec<&ModelRow> = rows.iter().skip(skipped).take(PAGE as usize).collect();
    let owners = shapes::owners(&app, page.iter().map(|row| row.user_id.as_str())).await?;
    let line = |row: &&ModelRow| {
        let mut line = serde_json::to_value(row).unwrap_or_default();
        line["user"] = owners.get(&row.user_id).map_or(Value::Null, shapes::owner);
        line
    };
    Ok(Json(json!({"items": page.iter().map(line).collect::<Vec<_>>(), "total": rows.len()})))
}

async fn tags(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<String>>> {
    let rows = editable(&app, &caller).await?;
    let mut names: Vec<String> = rows.iter().flat_map(tag_names).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    Ok(Json(names))
}

async fn base_settings(State(app): State<App>, _: Admin) -> Result<Json<Vec<ModelRow>>> {
    let rows = app.store.models.all().await?;
    Ok(Json(rows.into_iter().filter(|row| row.base_model_id.is_none()).collect()))
}

async fn export(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<ModelRow>>> {
    Ok(Json(editable(&app, &caller).await?))
}

#[derive(Deserialize, JsonSchema)]
struct Id {
    id: String,
}

async fn read(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<Id>,
) -> Result<Json<ModelRow>> {
    let mut row = find(&app, &query.id).await?;
    if row.user_id == caller.user.id || may_edit(&app, &caller, &row).await? {
        return Ok(Json(row));
    }
    if !may_see(&app, &caller, &row).await? {
        return Err(not_found());
    }
    // Whoever may only use a model does not see its instructions, here as little as in the list of models.
    row.params = json!({});
    Ok(Json(row))
}

async fn image(
    State(app): State<App>,
    Verified(caller): Verified,
    Query(query): Query<Id>,
) -> Result<Response> {
    let row = app.store.models.get(&query.id).await?;
    let url = match &row {
        Some(row) if may_see(&app, &caller, row).await? => {
            row.meta.get("profile_image_url").and_then(Value::as_str)
        }
        _ => None,
    };
    Ok(pictures::answer(url.unwrap_or_default(), BuiltIn::Model))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, name: &str, owner: &str, tag: &str, created_at: i64) -> ModelRow {
        ModelRow {
            id: id.into(),
            user_id: owner.into(),
            base_model_id: Some("base".into()),
            name: name.into(),
            params: json!({}),
            meta: json!({"tags": [{"name": tag}]}),
            access_control: None,
            is_active: true,
            created_at,
            updated_at: 100 - created_at,
        }
    }

    #[test]
    fn lists_are_chosen_and_ordered() {
        let rows = || {
            vec![
                row("1", "beta", "me", "x", 1),
                row("2", "Alpha", "you", "y", 2),
                row("3", "gamma", "me", "x", 3),
            ]
        };
        let ids =
            |query: ListQuery| chosen(rows(), &query, "me").into_iter().map(|r| r.id).collect::<String>();
        let some = |text: &str| Some(text.to_string());
        assert_eq!(ids(ListQuery::default()), "321", "newest first");
        assert_eq!(
            ids(ListQuery { order_by: some("name"), direction: some("asc"), ..ListQuery::default() }),
            "213"
        );
        assert_eq!(ids(ListQuery { order_by: some("updated_at"), ..ListQuery::default() }), "123");
        assert_eq!(ids(ListQuery { view_option: some("created"), ..ListQuery::default() }), "31");
        assert_eq!(ids(ListQuery { view_option: some("shared"), ..ListQuery::default() }), "2");
        assert_eq!(ids(ListQuery { query: some("ALPH"), ..ListQuery::default() }), "2");
        assert_eq!(ids(ListQuery { tag: some("x"), ..ListQuery::default() }), "31");
    }
}
