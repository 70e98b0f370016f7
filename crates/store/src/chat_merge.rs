//! The contract's update of a chat: a shallow merge into its document that writes only the messages that changed.

use std::collections::HashMap;

use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};
use serde_json::{Map, Value};

use crate::chats::{head_of, insert_messages, lock, message_row, title_of};
use crate::db::{BATCH, now};
use crate::document::{Head, Part, json_text, take_history_apart};
use crate::entity::{chat, message};
use crate::parts::Lines;
use crate::{Chat, ChatRow, Chats, Result, StoreError, search};

impl Chats {
    /// Replaces the top-level fields of the document that are in `patch`, leaves the others. A message that is not in
    /// a given `history.messages` is deleted. Title and time of change follow. Answers the whole chat.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` when a message has an impossible id.
    pub async fn merge(&self, id: &str, patch: Map<String, Value>) -> Result<Chat> {
        self.update(id, patch).await?;
        self.get(id).await?.ok_or(StoreError::NotFound)
    }

    /// The same as [`Chats::merge`] for a caller that does not need the document back.
    ///
    /// # Errors
    /// Those of [`Chats::merge`].
    pub async fn update(&self, id: &str, patch: Map<String, Value>) -> Result<ChatRow> {
        let transaction = self.db.begin().await?;
        let chat = lock(&transaction, id, now()).await?;
        let row = merge(&transaction, &chat, patch).await?;
        transaction.commit().await?;
        ChatRow::try_from(&row)
    }
}

async fn merge(
    transaction: &DatabaseTransaction,
    chat: &chat::Model,
    patch: Map<String, Value>,
) -> Result<chat::Model> {
    let mut head = head_of(chat);
    let mut fields = head.fields()?;
    let flat = FlatChange::find(transaction, chat, &head, &patch).await?;
    let messages = match patch.get("history") {
        Some(history) => {
            replace_history(transaction, &chat.id, &mut head, history).await?;
            history.get("messages").and_then(Value::as_object).cloned()
        }
        None if matches!(flat, FlatChange::Array(_)) => Some(stored_messages(transaction, &chat.id).await?),
        None => None,
    };
    for (key, value) in patch {
        let kept_elsewhere = match key.as_str() {
            "history" => head.history.is_some(),
            "messages" => matches!(flat, FlatChange::Array(_)),
            _ => false,
        };
        fields.insert(key, if kept_elsewhere { Value::Null } else { value });
    }
    match flat {
        FlatChange::None => {}
        FlatChange::Literal => (head.flat_derived, head.flat) = (false, None),
        FlatChange::Array(flat) => head.set_flat(&flat, messages.as_ref()),
    }
    let title = title_of(&fields);
    if title != chat.title {
        search::set_title(transaction, &chat.id, &title).await?;
    }
    let change = chat::ActiveModel {
        id: Set(chat.id.clone()),
        title_key: Set(title.to_lowercase()),
        title: Set(title),
        current_id: Set(head.current_id),
        has_messages: Set(head.has_messages),
        flat_derived: Set(head.flat_derived),
        document: Set(json_text(&fields)),
        history: Set(head.history),
        flat: Set(head.flat),
        ..Default::default()
    };
    Ok(change.update(transaction).await?)
}

/// What happens to the flat list `messages` of the document.
enum FlatChange {
    /// It stays as it is kept.
    None,
    /// It becomes something that is no array.
    Literal,
    /// It becomes, or remains, this array.
    Array(Vec<Value>),
}

impl FlatChange {
    async fn find(
        transaction: &DatabaseTransaction,
        chat: &chat::Model,
        head: &Head,
        patch: &Map<String, Value>,
    ) -> Result<Self> {
        Ok(match patch.get("messages") {
            Some(Value::Array(flat)) => Self::Array(flat.clone()),
            Some(_) => Self::Literal,
            // The list that was derived from the old history must not change with the history.
            None if head.flat_derived && patch.contains_key("history") => {
                Self::Array(head.branch(&Lines::read(transaction, &chat.id).await?.parts())?)
            }
            None => Self::None,
        })
    }
}

async fn stored_messages(transaction: &DatabaseTransaction, chat_id: &str) -> Result<Map<String, Value>> {
    let lines = Lines::read(transaction, chat_id).await?;
    lines.parts().into_iter().map(|part| Ok((part.id.to_owned(), part.value()?))).collect()
}

/// Makes `history` the history of the chat, writing the rows that differ.
async fn replace_history(
    transaction: &DatabaseTransaction,
    chat_id: &str,
    head: &mut Head,
    history: &Value,
) -> Result<()> {
    let parts = match history {
        Value::Object(history) => {
            let (history, parts) = take_history_apart(history)?;
            (head.history, head.current_id, head.has_messages) =
                (history.text, history.current_id, history.has_messages);
            parts
        }
        _ => {
            (head.history, head.current_id, head.has_messages) = (None, None, false);
            Vec::new()
        }
    };
    write_differences(transaction, chat_id, parts).await
}

async fn write_differences(transaction: &DatabaseTransaction, chat_id: &str, parts: Vec<Part>) -> Result<()> {
    let lines = Lines::read(transaction, chat_id).await?;
    let mut stored: HashMap<&str, (i64, Part<&str>)> =
        lines.numbered().map(|(seq, part)| (part.id, (seq, part))).collect();
    let mut changed = Vec::new();
    let mut old_entries = Vec::new();
    let mut last = -1;
    for part in parts {
        let old = stored.remove(part.id.as_str());
        // Rows keep their number as long as the numbers still rise; gaps do no harm.
        let seq = old.as_ref().map(|(seq, _)| *seq).filter(|seq| *seq > last).unwrap_or(last + 1);
        last = seq;
        let same = old.as_ref().is_some_and(|(old_seq, old)| *old_seq == seq && old.same_row(&part));
        if !same {
            old_entries.extend(old.map(|(old_seq, _)| old_seq));
            changed.push((seq, part));
        }
    }
    old_entries.extend(stored.values().map(|(old_seq, _)| *old_seq));
    let texts: Vec<_> = changed.iter().map(|(seq, part)| (*seq, part.words())).collect();
    let entries: Vec<search::Entry<'_>> = texts.iter().map(|(seq, text)| (*seq, text.as_ref())).collect();
    search::replace(transaction, chat_id, &old_entries, &entries).await?;
    let rows = changed.into_iter().map(|(seq, part)| message_row(chat_id, seq, part)).collect();
    insert_messages(transaction, rows).await?;
    let gone: Vec<&str> = stored.into_keys().collect();
    for ids in gone.chunks(BATCH) {
        message::Entity::delete_many()
            .filter(message::Column::ChatId.eq(chat_id))
            .filter(message::Column::Id.is_in(ids.iter().copied()))
            .exec(transaction)
            .await?;
    }
    Ok(())
}
