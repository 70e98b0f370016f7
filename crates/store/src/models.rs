//! Workspace models: presets over a base model, or overrides of one.

use schemars::JsonSchema;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::{Db, json, now, optional_json};
use crate::entity::model;
use crate::{Result, StoreError};

/// A workspace model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ModelModel")]
pub struct ModelRow {
    /// Id.
    pub id: String,
    /// Owner.
    pub user_id: String,
    /// The model it is made of; `None` for an override of the base model with the same id.
    pub base_model_id: Option<String>,
    /// Name.
    pub name: String,
    /// Parameters, an object.
    pub params: Value,
    /// Description, picture, capabilities and so on, an object.
    pub meta: Value,
    /// Who may use it; `None` (JSON `null`) for everyone.
    pub access_control: Option<Value>,
    /// Whether it can be used.
    pub is_active: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

impl TryFrom<model::Model> for ModelRow {
    type Error = StoreError;

    fn try_from(row: model::Model) -> Result<Self> {
        Ok(Self {
            params: json(&row.params)?,
            meta: json(&row.meta)?,
            access_control: optional_json(row.access_control.as_deref())?,
            id: row.id,
            user_id: row.user_id,
            base_model_id: row.base_model_id,
            name: row.name,
            is_active: row.is_active,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl From<&ModelRow> for model::Model {
    fn from(row: &ModelRow) -> Self {
        Self {
            id: row.id.clone(),
            user_id: row.user_id.clone(),
            base_model_id: row.base_model_id.clone(),
            name: row.name.clone(),
            params: row.params.to_string(),
            meta: row.meta.to_string(),
            access_control: row
                .access_control
                .as_ref()
                .filter(|value| !value.is_null())
                .map(Value::to_string),
            is_active: row.is_active,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Repository of workspace models.
#[derive(Clone, Debug)]
pub struct Models {
    pub(crate) db: Db,
}

impl Models {
    /// Keeps a new model. Times that are 0 become now.
    ///
    /// # Errors
    /// `Conflict("id")` when the id is in use.
    pub async fn create(&self, mut row: ModelRow) -> Result<ModelRow> {
        let now = now();
        for time in [&mut row.created_at, &mut row.updated_at] {
            if *time == 0 {
                *time = now;
            }
        }
        let stored = model::ActiveModel::from(model::Model::from(&row));
        model::Entity::insert(stored).exec_without_returning(self.db.writer()).await?;
        Ok(row)
    }

    /// The model with this id.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, id: &str) -> Result<Option<ModelRow>> {
        model::Entity::find_by_id(id).one(self.db.reader()).await?.map(ModelRow::try_from).transpose()
    }

    /// Every model, oldest first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn all(&self) -> Result<Vec<ModelRow>> {
        let all =
            model::Entity::find().order_by_asc(model::Column::CreatedAt).order_by_asc(model::Column::Id);
        all.all(self.db.reader()).await?.into_iter().map(ModelRow::try_from).collect()
    }

    /// Replaces everything of the model but id, owner and time of creation; it counts as changed now.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn update(&self, row: ModelRow) -> Result<ModelRow> {
        let mut change =
            model::ActiveModel::from(model::Model { updated_at: now(), ..(&row).into() }).reset_all();
        change.user_id = sea_orm::NotSet;
        change.created_at = sea_orm::NotSet;
        change.update(self.db.writer()).await?.try_into()
    }

    /// Deletes a model; answers whether there was one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        Ok(model::Entity::delete_by_id(id).exec(self.db.writer()).await?.rows_affected > 0)
    }

    /// Deletes every model.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete_all(&self) -> Result<u64> {
        Ok(model::Entity::delete_many().exec(self.db.writer()).await?.rows_affected)
    }

    /// Turns a model on if it is off, and off if it is on.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn toggle(&self, id: &str) -> Result<ModelRow> {
        let rows = model::Entity::update_many()
            .col_expr(model::Column::IsActive, Expr::col(model::Column::IsActive).not())
            .col_expr(model::Column::UpdatedAt, Expr::value(now()))
            .filter(model::Column::Id.eq(id))
            .exec_with_returning(self.db.writer())
            .await?;
        rows.into_iter().next().ok_or(StoreError::NotFound)?.try_into()
    }
}
