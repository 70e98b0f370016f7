//! Saved prompts, which people call by a command such as `/summary`.

use schemars::JsonSchema;
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder, Set};
use serde::Serialize;
use serde_json::Value;

use crate::db::{Db, now, optional_json};
use crate::entity::prompt;
use crate::{Result, StoreError};

/// A saved prompt.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "PromptModel")]
pub struct Prompt {
    /// What people type, with its slash; unique.
    pub command: String,
    /// Owner.
    pub user_id: String,
    /// Title.
    pub title: String,
    /// The text that takes the command's place.
    pub content: String,
    /// When it was last changed, Unix seconds.
    pub timestamp: i64,
    /// Who may use it; `None` (JSON `null`) for everyone.
    pub access_control: Option<Value>,
}

impl TryFrom<prompt::Model> for Prompt {
    type Error = StoreError;

    fn try_from(row: prompt::Model) -> Result<Self> {
        Ok(Self {
            access_control: optional_json(row.access_control.as_deref())?,
            command: row.command,
            user_id: row.user_id,
            title: row.title,
            content: row.content,
            timestamp: row.updated_at,
        })
    }
}

/// Fields to change; `None` leaves a field alone.
#[derive(Clone, Debug, Default)]
pub struct PromptPatch {
    /// Title.
    pub title: Option<String>,
    /// The text that takes the command's place.
    pub content: Option<String>,
    /// Who may use it; `Some(None)` for everyone.
    pub access_control: Option<Option<Value>>,
}

/// Repository of saved prompts.
#[derive(Clone, Debug)]
pub struct Prompts {
    pub(crate) db: Db,
}

impl Prompts {
    /// Keeps a new prompt; its timestamp becomes now.
    ///
    /// # Errors
    /// `Conflict("id")` when the command is in use.
    pub async fn create(&self, new: Prompt) -> Result<Prompt> {
        let new = Prompt { timestamp: now(), ..new };
        let row = prompt::Model {
            command: new.command.clone(),
            user_id: new.user_id.clone(),
            title: new.title.clone(),
            content: new.content.clone(),
            access_control: text_of(new.access_control.as_ref()),
            updated_at: new.timestamp,
        };
        prompt::Entity::insert(prompt::ActiveModel::from(row))
            .exec_without_returning(self.db.writer())
            .await?;
        Ok(new)
    }

    /// The prompt with this command.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, command: &str) -> Result<Option<Prompt>> {
        prompt::Entity::find_by_id(command).one(self.db.reader()).await?.map(Prompt::try_from).transpose()
    }

    /// Every prompt, last changed first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn all(&self) -> Result<Vec<Prompt>> {
        let all = prompt::Entity::find()
            .order_by_desc(prompt::Column::UpdatedAt)
            .order_by_asc(prompt::Column::Command);
        all.all(self.db.reader()).await?.into_iter().map(Prompt::try_from).collect()
    }

    /// Changes the fields named in `patch`.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn update(&self, command: &str, patch: PromptPatch) -> Result<Prompt> {
        let mut row = prompt::ActiveModel {
            command: Set(command.to_owned()),
            updated_at: Set(now()),
            ..Default::default()
        };
        if let Some(title) = patch.title {
            row.title = Set(title);
        }
        if let Some(content) = patch.content {
            row.content = Set(content);
        }
        if let Some(control) = patch.access_control {
            row.access_control = Set(text_of(control.as_ref()));
        }
        row.update(self.db.writer()).await?.try_into()
    }

    /// Deletes a prompt; answers whether there was one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, command: &str) -> Result<bool> {
        Ok(prompt::Entity::delete_by_id(command).exec(self.db.writer()).await?.rows_affected > 0)
    }
}

/// JSON `null` means the same as nothing: everyone.
fn text_of(control: Option<&Value>) -> Option<String> {
    control.filter(|value| !value.is_null()).map(Value::to_string)
}
