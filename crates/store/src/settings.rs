//! Settings that were changed at run time, a row per dotted key.

use sea_orm::EntityTrait;
use sea_orm::sea_query::OnConflict;
use serde_json::Value;

use crate::Result;
use crate::db::{Db, json, now};
use crate::entity::setting;

/// Repository of saved settings.
#[derive(Clone, Debug)]
pub struct SavedSettings {
    pub(crate) db: Db,
}

impl SavedSettings {
    /// Every saved setting.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn all(&self) -> Result<Vec<(String, Value)>> {
        let rows = setting::Entity::find().all(self.db.reader()).await?;
        rows.into_iter().map(|row| Ok((row.key, json(&row.value)?))).collect()
    }

    /// Saves a setting in place of its earlier value.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn put(&self, key: &str, value: &Value) -> Result<()> {
        let row = setting::Model { key: key.to_owned(), value: value.to_string(), updated_at: now() };
        let mut replace = OnConflict::column(setting::Column::Key);
        replace.update_columns([setting::Column::Value, setting::Column::UpdatedAt]);
        setting::Entity::insert(setting::ActiveModel::from(row))
            .on_conflict(replace)
            .exec_without_returning(self.db.writer())
            .await?;
        Ok(())
    }

    /// Forgets a setting; answers whether it was saved.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, key: &str) -> Result<bool> {
        Ok(setting::Entity::delete_by_id(key).exec(self.db.writer()).await?.rows_affected > 0)
    }

    /// Forgets every setting.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn clear(&self) -> Result<()> {
        setting::Entity::delete_many().exec(self.db.writer()).await?;
        Ok(())
    }
}
