//! Making, changing and deleting channels.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use transom_identity::Caller;
use transom_store::{Channel, ChannelPatch, NewChannel, StoreError};

use super::{
    MANAGE, USER,
    caller::{self, ChannelUser, Entered},
    events,
};
use crate::{
    ApiError, App, Result,
    extract::{Body, Path},
    router::Routes,
    routes::{
        grants::{not_found, unauthorized},
        shapes::{self, given},
    },
};

const NAME: &str = "The name of a channel";

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .post("/api/v1/channels/create", USER, "Make a channel", create)
        .get("/api/v1/channels/users/{user_id}", USER, "The direct messages with an account", direct)
        .post("/api/v1/channels/{id}/update", MANAGE, "Change a channel", update)
        .delete("/api/v1/channels/{id}/delete", MANAGE, "Delete a channel", delete)
}

#[derive(Deserialize, JsonSchema)]
struct ChannelForm {
    #[serde(default)]
    name: String,
    #[serde(default, deserialize_with = "given")]
    description: Option<Value>,
    #[serde(default)]
    is_private: Option<bool>,
    #[serde(default)]
    data: Option<Map<String, Value>>,
    #[serde(default)]
    meta: Option<Map<String, Value>>,
    /// `null` for everyone; left out of a change, it stays as it is.
    #[serde(default, deserialize_with = "given")]
    access_control: Option<Value>,
    /// Groups whose members become members.
    #[serde(default)]
    group_ids: Option<Vec<String>>,
    /// Accounts that become members.
    #[serde(default)]
    user_ids: Option<Vec<String>>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ChannelCreateForm")]
struct CreateForm {
    #[serde(flatten)]
    channel: ChannelForm,
    /// `group`, `dm`, or nothing for a channel that its access control opens.
    #[serde(default)]
    r#type: Option<String>,
}

/// The type as it is kept. Channels that are open by themselves are for administrators to make.
fn kind(caller: &Caller, wanted: Option<String>) -> Result<Option<String>> {
    match wanted.filter(|kind| !kind.is_empty()) {
        Some(kind) if kind == "group" || kind == "dm" => Ok(Some(kind)),
        Some(_) => Err(ApiError::bad_request("A channel's type is \"group\", \"dm\" or left out.")),
        None if caller.is_admin() => Ok(None),
        None => Err(unauthorized()),
    }
}

fn control(wanted: Option<Value>) -> Result<Option<Value>> {
    match wanted {
        None | Some(Value::Null) => Ok(None),
        Some(control @ Value::Object(_)) => Ok(Some(control)),
        Some(_) => {
            let place = vec![json!("body"), json!("access_control")];
            Err(ApiError::invalid("dict_type", place, "Input should be a valid dictionary"))
        }
    }
}

fn text(value: Option<Value>) -> Result<Option<String>> {
    let text = value.and_then(|value| value.as_str().map(str::to_owned));
    text.map(|text| shapes::text("The description", text)).transpose()
}

/// The accounts among these, and the members of these groups, each once. Everybody else is left out.
pub async fn accounts(app: &App, user_ids: Vec<String>, group_ids: &[String]) -> Result<Vec<String>> {
    let mut wanted = user_ids;
    for group in group_ids {
        wanted.extend(app.store.groups.member_ids(group).await?);
    }
    let known = app.store.users.by_ids(&wanted).await?;
    let mut ids: Vec<String> = Vec::with_capacity(known.len());
    for id in wanted {
        if !ids.contains(&id) && known.iter().any(|user| user.id == id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

async fn create(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Body(CreateForm { channel: form, r#type }): Body<CreateForm>,
) -> Result<Json<Channel>> {
    let kind = kind(&caller, r#type)?;
    let mut members = Vec::new();
    if kind.is_some() {
        let mut wanted = vec![caller.user.id.clone()];
        wanted.extend(form.user_ids.unwrap_or_default());
        members = accounts(&app, wanted, &form.group_ids.unwrap_or_default()).await?;
    }
    let new = NewChannel {
        user_id: caller.user.id.clone(),
        r#type: kind,
        name: shapes::name(NAME, form.name)?,
        description: text(form.description)?,
        is_private: form.is_private,
        data: form.data.map_or(Value::Null, Value::Object),
        meta: form.meta.map_or(Value::Null, Value::Object),
        access_control: control(form.access_control)?,
        members,
    };
    Ok(Json(open(&app, &caller, new).await?))
}

async fn direct(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path(user_id): Path<String>,
) -> Result<Json<Channel>> {
    let members = accounts(&app, vec![caller.user.id.clone(), user_id.clone()], &[]).await?;
    if !members.contains(&user_id) {
        return Err(not_found());
    }
    let r#type = Some("dm".to_owned());
    let new = NewChannel { user_id: caller.user.id.clone(), r#type, members, ..NewChannel::default() };
    Ok(Json(open(&app, &caller, new).await?))
}

/// Makes a channel, or gives the one that these members have for direct messages already.
async fn open(app: &App, caller: &Caller, new: NewChannel) -> Result<Channel> {
    let members = new.members.clone();
    let is_direct = new.r#type.as_deref() == Some("dm");
    if is_direct && let Some(channel) = app.store.channels.direct(&members).await? {
        return reopen(app, caller, channel).await;
    }
    match app.store.channels.create(new).await {
        Ok(channel) => {
            events::welcome(app, &channel, &members).await;
            if !channel.has_members() {
                events::recheck(app, &channel.id).await;
            }
            Ok(channel)
        }
        // Somebody made it in this very moment.
        Err(StoreError::Conflict(_)) if is_direct => {
            let channel = app.store.channels.direct(&members).await?.ok_or_else(not_found)?;
            reopen(app, caller, channel).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Puts a channel back into the caller's list.
async fn reopen(app: &App, caller: &Caller, channel: Channel) -> Result<Channel> {
    app.store.channel_members.set_active(&channel.id, &caller.user.id, true).await?;
    events::welcome(app, &channel, &[&caller.user.id]).await;
    Ok(channel)
}

async fn update(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path(id): Path<String>,
    Body(form): Body<ChannelForm>,
) -> Result<Json<Channel>> {
    let Entered { channel, .. } = caller::enter_to_manage(&app, &caller, &id).await?;
    let access_control = match form.access_control {
        Some(wanted) => Some(control(Some(wanted))?),
        None => None,
    };
    let patch = ChannelPatch {
        name: Some(shapes::name(NAME, form.name)?).filter(|name| !name.is_empty()),
        description: form.description.map(|wanted| text(Some(wanted))).transpose()?,
        is_private: form.is_private.map(Some),
        data: form.data.map(Value::Object),
        meta: form.meta.map(Value::Object),
        access_control,
        updated_by: Some(caller.user.id.clone()),
    };
    let changed = app.store.channels.update(&channel.id, patch).await?;
    events::recheck(&app, &changed.id).await;
    Ok(Json(changed))
}

async fn delete(
    State(app): State<App>,
    ChannelUser(caller): ChannelUser,
    Path(id): Path<String>,
) -> Result<Json<bool>> {
    let Entered { channel, .. } = caller::enter_to_manage(&app, &caller, &id).await?;
    let gone = app.store.channels.delete(&channel.id).await?;
    events::recheck(&app, &channel.id).await;
    Ok(Json(gone))
}
