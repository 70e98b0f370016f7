//! Notes, which their owners may share.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use sea_orm::sea_query::{Expr, LikeExpr, Order, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, Set,
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::channels::text_of;
use crate::db::{
    BATCH, Db, LIKE_ESCAPE, MAX_ID, contains_pattern, json, new_id, now_ns, optional_json, without_nul,
};
use crate::entity::{note, note_grant};
use crate::{Result, StoreError};

/// A note.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "NoteModel")]
pub struct Note {
    /// Id.
    pub id: String,
    /// Owner.
    pub user_id: String,
    /// Title.
    pub title: String,
    /// `content` in several forms, files and so on, or `Null`.
    pub data: Value,
    /// Free object or `Null`.
    pub meta: Value,
    /// Who may use it; `None` (JSON `null`) for everyone.
    pub access_control: Option<Value>,
    /// Unix nanoseconds.
    pub created_at: i64,
    /// Unix nanoseconds.
    pub updated_at: i64,
}

impl TryFrom<note::Model> for Note {
    type Error = StoreError;

    fn try_from(row: note::Model) -> Result<Self> {
        Ok(Self {
            data: json(&row.data)?,
            meta: json(&row.meta)?,
            access_control: optional_json(row.access_control.as_deref())?,
            id: row.id,
            user_id: row.user_id,
            title: row.title,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Who may use a note, without the note.
#[derive(Clone, Debug, PartialEq)]
pub struct NoteAccess {
    /// Owner.
    pub user_id: String,
    /// Who else; `None` for everyone.
    pub access_control: Option<Value>,
}

/// What is needed to keep a note.
#[derive(Clone, Debug, Default)]
pub struct NewNote {
    /// Owner.
    pub user_id: String,
    /// Title.
    pub title: String,
    /// Object or `Null`.
    pub data: Value,
    /// Object or `Null`.
    pub meta: Value,
    /// Who may use it; `None` for everyone.
    pub access_control: Option<Value>,
}

/// Fields to change; `None` leaves a field alone.
#[derive(Clone, Debug, Default)]
pub struct NotePatch {
    /// Title.
    pub title: Option<String>,
    /// Fields that replace those of the same name in the note's data.
    pub data: Option<Map<String, Value>>,
    /// Fields that replace those of the same name in the note's meta.
    pub meta: Option<Map<String, Value>>,
    /// Who may use it; `Some(None)` for everyone.
    pub access_control: Option<Option<Value>>,
}

/// Whose notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ownership {
    /// The account's own and those it may read.
    #[default]
    Any,
    /// Its own.
    Own,
    /// Those of others that it may read.
    Shared,
}

/// Which notes an account may see, in which order.
#[derive(Clone, Debug, Default)]
pub struct NoteQuery {
    /// The account.
    pub user_id: String,
    /// The groups it belongs to.
    pub group_ids: Vec<String>,
    /// Whose.
    pub ownership: Ownership,
    /// Only those it may change (`true`) or only read (`false`).
    pub writable: Option<bool>,
    /// Part of the title or the text, in any case.
    pub query: Option<String>,
    /// `name`, `created_at` or `updated_at` (also for any other word).
    pub order_by: Option<String>,
    /// Smallest first; else greatest first.
    pub ascending: bool,
    /// How many to skip.
    pub offset: u64,
    /// How many at most; `None` for all.
    pub limit: Option<u64>,
}

/// Repository of notes.
#[derive(Clone, Debug)]
pub struct Notes {
    pub(crate) db: Db,
}

impl Notes {
    /// Keeps a new note.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn create(&self, new: NewNote) -> Result<Note> {
        let now = now_ns();
        let title = without_nul(&new.title);
        let row = note::Model {
            id: new_id(),
            user_id: new.user_id,
            is_public: text_of(new.access_control.as_ref()).is_none(),
            created_at: now,
            updated_at: now,
            access_control: text_of(new.access_control.as_ref()),
            meta: new.meta.to_string(),
            data: new.data.to_string(),
            words: words_of(&title, &new.data),
            title,
        };
        let transaction = self.db.begin().await?;
        note::Entity::insert(note::ActiveModel::from(row.clone()))
            .exec_without_returning(&transaction)
            .await?;
        set_grants(&transaction, &row.id, new.access_control.as_ref()).await?;
        transaction.commit().await?;
        row.try_into()
    }

    /// The note with this id.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn get(&self, id: &str) -> Result<Option<Note>> {
        note::Entity::find_by_id(id).one(self.db.reader()).await?.map(Note::try_from).transpose()
    }

    /// Who may use the note with this id.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn access(&self, id: &str) -> Result<Option<NoteAccess>> {
        let row: Option<(String, Option<String>)> = note::Entity::find_by_id(id)
            .select_only()
            .columns([note::Column::UserId, note::Column::AccessControl])
            .into_tuple()
            .one(self.db.reader())
            .await?;
        let access = |(user_id, control): (String, Option<String>)| -> Result<NoteAccess> {
            Ok(NoteAccess { user_id, access_control: optional_json(control.as_deref())? })
        };
        row.map(access).transpose()
    }

