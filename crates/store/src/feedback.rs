//! Ratings of answers, with what is needed to compare models by them.

use schemars::JsonSchema;
use sea_orm::sea_query::Order;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, JoinType, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, RelationTrait, Select, Set,
};
use serde::Serialize;
use serde_json::Value;

use crate::db::{Db, json, new_id, now};
use crate::entity::{feedback, user};
use crate::{Result, StoreError};

/// A rating.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "FeedbackModel")]
pub struct Feedback {
    /// Id.
    pub id: String,
    /// Who gave it.
    pub user_id: String,
    /// Version of its form; 0 so far.
    pub version: i64,
    /// `rating` in practice.
    pub r#type: String,
    /// The rating, the rated model, the reason and so on, or `Null`.
    pub data: Value,
    /// Where it was given, or `Null`.
    pub meta: Value,
    /// The chat at that time, or `Null`. `None` where it was not read: lists leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<Value>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

impl TryFrom<feedback::Model> for Feedback {
    type Error = StoreError;

    fn try_from(row: feedback::Model) -> Result<Self> {
        Ok(Self {
            data: json(&row.data)?,
            meta: json(&row.meta)?,
            snapshot: Some(json(&row.snapshot)?),
            id: row.id,
            user_id: row.user_id,
            version: row.version,
            r#type: row.kind,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// A row as lists read it.
#[derive(FromQueryResult)]
struct Head {
    id: String,
    user_id: String,
    version: i64,
    kind: String,
    data: String,
    meta: String,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<Head> for Feedback {
    type Error = StoreError;

    fn try_from(row: Head) -> Result<Self> {
        Ok(Self {
            data: json(&row.data)?,
            meta: json(&row.meta)?,
            snapshot: None,
            id: row.id,
            user_id: row.user_id,
            version: row.version,
            r#type: row.kind,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What is needed to keep a rating.
#[derive(Clone, Debug, Default)]
pub struct NewFeedback {
    /// Who gives it.
    pub user_id: String,
    /// `rating` in practice.
    pub r#type: String,
    /// Object or `Null`.
    pub data: Value,
    /// Object or `Null`.
    pub meta: Value,
    /// Object or `Null`.
    pub snapshot: Value,
}

/// Fields to change; `None` leaves a field alone.
#[derive(Clone, Debug, Default)]
pub struct FeedbackPatch {
    /// Object or `Null`.
    pub data: Option<Value>,
    /// Object or `Null`.
    pub meta: Option<Value>,
    /// Object or `Null`.
    pub snapshot: Option<Value>,
}

/// Which ratings, in which order.
#[derive(Clone, Debug, Default)]
pub struct FeedbackQuery {
    /// Only of this account.
    pub user_id: Option<String>,
    /// `username`, `model_id`, `rating`, `created_at` or `updated_at` (also for any other word).
    pub order_by: Option<String>,
    /// Greatest first.
    pub descending: bool,
    /// How many to skip.
    pub offset: u64,
    /// How many at most; `None` for all.
    pub limit: Option<u64>,
}

/// Repository of ratings.
#[derive(Clone, Debug)]
pub struct Feedbacks {
    pub(crate) db: Db,
}

impl Feedbacks {
    /// Keeps a new rating.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn create(&self, new: NewFeedback) -> Result<Feedback> {
        let now = now();
        let row = feedback::Model {
            id: new_id(),
            user_id: new.user_id,
            version: 0,
            kind: new.r#type,
            model_id: model_of(&new.data),
            rating: rating_of(&new.data),
            data: new.data.to_string(),
            meta: new.meta.to_string(),
            snapshot: new.snapshot.to_string(),
            created_at: now,
            updated_at: now,
        };
        feedback::Entity::insert(feedback::ActiveModel::from(row.clone()))
            .exec_without_returning(self.db.writer())
            .await?;
        row.try_into()
    }

    /// The rating with this id, with its snapshot.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, id: &str) -> Result<Option<Feedback>> {
        feedback::Entity::find_by_id(id).one(self.db.reader()).await?.map(Feedback::try_from).transpose()
    }

    /// A page of ratings without snapshots, and how many there are on all pages together.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn list(&self, query: FeedbackQuery) -> Result<(Vec<Feedback>, u64)> {
        let mut select = feedback::Entity::find();
        if let Some(user_id) = &query.user_id {
            select = select.filter(feedback::Column::UserId.eq(user_id.as_str()));
        }
        let total = select.clone().count(self.db.reader()).await?;
        let mut page = ordered(select, &query).select_only().columns([
            feedback::Column::Id,
            feedback::Column::UserId,
            feedback::Column::Version,
            feedback::Column::Kind,
            feedback::Column::Data,
            feedback::Column::Meta,
            feedback::Column::CreatedAt,
            feedback::Column::UpdatedAt,
        ]);
        // SQLite knows no OFFSET without LIMIT.
        if query.offset > 0 || query.limit.is_some() {
            page = page.offset(query.offset).limit(query.limit.unwrap_or(i64::MAX as u64));
        }
        let rows = page.into_model::<Head>().all(self.db.reader()).await?;
        Ok((rows.into_iter().map(Feedback::try_from).collect::<Result<_>>()?, total))
    }

    /// Every rating with its snapshot, last changed first.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn export(&self) -> Result<Vec<Feedback>> {
        let all = feedback::Entity::find()
            .order_by_desc(feedback::Column::UpdatedAt)
            .order_by_asc(feedback::Column::Id);
        all.all(self.db.reader()).await?.into_iter().map(Feedback::try_from).collect()
    }

    /// Changes the fields named in `patch`.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn update(&self, id: &str, patch: FeedbackPatch) -> Result<Feedback> {
        let mut row =
            feedback::ActiveModel { id: Set(id.to_owned()), updated_at: Set(now()), ..Default::default() };
        if let Some(data) = patch.data {
            row.model_id = Set(model_of(&data));
            row.rating = Set(rating_of(&data));
            row.data = Set(data.to_string());
        }
        if let Some(meta) = patch.meta {
            row.meta = Set(meta.to_string());
        }
        if let Some(snapshot) = patch.snapshot {
            row.snapshot = Set(snapshot.to_string());
        }
        row.update(self.db.writer()).await?.try_into()
    }

    /// Deletes a rating; answers whether there was one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        Ok(feedback::Entity::delete_by_id(id).exec(self.db.writer()).await?.rows_affected > 0)
    }

    /// Deletes all ratings of an account; answers how many there were.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete_of_user(&self, user_id: &str) -> Result<u64> {
        let own = feedback::Entity::delete_many().filter(feedback::Column::UserId.eq(user_id));
        Ok(own.exec(self.db.writer()).await?.rows_affected)
    }

    /// Deletes every rating; answers how many there were.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete_all(&self) -> Result<u64> {
        Ok(feedback::Entity::delete_many().exec(self.db.writer()).await?.rows_affected)
    }
}

fn ordered(select: Select<feedback::Entity>, query: &FeedbackQuery) -> Select<feedback::Entity> {
    let order = if query.descending { Order::Desc } else { Order::Asc };
    let select = match query.order_by.as_deref() {
        Some("username") => select
            .join(JoinType::LeftJoin, feedback::Relation::User.def())
            .order_by(user::Column::Name, order),
        Some("model_id") => select.order_by(feedback::Column::ModelId, order),
        Some("rating") => select.order_by(feedback::Column::Rating, order),
        Some("created_at") => select.order_by(feedback::Column::CreatedAt, order),
        _ => select.order_by(feedback::Column::UpdatedAt, order),
    };
    select.order_by_asc(feedback::Column::Id)
}

fn model_of(data: &Value) -> Option<String> {
    data.get("model_id").and_then(Value::as_str).map(str::to_owned)
}

/// Clients send the rating as a number or as its text.
fn rating_of(data: &Value) -> Option<i64> {
    let rating = data.get("rating")?;
    rating.as_i64().or_else(|| rating.as_str()?.trim().parse().ok())
}
