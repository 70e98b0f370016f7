//! The library of saved prompts.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use transom_identity::{Caller, access::Action};
use transom_store::{Prompt, PromptPatch, StoreError};

use super::{
    grants::{Sharing, may, may_change, not_found, prohibited, settled},
    shapes::{self, given},
};
use crate::{
    ApiError, App, Result,
    extract::{Body, Path, Verified},
    router::Routes,
    rule::{Resource, Rule},
};

const WRITE: Rule = Rule::OwnerOrGrant(Resource::Prompt, Action::Write);
/// An import makes prompts one by one.
const MAY_MAKE: [&str; 2] = ["workspace.prompts", "workspace.prompts_import"];
const SHARING: Sharing = Sharing { some: "sharing.prompts", everybody: "sharing.public_prompts" };
/// Longest command, in bytes.
const LONGEST: usize = 255;

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/prompts/", Rule::Verified, "Prompts the caller may use", list)
        .get(
            "/api/v1/prompts/list",
            Rule::Verified,
            "Prompts the caller may change, with their owners",
            editable,
        )
        .post("/api/v1/prompts/create", Rule::AnyPermission(&MAY_MAKE), "Save a prompt", create)
        .get(
            "/api/v1/prompts/command/{command}",
            Rule::OwnerOrGrant(Resource::Prompt, Action::Read),
            "One prompt",
            read,
        )
        .post("/api/v1/prompts/command/{command}/update", WRITE, "Change a prompt", update)
        .delete("/api/v1/prompts/command/{command}/delete", WRITE, "Delete a prompt", delete)
}

/// Commands are kept with their slash, and named in paths without it.
fn with_slash(command: &str) -> String {
    format!("/{}", command.trim().trim_start_matches('/'))
}

async fn may_see(app: &App, caller: &Caller, prompt: &Prompt) -> Result<bool> {
    may(app, caller, Action::Read, &prompt.user_id, prompt.access_control.as_ref()).await
}

async fn find(app: &App, command: &str) -> Result<Prompt> {
    app.store.prompts.get(&with_slash(command)).await?.ok_or_else(not_found)
}

/// The prompt, if the caller may change it.
async fn changeable(app: &App, caller: &Caller, command: &str) -> Result<Prompt> {
    let prompt = find(app, command).await?;
    if may_edit(app, caller, &prompt).await? { Ok(prompt) } else { Err(prohibited()) }
}

async fn may_edit(app: &App, caller: &Caller, prompt: &Prompt) -> Result<bool> {
    may_change(app, caller, &prompt.user_id, prompt.access_control.as_ref(), MAY_MAKE[0]).await
}

async fn list(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<Prompt>>> {
    let mut visible = Vec::new();
    for prompt in app.store.prompts.all().await? {
        if may_see(&app, &caller, &prompt).await? {
            visible.push(prompt);
        }
    }
    Ok(Json(visible))
}

async fn editable(State(app): State<App>, Verified(caller): Verified) -> Result<Json<Vec<Value>>> {
    let mut prompts = Vec::new();
    for prompt in app.store.prompts.all().await? {
        if may_edit(&app, &caller, &prompt).await? {
            prompts.push(prompt);
        }
    }
    let owners = shapes::owners(&app, prompts.iter().map(|prompt| prompt.user_id.as_str())).await?;
    let line = |prompt: &Prompt| {
        let mut line = serde_json::to_value(prompt).unwrap_or_default();
        line["user"] = owners.get(&prompt.user_id).map_or(Value::Null, shapes::owner);
        line
    };
    Ok(Json(prompts.iter().map(line).collect()))
}

#[derive(Deserialize, JsonSchema)]
struct PromptForm {
    command: String,
    title: String,
    content: String,
    /// `null` for everyone; left out of a change, it stays as it is.
    #[serde(default, deserialize_with = "given")]
    access_control: Option<Value>,
}

fn taken() -> ApiError {
    ApiError::bad_request("Uh-oh! This command is already registered. Please choose another command string.")
}

async fn create(
    State(app): State<App>,
    Verified(caller): Verified,
    Body(form): Body<PromptForm>,
) -> Result<Json<Prompt>> {
    let command = with_slash(&form.command);
    if command.len() < 2 || command.len() > LONGEST {
        return Err(ApiError::bad_request("A command needs between 1 and 254 letters after its slash."));
    }
    let new = Prompt {
        command,
        user_id: caller.user.id.clone(),
        title: shapes::name("The title", form.title)?,
        content: form.content,
        timestamp: 0,
        access_control: settled(&app, &caller, form.access_control, Some(&json!({})), SHARING).await?,
    };
    match app.store.prompts.create(new).await {
        Err(StoreError::Conflict(_)) => Err(taken()),
        made => Ok(Json(made?)),
    }
}

async fn read(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(command): Path<String>,
) -> Result<Json<Prompt>> {
    let prompt = find(&app, &command).await?;
    // To somebody who may not see it, it does not exist.
    if may_see(&app, &caller, &prompt).await? { Ok(Json(prompt)) } else { Err(not_found()) }
}

async fn update(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(command): Path<String>,
    Body(form): Body<PromptForm>,
) -> Result<Json<Prompt>> {
    let prompt = changeable(&app, &caller, &command).await?;
    let access_control = match form.access_control {
        Some(wanted) => {
            Some(settled(&app, &caller, Some(wanted), prompt.access_control.as_ref(), SHARING).await?)
        }
        None => None,
    };
    let patch = PromptPatch {
        title: Some(shapes::name("The title", form.title)?),
        content: Some(form.content),
        access_control,
    };
    Ok(Json(app.store.prompts.update(&prompt.command, patch).await?))
}

async fn delete(
    State(app): State<App>,
    Verified(caller): Verified,
    Path(command): Path<String>,
) -> Result<Json<bool>> {
    let prompt = changeable(&app, &caller, &command).await?;
    app.store.prompts.delete(&prompt.command).await?;
    Ok(Json(true))
}

#[cfg(test)]
mod tests {
    use super::with_slash;

    #[test]
    fn commands_have_one_slash() {
        assert_eq!([with_slash("a"), with_slash("/a"), with_slash(" //a ")], ["/a", "/a", "/a"]);
    }
}