    /// A page of notes.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn list(&self, query: &NoteQuery) -> Result<Vec<Note>> {
        let order = if query.ascending { Order::Asc } else { Order::Desc };
        let column = match query.order_by.as_deref() {
            Some("name") => note::Column::Title,
            Some("created_at") => note::Column::CreatedAt,
            _ => note::Column::UpdatedAt,
        };
        let mut page = select(query).order_by(column, order).order_by_asc(note::Column::Id);
        // SQLite knows no OFFSET without LIMIT.
        if query.offset > 0 || query.limit.is_some() {
            page = page.offset(query.offset).limit(query.limit.unwrap_or(i64::MAX as u64));
        }
        page.all(self.db.reader()).await?.into_iter().map(Note::try_from).collect()
    }

    /// How many notes match, whatever the page.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn count(&self, query: &NoteQuery) -> Result<u64> {
        Ok(select(query).count(self.db.reader()).await?)
    }

    /// Changes what `patch` names, one change after the other.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn update(&self, id: &str, patch: NotePatch) -> Result<Note> {
        let transaction = self.db.begin().await?;
        let mut find = note::Entity::find_by_id(id);
        if self.db.backend() != sea_orm::DbBackend::Sqlite {
            find = find.lock_exclusive();
        }
        let row = find.one(&transaction).await?.ok_or(StoreError::NotFound)?;
        let mut note = Note::try_from(row)?;
        if let Some(title) = patch.title {
            note.title = without_nul(&title);
        }
        if let Some(data) = patch.data {
            merge(&mut note.data, data);
        }
        if let Some(meta) = patch.meta {
            merge(&mut note.meta, meta);
        }
        if let Some(control) = patch.access_control {
            note.access_control = control.filter(|value| !value.is_null());
            set_grants(&transaction, id, note.access_control.as_ref()).await?;
        }
        note.updated_at = now_ns();
        let row = note::ActiveModel {
            id: Set(id.to_owned()),
            is_public: Set(note.access_control.is_none()),
            updated_at: Set(note.updated_at),
            access_control: Set(text_of(note.access_control.as_ref())),
            meta: Set(note.meta.to_string()),
            data: Set(note.data.to_string()),
            words: Set(words_of(&note.title, &note.data)),
            title: Set(note.title.clone()),
            ..Default::default()
        };
        row.update(&transaction).await?;
        transaction.commit().await?;
        Ok(note)
    }

    /// Deletes a note; answers whether there was one.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        Ok(note::Entity::delete_by_id(id).exec(self.db.writer()).await?.rows_affected > 0)
    }
}

