//! Models that are asked in a channel.

use futures::future::join_all;
use serde_json::{Map, Value, json};
use transom_chat::ChatError;
use transom_identity::Caller;
use transom_store::{Channel, ChannelMessage, ChannelMessagePatch, NewChannelMessage};

use super::{events, messages, shown};
use crate::{App, Result, routes::shapes};

/// Most models that one message can ask.
const MOST_MODELS: usize = 10;
/// Messages of a thread that a model is shown.
const MOST_MESSAGES: u64 = 50;

/// A mention `<@M:id|label>`: U for accounts, M for models, C for channels.
#[derive(Debug, PartialEq, Eq)]
struct Mention<'a> {
    kind: char,
    id: &'a str,
    label: &'a str,
}

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Mention(Mention<'a>),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("<@") {
        let (before, candidate) = rest.split_at(start);
        let found = candidate.find('>').and_then(|end| Some((mention(&candidate[2..end])?, end + 1)));
        let (piece, length) = match found {
            Some((mention, length)) => (Piece::Mention(mention), length),
            None => (Piece::Text(&candidate[..2]), 2),
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(piece);
        rest = &candidate[length..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// What stands between `<@` and `>`.
fn mention(inside: &str) -> Option<Mention<'_>> {
    let (kind, rest) = inside.split_once(':')?;
    let kind = match kind {
        "U" => 'U',
        "M" => 'M',
        "C" => 'C',
        _ => return None,
    };
    let (id, label) = rest.split_once('|').unwrap_or((rest, rest));
    (!id.is_empty() && !id.contains(['<', '\n'])).then_some(Mention { kind, id, label })
}

/// A text with the labels of its mentions in their place.
pub fn plain(text: &str) -> String {
    let plain = |piece: Piece<'_>| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Mention(mention) => mention.label.to_owned(),
    };
    pieces(text).into_iter().map(plain).collect()
}

/// The model that wrote a message, if one did.
fn model_of(message: &ChannelMessage) -> Option<&str> {
    message.meta.get("model_id").and_then(Value::as_str)
}

/// The models that a message asks, each once: those it names, and the one whose message it answers.
fn asked(message: &ChannelMessage, quoted: Option<&ChannelMessage>) -> Vec<String> {
    let mut models: Vec<String> = Vec::new();
    let named = pieces(&message.content).into_iter().filter_map(|piece| match piece {
        Piece::Mention(Mention { kind: 'M', id, .. }) => Some(id.to_owned()),
        _ => None,
    });
    for id in named.chain(quoted.and_then(model_of).map(str::to_owned)) {
        if !models.contains(&id) && models.len() < MOST_MODELS {
            models.push(id);
        }
    }
    models
}

/// Lets the models that a message asks answer it in its thread.
///
/// # Errors
/// Of the store only: what a model says instead of an answer becomes its message.
pub async fn answer(app: &App, caller: &Caller, channel: &Channel, message: &ChannelMessage) -> Result<()> {
    let quoted = match &message.reply_to_id {
        Some(id) => app.store.channel_messages.get(&channel.id, id).await?,
        None => None,
    };
    let mut models = Vec::new();
    for id in asked(message, quoted.as_ref()) {
        // A model that the caller may not use is not there for it.
        match app.chat.model_name(caller, &id).await {
            Ok(name) => models.push((id, name)),
            Err(ChatError::ModelNotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if models.is_empty() {
        return Ok(());
    }
    let conversation = Conversation::before(app, message, quoted).await?;
    let answers = models.iter().map(|(id, name)| one(app, caller, channel, message, &conversation, id, name));
    join_all(answers).await.into_iter().collect()
}

/// One model's answer: an empty message first, so that people see who is about to answer.
async fn one(
    app: &App,
    caller: &Caller,
    channel: &Channel,
    message: &ChannelMessage,
    conversation: &Conversation,
    model: &str,
    name: &str,
) -> Result<()> {
    let mut meta =
        Map::from_iter([("model_id".to_owned(), json!(model)), ("model_name".to_owned(), json!(name))]);
    let new = NewChannelMessage {
        channel_id: channel.id.clone(),
        user_id: caller.user.id.clone(),
        parent_id: Some(message.parent_id.clone().unwrap_or_else(|| message.id.clone())),
        meta: Value::Object(meta.clone()),
        ..NewChannelMessage::default()
    };
    let reply = app.store.channel_messages.create(new).await?;
    messages::announce(app, caller, channel, &reply, None).await?;
    let answer = app.chat.ask(caller, model, conversation.prompt(name)).await;
    let content = answer.unwrap_or_else(|error| format!("Error: {error}"));
    meta.insert("done".to_owned(), json!(true));
    let (content, meta) = (Some(content), Some(Value::Object(meta)));
    let patch = ChannelMessagePatch { content, meta, data: None };
    let reply = app.store.channel_messages.update(&reply.id, patch).await?;
    let record = shown::whole(app, &reply).await?;
    events::tell(app, &caller.user, channel, &reply.id, "message:update", record).await;
    Ok(())
}

/// What a model is told.
struct Conversation {
    /// `name: text` of each earlier message, oldest first.
    lines: Vec<String>,
    /// The message to answer, in the same form.
    question: String,
    /// Addresses of pictures in all of them.
    pictures: Vec<String>,
}

impl Conversation {
    /// The thread of a message, or what it quotes when it is in none.
    async fn before(app: &App, message: &ChannelMessage, quoted: Option<ChannelMessage>) -> Result<Self> {
        let store = &app.store.channel_messages;
        let mut earlier: Vec<ChannelMessage> = quoted.into_iter().collect();
        if let Some(first) = &message.parent_id {
            earlier = store.thread(first, 0, MOST_MESSAGES).await?;
            earlier.extend(store.get(&message.channel_id, first).await?);
        }
        earlier.retain(|other| other.id != message.id && other.created_at < message.created_at);
        earlier.sort_by_key(|other| other.created_at);
        let authors = earlier.iter().chain([message]).map(|message| message.user_id.as_str());
        let people = shapes::owners(app, authors).await?;
        let line = |message: &ChannelMessage| {
            let person = people.get(&message.user_id).map(|user| user.name.as_str());
            let model = message.meta.get("model_name").and_then(Value::as_str);
            format!("{}: {}", model.or(person).unwrap_or("Unknown"), plain(&message.content))
        };
        let written = earlier.iter().filter(|message| !message.content.is_empty());
        Ok(Self {
            lines: written.map(line).collect(),
            question: line(message),
            pictures: earlier.iter().chain([message]).flat_map(pictures).collect(),
        })
    }

    fn prompt(&self, name: &str) -> Vec<Value> {
        let mut system = format!(
            "You are {name}, one of those who write in a channel. Every message begins with the name of its author. \
             Answer the last one; do not begin your answer with your own name."
        );
        if !self.lines.is_empty() {
            system.push_str("\n\nWhat was written before:\n");
            system.push_str(&self.lines.join("\n"));
        }
        let mut content = json!(self.question);
        if !self.pictures.is_empty() {
            let pictures =
                self.pictures.iter().map(|url| json!({"type": "image_url", "image_url": {"url": url}}));
            content = [json!({"type": "text", "text": self.question})].into_iter().chain(pictures).collect();
        }
        vec![json!({"role": "system", "content": system}), json!({"role": "user", "content": content})]
    }
}

/// The pictures of a message that a model server can read: their own text, or an address anybody can open.
fn pictures(message: &ChannelMessage) -> Vec<String> {
    let files = message.data.get("files").and_then(Value::as_array);
    let text = |file: &Value, key: &str| file.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let pictures = files
        .into_iter()
        .flatten()
        .filter(|file| text(file, "type") == "image" || text(file, "content_type").starts_with("image/"));
    let readable =
        |url: &String| ["data:image/", "https://", "http://"].iter().any(|start| url.starts_with(start));
    pictures.map(|file| text(file, "url")).filter(readable).collect()
}

#[cfg(test)]
mod tests;
