//! What a completion request says besides the provider's own fields.

use serde_json::{Map, Value};
use transom_identity::Caller;

use crate::{ChatError, Inner, Result};

/// Fields of the contract that no provider sees.
const OWN_FIELDS: [&str; 16] = [
    "model_item",
    "background_tasks",
    "chat_id",
    "id",
    "parent_message",
    "parent_id",
    "session_id",
    "filter_ids",
    "tool_servers",
    "params",
    "variables",
    "features",
    "tool_ids",
    "files",
    "metadata",
    "chat_variables",
];

/// A tab's request to fill a message.
#[derive(Clone, Debug)]
pub(crate) struct UiTarget {
    pub session_id: String,
    pub chat_id: String,
    pub message_id: String,
}

impl UiTarget {
    /// Temporary chats live in the tab: nothing of them is stored.
    pub fn is_temporary(&self) -> bool {
        self.chat_id.starts_with("local:")
    }
}

/// A request taken apart.
#[derive(Clone, Debug)]
pub(crate) struct TurnRequest {
    /// The model as the caller named it.
    pub model: String,
    /// The provider's fields.
    pub body: Map<String, Value>,
    /// Where the answer goes; absent in API mode.
    pub ui: Option<UiTarget>,
    /// The user message that is answered.
    pub parent_id: Option<String>,
    /// The chat the caller names, also when the request is not from a tab.
    pub chat_id: Option<String>,
    pub params: Map<String, Value>,
    pub variables: Map<String, Value>,
    pub background: Map<String, Value>,
    pub features: Map<String, Value>,
    /// Files and pictures of the user message, by id or address.
    pub parent_files: Vec<String>,
    /// A model that the tab itself reaches.
    pub direct: Option<Value>,
    /// Whether tool servers of the caller's own are to be used.
    pub names_tool_servers: bool,
    /// Fields to add to the answer, such as the model an arena picked.
    pub extra: Map<String, Value>,
}

impl TurnRequest {
    /// Takes a body apart.
    ///
    /// # Errors
    /// `Invalid` when the model or the messages are missing.
    pub fn parse(mut body: Map<String, Value>) -> Result<Self> {
        let model = match body.get("model").and_then(Value::as_str) {
            Some(model) if !model.is_empty() => model.to_string(),
            _ => return Err(ChatError::ModelNotFound),
        };
        if !body.get("messages").is_some_and(Value::is_array) {
            return Err(ChatError::Invalid("The request has no `messages`: send a list of messages.".into()));
        }
        let mut own: Map<String, Value> =
            OWN_FIELDS.iter().filter_map(|key| body.shift_remove_entry(*key)).collect();
        let text = |own: &Map<String, Value>, key: &str| {
            own.get(key).and_then(Value::as_str).filter(|t| !t.is_empty()).map(str::to_string)
        };
        let object = |own: &mut Map<String, Value>, key: &str| match own.remove(key) {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        let chat_id = text(&own, "chat_id");
        let ui = match (text(&own, "session_id"), chat_id.clone(), text(&own, "id")) {
            (Some(session_id), Some(chat_id), Some(message_id)) => {
                Some(UiTarget { session_id, chat_id, message_id })
            }
            _ => None,
        };
        let direct =
            own.remove("model_item").filter(|m| m.get("direct").and_then(Value::as_bool) == Some(true));
        Ok(Self {
            model,
            ui,
            parent_id: text(&own, "parent_id"),
            chat_id,
            params: object(&mut own, "params"),
            variables: object(&mut own, "variables"),
            background: object(&mut own, "background_tasks"),
            features: object(&mut own, "features"),
            parent_files: file_references(own.get("parent_message")),
            names_tool_servers: own
                .get("tool_servers")
                .and_then(Value::as_array)
                .is_some_and(|t| !t.is_empty()),
            direct,
            body,
            extra: Map::new(),
        })
    }

    /// A named, stored chat must be the caller's; administrators may name any.
    ///
    /// # Errors
    /// `ChatNotFound`.
    pub async fn check_chat(&self, inner: &Inner, caller: &Caller) -> Result<()> {
        let Some(chat_id) = self.chat_id.as_deref().filter(|id| !id.starts_with("local:")) else {
            return Ok(());
        };
        let row = inner.store.chats.row(chat_id).await?;
        let own = row.as_ref().is_some_and(|row| row.user_id == caller.user.id);
        if own || caller.is_admin() { Ok(()) } else { Err(ChatError::ChatNotFound) }
    }
}

/// What a message attaches: ids of files, ids or addresses of pictures.
fn file_references(message: Option<&Value>) -> Vec<String> {
    let files = message.and_then(|message| message.get("files")).and_then(Value::as_array);
    let reference = |file: &Value| {
        let keys = match file.get("type").and_then(Value::as_str) {
            Some("file") => ["id", "id"],
            Some("image") => ["id", "url"],
            _ => return None,
        };
        let text = keys.into_iter().find_map(|key| file.get(key).and_then(Value::as_str))?;
        (!text.starts_with("data:")).then(|| text.to_owned())
    };
    files.into_iter().flatten().filter_map(reference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(body: Value) -> Result<TurnRequest> {
        TurnRequest::parse(body.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn own_fields_do_not_stay_in_the_body() {
        let request =
            parse(json!({"model": "m", "messages": [], "temperature": 1, "params": {"seed": 1}, "id": "x",
            "session_id": "s", "chat_id": "c", "features": {}, "stream": true}))
            .unwrap();
        assert_eq!(
            Value::Object(request.body.clone()),
            json!({"model": "m", "messages": [], "temperature": 1, "stream": true})
        );
        assert!(request.ui.is_some());
        assert_eq!(request.params["seed"], 1);
    }

    #[test]
    fn one_missing_id_means_api_mode() {
        let request =
            parse(json!({"model": "m", "messages": [], "chat_id": "c", "session_id": "", "id": "x"}))
                .unwrap();
        assert!(request.ui.is_none());
        assert!(parse(json!({"messages": []})).is_err() && parse(json!({"model": "m"})).is_err());
    }
}
