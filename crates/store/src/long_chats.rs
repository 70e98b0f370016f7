//! The messages of long chats that were used last, so that such a chat is not read as a whole for each message that is
//! added to it.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait};

use crate::chats::head_of;
use crate::entity::chat;
use crate::parts::Lines;
use crate::{ChatRow, Result};

/// Chats with fewer bytes of messages are read in no time.
const LONG: usize = 64 * 1024;
/// Bytes that are kept at most.
const MOST: u64 = 32 * 1024 * 1024;
/// For how long a chat is kept after its last use.
const IDLE: Duration = Duration::from_mins(5);
/// A chat whose messages were read again more often is read as a whole the next time, which drops their old texts.
const MOST_CHANGES: usize = 1000;

/// The messages of chats, each as of a revision of the chat. The revision is compared with that of the database on each
/// use, so that nothing old is shown, whichever node changed the chat.
#[derive(Clone, Debug)]
pub(crate) struct LongChats(Cache<String, Kept>);

#[derive(Clone, Debug)]
struct Kept {
    revision: i64,
    lines: Arc<Lines>,
}

impl Default for LongChats {
    fn default() -> Self {
        let size = |_: &String, kept: &Kept| u32::try_from(kept.lines.size()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(MOST).weigher(size).time_to_idle(IDLE).build())
    }
}

impl LongChats {
    /// The messages of a chat at this revision.
    fn get(&self, chat_id: &str, revision: i64) -> Option<Arc<Lines>> {
        self.0.get(chat_id).filter(|kept| kept.revision == revision).map(|kept| kept.lines)
    }

    /// The same for somebody who changes them: they are kept no longer.
    fn take(&self, chat_id: &str, revision: i64) -> Option<Arc<Lines>> {
        self.0.remove(chat_id).filter(|kept| kept.revision == revision).map(|kept| kept.lines)
    }

    /// Keeps the messages of a chat that is long. What they were read in must be committed.
    pub(crate) fn keep(&self, whole: &Whole) {
        let Some(lines) = whole.lines.as_ref() else { return };
        if lines.size() >= LONG && lines.changes() < MOST_CHANGES {
            let kept = Kept { revision: whole.chat.revision, lines: Arc::clone(lines) };
            self.0.insert(whole.chat.id.clone(), kept);
        }
    }
}

/// A chat as it is read to be shown.
pub(crate) struct Whole {
    chat: chat::Model,
    lines: Option<Arc<Lines>>,
}

impl Whole {
    pub(crate) async fn read<C: ConnectionTrait>(
        connection: &C,
        known: &LongChats,
        id: &str,
    ) -> Result<Option<Self>> {
        let Some(chat) = chat::Entity::find_by_id(id).one(connection).await? else { return Ok(None) };
        let lines = match known.get(id, chat.revision) {
            _ if !chat.has_messages => None,
            Some(lines) => Some(lines),
            None => Some(Arc::new(Lines::read(connection, id).await?)),
        };
        Ok(Some(Self { chat, lines }))
    }

    /// Reads a chat in the transaction that has just locked it once and written one message.
    pub(crate) async fn read_after(
        transaction: &DatabaseTransaction,
        known: &LongChats,
        id: &str,
        message_id: &str,
    ) -> Result<Option<Self>> {
        let Some(chat) = chat::Entity::find_by_id(id).one(transaction).await? else { return Ok(None) };
        let lines = match known.take(id, chat.revision - 1) {
            Some(before) => {
                let mut lines = Arc::unwrap_or_clone(before);
                lines.read_again(transaction, id, message_id).await?;
                lines
            }
            None => Lines::read(transaction, id).await?,
        };
        Ok(Some(Self { chat, lines: Some(Arc::new(lines)) }))
    }

    /// The document as JSON behind what `begin` makes of the chat.
    pub(crate) fn json(
        &self,
        begin: impl FnOnce(&ChatRow) -> serde_json::Result<Vec<u8>>,
    ) -> Result<(ChatRow, Vec<u8>)> {
        let parts = self.lines.as_ref().map_or(Vec::new(), |lines| lines.parts());
        let row = ChatRow::try_from(&self.chat)?;
        let mut json = begin(&row)?;
        head_of(&self.chat).put_together(&mut json, &parts)?;
        Ok((row, json))
    }
}
