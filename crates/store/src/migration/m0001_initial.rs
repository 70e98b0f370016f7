//! The first schema.

use sea_orm::sea_query::{ColumnDef, ForeignKey, ForeignKeyAction, Index, IndexOrder, Query, Table};
use sea_orm::{DbErr, sea_query::TableCreateStatement};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0001_initial"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        accounts(manager).await?;
        groups(manager).await?;
        chats(manager).await?;
        workspace(manager).await
    }
}

/// A key or something short enough to be indexed on every engine.
pub(super) fn id(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).string_len(255).not_null().to_owned()
}

pub(super) fn optional_id(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).string_len(255).null().to_owned()
}

pub(super) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().to_owned()
}

pub(super) fn optional_text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().to_owned()
}

pub(super) fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().to_owned()
}

pub(super) fn optional_number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().to_owned()
}

pub(super) fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().to_owned()
}

pub(super) fn optional_flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().null().to_owned()
}

pub(super) fn table(
    name: &'static str,
    columns: impl IntoIterator<Item = ColumnDef>,
    key: &[&'static str],
) -> TableCreateStatement {
    let mut table = Table::create().table(name).to_owned();
    for column in columns {
        table.col(column);
    }
    let mut primary = Index::create();
    for column in key {
        primary.col(*column);
    }
    table.primary_key(&mut primary);
    table
}

pub(super) fn cascade(
    table: &mut TableCreateStatement,
    from: (&'static str, &'static str),
    to: &'static str,
) {
    table.foreign_key(
        ForeignKey::create().from(from.0, from.1).to(to, "id").on_delete(ForeignKeyAction::Cascade),
    );
}

pub(super) async fn index(
    manager: &SchemaManager<'_>,
    name: &'static str,
    table: &'static str,
    columns: &[(&'static str, IndexOrder)],
    unique: bool,
) -> Result<(), DbErr> {
    let mut index = Index::create().name(name).table(table).to_owned();
    for (column, order) in columns {
        index.col((*column, order.clone()));
    }
    if unique {
        index.unique();
    }
    manager.create_index(index).await
}

async fn accounts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use IndexOrder::Asc;
    let columns = [
        id("id"),
        id("email"),
        id("email_key"),
        text("name"),
        id("role"),
        optional_text("username"),
        text("profile_image_url"),
        optional_text("bio"),
        optional_text("gender"),
        optional_text("date_of_birth"),
        optional_text("timezone"),
        optional_text("status_emoji"),
        optional_text("status_message"),
        optional_number("status_expires_at"),
        text("settings"),
        text("info"),
        text("oauth"),
        number("last_active_at"),
        number("updated_at"),
        number("created_at"),
        number("seq"),
    ];
    manager.create_table(table("user", columns, &["id"])).await?;
    index(manager, "user_email_key", "user", &[("email_key", Asc)], true).await?;
    index(manager, "user_created", "user", &[("created_at", Asc), ("seq", Asc)], false).await?;

    let guard = [ColumnDef::new("id").integer().not_null().to_owned(), number("made")];
    manager.create_table(table("user_guard", guard, &["id"])).await?;
    let seed = Query::insert()
        .into_table("user_guard")
        .columns(["id", "made"])
        .values([1.into(), 0_i64.into()])
        .map_err(|error| DbErr::Migration(error.to_string()))?
        .to_owned();
    manager.execute(seed).await?;

    let mut identity = table("identity", [id("provider"), id("sub"), id("user_id")], &["provider", "sub"]);
    cascade(&mut identity, ("identity", "user_id"), "user");
    manager.create_table(identity).await?;
    index(manager, "identity_user", "identity", &[("user_id", Asc)], false).await?;

    let columns = [id("user_id"), optional_text("password_hash"), flag("active")];
    let mut credential = table("credential", columns, &["user_id"]);
    cascade(&mut credential, ("credential", "user_id"), "user");
    manager.create_table(credential).await?;

    let columns = [
        id("user_id"),
        text("key"),
        id("hash"),
        optional_number("expires_at"),
        optional_number("last_used_at"),
        number("created_at"),
        number("updated_at"),
    ];
    let mut api_key = table("api_key", columns, &["user_id"]);
    cascade(&mut api_key, ("api_key", "user_id"), "user");
    manager.create_table(api_key).await?;
    index(manager, "api_key_hash", "api_key", &[("hash", Asc)], true).await?;

    manager.create_table(table("revoked_token", [id("jti"), number("expires_at")], &["jti"])).await?;
    manager.create_table(table("setting", [id("key"), text("value"), number("updated_at")], &["key"])).await
}

async fn groups(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use IndexOrder::Asc;
    let columns = [
        id("id"),
        id("user_id"),
        text("name"),
        text("description"),
        text("data"),
        text("meta"),
        text("permissions"),
        number("created_at"),
        number("updated_at"),
    ];
    manager.create_table(table("group", columns, &["id"])).await?;
    let columns = [id("group_id"), id("user_id"), number("created_at")];
    let mut member = table("group_member", columns, &["group_id", "user_id"]);
    cascade(&mut member, ("group_member", "group_id"), "group");
    cascade(&mut member, ("group_member", "user_id"), "user");
    manager.create_table(member).await?;
    index(manager, "group_member_user", "group_member", &[("user_id", Asc)], false).await
}

async fn chats(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use IndexOrder::{Asc, Desc};
    // Long columns stand last: reading a list then does not walk over the pages they spill to.
    let columns = [
        id("id"),
        id("user_id"),
        text("title"),
        text("title_key"),
        number("created_at"),
        number("updated_at"),
        optional_id("share_id"),
        flag("archived"),
        flag("pinned"),
        optional_id("folder_id"),
        text("meta"),
        optional_id("current_id"),
        flag("has_messages"),
        flag("flat_derived"),
        text("document"),
        optional_text("history"),
        optional_text("flat"),
    ];
    manager.create_table(table("chat", columns, &["id"])).await?;
    let by_time = [("user_id", Asc), ("updated_at", Desc), ("id", Asc)];
    index(manager, "chat_user_time", "chat", &by_time, false).await?;
    let by_folder = [("folder_id", Asc), ("updated_at", Desc)];
    index(manager, "chat_folder_time", "chat", &by_folder, false).await?;
    index(manager, "chat_share", "chat", &[("share_id", Asc)], false).await?;

    let columns = [
        id("chat_id"),
        id("id"),
        number("seq"),
        optional_id("parent_id"),
        optional_id("role"),
        optional_id("running_on"),
        ColumnDef::new("content_at").integer().not_null().to_owned(),
        optional_text("content"),
        text("data"),
    ];
    let mut message = table("message", columns, &["chat_id", "id"]);
    cascade(&mut message, ("message", "chat_id"), "chat");
    manager.create_table(message).await?;
    index(manager, "message_order", "message", &[("chat_id", Asc), ("seq", Asc)], false).await?;
    index(manager, "message_running", "message", &[("running_on", Asc)], false).await?;

    let mut chat_tag = table("chat_tag", [id("chat_id"), id("tag_id")], &["chat_id", "tag_id"]);
    cascade(&mut chat_tag, ("chat_tag", "chat_id"), "chat");
    manager.create_table(chat_tag).await?;
    index(manager, "chat_tag_tag", "chat_tag", &[("tag_id", Asc)], false).await?;

    let columns = [id("id"), id("user_id"), text("name"), text("meta")];
    manager.create_table(table("tag", columns, &["id", "user_id"])).await?;
    let columns = [
        id("id"),
        id("user_id"),
        optional_id("parent_id"),
        text("name"),
        text("items"),
        text("meta"),
        text("data"),
        flag("is_expanded"),
        number("created_at"),
        number("updated_at"),
    ];
    manager.create_table(table("folder", columns, &["id"])).await?;
    index(manager, "folder_user", "folder", &[("user_id", Asc)], false).await
}

async fn workspace(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use IndexOrder::Asc;
    let columns = [
        id("id"),
        id("user_id"),
        optional_id("base_model_id"),
        text("name"),
        text("params"),
        text("meta"),
        optional_text("access_control"),
        flag("is_active"),
        number("created_at"),
        number("updated_at"),
    ];
    manager.create_table(table("model", columns, &["id"])).await?;
    let columns = [
        id("id"),
        id("user_id"),
        optional_id("hash"),
        text("filename"),
        optional_text("path"),
        text("data"),
        text("meta"),
        optional_text("access_control"),
        number("created_at"),
        number("updated_at"),
    ];
    manager.create_table(table("file", columns, &["id"])).await?;
    index(manager, "file_user", "file", &[("user_id", Asc)], false).await?;
    let columns =
        [id("chat_id"), id("file_id"), optional_id("message_id"), id("user_id"), number("created_at")];
    let mut chat_file = table("chat_file", columns, &["chat_id", "file_id"]);
    cascade(&mut chat_file, ("chat_file", "chat_id"), "chat");
    cascade(&mut chat_file, ("chat_file", "file_id"), "file");
    manager.create_table(chat_file).await?;
    index(manager, "chat_file_file", "chat_file", &[("file_id", Asc)], false).await
}
