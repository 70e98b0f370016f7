//! Messages as clients see them: with their authors, what they quote, their threads and reactions.

use std::collections::HashMap;

use serde_json::{Value, json};
use transom_store::{ChannelMessage, Reaction, User};

use crate::{App, Result, routes::shapes};

/// How much of a message is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Everything.
    Whole,
    /// Of its data only whether there is any: files can be large.
    Brief,
}

/// The messages of a page.
///
/// # Errors
/// Of the store only.
pub async fn all(app: &App, messages: &[ChannelMessage], detail: Detail) -> Result<Vec<Value>> {
    let around = Around::of(app, messages).await?;
    Ok(messages.iter().map(|message| around.show(message, detail)).collect())
}

/// One message with everything.
///
/// # Errors
/// Of the store only.
pub async fn whole(app: &App, message: &ChannelMessage) -> Result<Value> {
    let around = Around::of(app, std::slice::from_ref(message)).await?;
    Ok(around.show(message, Detail::Whole))
}

/// What is shown with messages and kept elsewhere.
struct Around {
    people: HashMap<String, User>,
    quoted: HashMap<String, ChannelMessage>,
    replies: HashMap<String, transom_store::Replies>,
    reactions: Vec<Reaction>,
}

impl Around {
    async fn of(app: &App, messages: &[ChannelMessage]) -> Result<Self> {
        let store = &app.store.channel_messages;
        let ids: Vec<String> = messages.iter().map(|message| message.id.clone()).collect();
        let quoted: Vec<String> = messages.iter().filter_map(|message| message.reply_to_id.clone()).collect();
        let quoted = store.by_ids(&quoted).await?;
        let (replies, reactions) = (store.replies(&ids).await?, store.reactions(&ids).await?);
        let authors = messages.iter().chain(&quoted).map(|message| message.user_id.as_str());
        let people = authors.chain(reactions.iter().map(|reaction| reaction.user_id.as_str()));
        let people = shapes::owners(app, people).await?;
        let quoted = quoted.into_iter().map(|message| (message.id.clone(), message)).collect();
        Ok(Self { people, quoted, replies, reactions })
    }

    fn show(&self, message: &ChannelMessage, detail: Detail) -> Value {
        let mut body = self.slim(message, detail);
        // What is quoted may have been deleted, or be in another channel by an old client's mistake.
        let quoted = message.reply_to_id.as_ref().and_then(|id| self.quoted.get(id));
        let quoted = quoted.filter(|quoted| quoted.channel_id == message.channel_id);
        body["reply_to_message"] = quoted.map_or(Value::Null, |quoted| self.slim(quoted, Detail::Brief));
        let replies = self.replies.get(&message.id).copied().unwrap_or_default();
        body["latest_reply_at"] = json!(replies.latest_at);
        body["reply_count"] = json!(replies.count);
        body["reactions"] = json!(self.reactions_to(&message.id));
        body
    }

    fn slim(&self, message: &ChannelMessage, detail: Detail) -> Value {
        let mut body = json!(message);
        if detail == Detail::Brief {
            body["data"] = json!(holds_something(&message.data));
        }
        let author = self.people.get(&message.user_id);
        body["user"] =
            author.map_or(Value::Null, |user| json!({"id": user.id, "name": user.name, "role": user.role}));
        body
    }

    /// The reactions to a message by their name, in the order in which the names came up.
    fn reactions_to(&self, message_id: &str) -> Vec<Value> {
        let mut by_name: Vec<(&str, Vec<Value>)> = Vec::new();
        for reaction in self.reactions.iter().filter(|reaction| reaction.message_id == message_id) {
            let name = self.people.get(&reaction.user_id).map(|user| user.name.as_str());
            let person = json!({"id": reaction.user_id, "name": name.unwrap_or_default()});
            match by_name.iter_mut().find(|(name, _)| *name == reaction.name) {
                Some((_, people)) => people.push(person),
                None => by_name.push((&reaction.name, vec![person])),
            }
        }
        let shown = |(name, people): (&str, Vec<Value>)| {
            let count = people.len();
            json!({"name": name, "users": people, "count": count})
        };
        by_name.into_iter().map(shown).collect()
    }
}

/// Whether a message's data has any field that says something.
fn holds_something(data: &Value) -> bool {
    let says = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    };
    data.as_object().is_some_and(|fields| fields.values().any(says))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, user_id: &str) -> ChannelMessage {
        ChannelMessage {
            id: id.to_owned(),
            user_id: user_id.to_owned(),
            channel_id: "c".to_owned(),
            reply_to_id: None,
            parent_id: None,
            is_pinned: false,
            pinned_by: None,
            pinned_at: None,
            content: String::new(),
            data: json!({"files": [1]}),
            meta: Value::Null,
            created_at: 1,
            updated_at: 1,
        }
    }

    fn around(reactions: &[(&str, &str, &str)]) -> Around {
        let reaction = |(message_id, user_id, name): &(&str, &str, &str)| Reaction {
            message_id: (*message_id).to_owned(),
            user_id: (*user_id).to_owned(),
            name: (*name).to_owned(),
        };
        let reactions = reactions.iter().map(reaction).collect();
        let quoted = ["here", "there"].map(|id| {
            let channel_id = if id == "here" { "c" } else { "other" }.to_owned();
            (id.to_owned(), ChannelMessage { channel_id, ..message(id, "u") })
        });
        Around { people: HashMap::new(), quoted: quoted.into(), replies: HashMap::new(), reactions }
    }

    #[test]
    fn reactions_are_gathered_by_name() {
        let around =
            around(&[("m", "a", "bee"), ("m", "b", "wave"), ("other", "a", "bee"), ("m", "b", "bee")]);
        let shown = around.reactions_to("m");
        let brief: Vec<_> =
            shown.iter().map(|entry| (entry["name"].as_str(), entry["count"].as_u64())).collect();
        assert_eq!(brief, [(Some("bee"), Some(2)), (Some("wave"), Some(1))]);
    }

    #[test]
    fn only_what_is_in_the_same_channel_is_quoted() {
        let quote = |id: &str| {
            let quoting = ChannelMessage { reply_to_id: Some(id.to_owned()), ..message("m", "gone") };
            around(&[]).show(&quoting, Detail::Brief)
        };
        assert_eq!(quote("here")["reply_to_message"]["id"], "here");
        assert_eq!(quote("here")["data"], true);
        for id in ["there", "deleted"] {
            assert_eq!(quote(id)["reply_to_message"], Value::Null, "{id}");
        }
        assert_eq!(quote("here")["user"], Value::Null, "its author's account is gone");
    }

    #[test]
    fn empty_data_says_nothing() {
        for (data, says) in [
            (json!(null), false),
            (json!({}), false),
            (json!({"files": [], "a": null, "b": ""}), false),
            (json!({"files": [{}]}), true),
            (json!({"n": 0}), true),
        ] {
            assert_eq!(holds_something(&data), says, "{data}");
        }
    }
}