/// Deletes the notes of a deleted account, and what others shared with it.
pub(crate) async fn forget_user<C: ConnectionTrait>(connection: &C, user_id: &str) -> Result<()> {
    note::Entity::delete_many().filter(note::Column::UserId.eq(user_id)).exec(connection).await?;
    note_grant::Entity::delete_many()
        .filter(note_grant::Column::Subject.eq(subject("user", user_id)))
        .exec(connection)
        .await?;
    Ok(())
}

fn merge(into: &mut Value, fields: Map<String, Value>) {
    match into {
        Value::Object(present) => present.extend(fields),
        other => *other = Value::Object(fields),
    }
}

/// What a search looks through.
fn words_of(title: &str, data: &Value) -> String {
    let text = data.pointer("/content/md").and_then(Value::as_str).unwrap_or_default();
    without_nul(&format!("{title}\n{text}").to_lowercase())
}

fn subject(kind: &str, id: &str) -> String {
    format!("{kind}:{id}")
}

/// Keeps the rows of `note_grant` in step with an access control.
async fn set_grants<C: ConnectionTrait>(connection: &C, id: &str, control: Option<&Value>) -> Result<()> {
    note_grant::Entity::delete_many().filter(note_grant::Column::NoteId.eq(id)).exec(connection).await?;
    let mut grants: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for (action, list, kind) in [
        ("read", "user_ids", "user"),
        ("read", "group_ids", "group"),
        ("write", "user_ids", "user"),
        ("write", "group_ids", "group"),
    ] {
        let ids = control.and_then(|control| control.get(action)?.get(list)?.as_array());
        for name in ids.into_iter().flatten().filter_map(Value::as_str) {
            // A longer one cannot be an account's or a group's.
            if name.len() + kind.len() < MAX_ID {
                let entry = grants.entry(subject(kind, name)).or_default();
                if action == "read" { entry.0 = true } else { entry.1 = true }
            }
        }
    }
    let rows: Vec<_> = grants
        .into_iter()
        .map(|(subject, (may_read, may_write))| note_grant::Model {
            note_id: id.to_owned(),
            subject,
            may_read,
            may_write,
        })
        .map(note_grant::ActiveModel::from)
        .collect();
    for rows in rows.chunks(BATCH / 4) {
        note_grant::Entity::insert_many(rows.to_vec()).exec_without_returning(connection).await?;
    }
    Ok(())
}

fn select(query: &NoteQuery) -> Select<note::Entity> {
    let own = || note::Column::UserId.eq(query.user_id.as_str());
    let readable = Condition::any()
        .add(note::Column::IsPublic.eq(true))
        .add(note::Column::Id.in_subquery(granted(query, note_grant::Column::MayRead)));
    let mut all = match query.ownership {
        Ownership::Own => Condition::all().add(own()),
        Ownership::Shared => Condition::all().add(own().not()).add(readable),
        Ownership::Any => Condition::all().add(Condition::any().add(own()).add(readable)),
    };
    if let Some(writable) = query.writable {
        let may = Condition::any()
            .add(own())
            .add(note::Column::Id.in_subquery(granted(query, note_grant::Column::MayWrite)));
        all = all.add(if writable { may } else { may.not() });
    }
    if let Some(text) = query.query.as_deref().filter(|text| !text.is_empty()) {
        let like = LikeExpr::new(contains_pattern(&text.to_lowercase())).escape(LIKE_ESCAPE);
        all = all.add(Expr::col(note::Column::Words).like(like));
    }
    note::Entity::find().filter(all)
}

/// The notes that are shared with the account or its groups in one way.
fn granted(query: &NoteQuery, how: note_grant::Column) -> sea_orm::sea_query::SelectStatement {
    let mut subjects = vec![subject("user", &query.user_id)];
    subjects.extend(query.group_ids.iter().map(|id| subject("group", id)));
    Query::select()
        .column(note_grant::Column::NoteId)
        .from(note_grant::Entity)
        .and_where(note_grant::Column::Subject.is_in(subjects))
        .and_where(how.eq(true))
        .to_owned()
}
