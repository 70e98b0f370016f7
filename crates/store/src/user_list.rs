//! Pages of the list of accounts.

use sea_orm::sea_query::{Expr, Func, LikeExpr, Order, Query};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};

use crate::db::{LIKE_ESCAPE, contains_pattern};
use crate::entity::{channel_member, group_member, user};
use crate::{Result, Role, User, Users};

/// The accounts that something is open to.
#[derive(Clone, Debug)]
pub enum Audience {
    /// Every account that has been activated.
    Everybody,
    /// The members of a channel.
    Channel(String),
    /// These accounts and the members of these groups.
    Granted {
        /// Accounts.
        user_ids: Vec<String>,
        /// Groups.
        group_ids: Vec<String>,
    },
}

/// Which accounts, in which order.
#[derive(Clone, Debug, Default)]
pub struct UserQuery {
    /// Part of the name or e-mail address, in any case.
    pub query: Option<String>,
    /// Only this role.
    pub role: Option<Role>,
    /// Only members of this group.
    pub group_id: Option<String>,
    /// Only those whom something is open to.
    pub audience: Option<Audience>,
    /// Only those who gave an address that hears what happens while they are away.
    pub has_webhook: bool,
    /// `name`, `email`, `role`, `last_active_at`, `updated_at` or `created_at` (also for any other word).
    pub order_by: Option<String>,
    /// Greatest first.
    pub descending: bool,
    /// How many to skip.
    pub offset: u64,
    /// How many at most; `None` for all.
    pub limit: Option<u64>,
}

impl Users {
    /// A page of accounts, and how many there are on all pages together.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn list(&self, query: UserQuery) -> Result<(Vec<User>, u64)> {
        let select = filtered(&query);
        let total = select.clone().count(self.db.reader()).await?;
        let order = if query.descending { Order::Desc } else { Order::Asc };
        let mut page = select
            .order_by(order_column(query.order_by.as_deref()), order.clone())
            .order_by(user::Column::Seq, order);
        // SQLite knows no OFFSET without LIMIT.
        if query.offset > 0 || query.limit.is_some() {
            page = page.offset(query.offset).limit(query.limit.unwrap_or(i64::MAX as u64));
        }
        let rows = page.all(self.db.reader()).await?;
        let users = rows.into_iter().map(User::try_from).collect::<Result<_>>()?;
        Ok((users, total))
    }
}

fn filtered(query: &UserQuery) -> Select<user::Entity> {
    let mut select = user::Entity::find();
    if let Some(text) = query.query.as_deref().filter(|text| !text.is_empty()) {
        let like = || LikeExpr::new(contains_pattern(&text.to_lowercase())).escape(LIKE_ESCAPE);
        let name = Expr::expr(Func::lower(Expr::col((user::Entity, user::Column::Name))));
        let email = Expr::col((user::Entity, user::Column::EmailKey));
        select = select.filter(Condition::any().add(name.like(like())).add(email.like(like())));
    }
    if let Some(role) = query.role {
        select = select.filter(user::Column::Role.eq(role.as_str()));
    }
    if let Some(group) = &query.group_id {
        let members = Query::select()
            .column(group_member::Column::UserId)
            .from(group_member::Entity)
            .and_where(group_member::Column::GroupId.eq(group.as_str()))
            .to_owned();
        select = select.filter(user::Column::Id.in_subquery(members));
    }
    if query.has_webhook {
        // Chosen from the settings' text, so that not every account has to be read: an address is not empty.
        let like = LikeExpr::new(contains_pattern(r#""webhook_url":"h"#)).escape(LIKE_ESCAPE);
        select = select.filter(Expr::col((user::Entity, user::Column::Settings)).like(like));
    }
    match &query.audience {
        Some(audience) => select.filter(belongs_to(audience)),
        None => select,
    }
}

fn belongs_to(audience: &Audience) -> Condition {
    match audience {
        Audience::Everybody => Condition::all().add(user::Column::Role.ne(Role::Pending.as_str())),
        Audience::Channel(id) => {
            let members = Query::select()
                .column(channel_member::Column::UserId)
                .from(channel_member::Entity)
                .and_where(channel_member::Column::ChannelId.eq(id.as_str()))
                .to_owned();
            Condition::all().add(user::Column::Id.in_subquery(members))
        }
        Audience::Granted { user_ids, group_ids } => {
            let members = Query::select()
                .column(group_member::Column::UserId)
                .from(group_member::Entity)
                .and_where(group_member::Column::GroupId.is_in(group_ids.iter().cloned()))
                .to_owned();
            Condition::any()
                .add(user::Column::Id.is_in(user_ids.iter().cloned()))
                .add(user::Column::Id.in_subquery(members))
        }
    }
}

fn order_column(name: Option<&str>) -> user::Column {
    match name {
        Some("name") => user::Column::Name,
        Some("email") => user::Column::Email,
        Some("role") => user::Column::Role,
        Some("last_active_at") => user::Column::LastActiveAt,
        Some("updated_at") => user::Column::UpdatedAt,
        _ => user::Column::CreatedAt,
    }
}
