//! Channels with their members, messages and reactions; notes with what they are shared by.

use sea_orm::DbErr;
use sea_orm::sea_query::IndexOrder;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::m0001_initial::{
    cascade, flag, id, index, number, optional_flag, optional_id, optional_number, optional_text, table, text,
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0003_channels_and_notes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        channels(manager).await?;
        messages(manager).await?;
        notes(manager).await
    }
}

async fn channels(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use IndexOrder::Asc;
    let columns = [
        id("id"),
        id("user_id"),
        id("kind"),
        optional_id("pair"),
        text("name"),
        optional_text("description"),
        optional_flag("is_private"),
        text("data"),
        text("meta"),
        optional_text("access_control"),
        number("created_at"),
        number("updated_at"),
        optional_id("updated_by"),
        optional_number("archived_at"),
        optional_id("archived_by"),
        optional_number("deleted_at"),
        optional_id("deleted_by"),
    ];
    manager.create_table(table("channel", columns, &["id"])).await?;
    index(manager, "channel_kind", "channel", &[("kind", Asc)], false).await?;
    index(manager, "channel_pair", "channel", &[("pair", Asc)], true).await?;

    let columns = [
        id("channel_id"),
        id("user_id"),
        flag("is_active"),
        optional_number("last_read_at"),
        number("joined_at"),
        optional_id("invited_by"),
    ];
    let mut member = table("channel_member", columns, &["channel_id", "user_id"]);
    cascade(&mut member, ("channel_member", "channel_id"), "channel");
    manager.create_table(member).await?;
    index(manager, "channel_member_user", "channel_member", &[("user_id", Asc)], false).await
}

async fn messages(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use IndexOrder::{Asc, Desc};
    let columns = [
        id("id"),
        id("channel_id"),
        id("user_id"),
        optional_id("parent_id"),
        optional_id("reply_to_id"),
        flag("is_pinned"),
        optional_id("pinned_by"),
        optional_number("pinned_at"),
        number("created_at"),
        number("updated_at"),
        text("content"),
        text("data"),
        text("meta"),
    ];
    let mut message = table("channel_message", columns, &["id"]);
    cascade(&mut message, ("channel_message", "channel_id"), "channel");
    manager.create_table(message).await?;
    let by_time = [("channel_id", Asc), ("parent_id", Asc), ("created_at", Desc)];
    index(manager, "channel_message_time", "channel_message", &by_time, false).await?;
    let replies = [("parent_id", Asc), ("created_at", Desc)];
    index(manager, "channel_message_replies", "channel_message", &replies, false).await?;
    let pinned = [("channel_id", Asc), ("is_pinned", Asc), ("pinned_at", Desc)];
    index(manager, "channel_message_pinned", "channel_message", &pinned, false).await?;

    let columns = [id("message_id"), id("user_id"), id("name"), number("created_at")];
    let mut reaction = table("channel_reaction", columns, &["message_id", "user_id", "name"]);
    cascade(&mut reaction, ("channel_reaction", "message_id"), "channel_message");
    manager.create_table(reaction).await?;
    index(manager, "channel_reaction_user", "channel_reaction", &[("user_id", Asc)], false).await
}

async fn notes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use IndexOrder::{Asc, Desc};
    // `words` is what a search looks through: title and text in lower case.
    let columns = [
        id("id"),
        id("user_id"),
        flag("is_public"),
        number("created_at"),
        number("updated_at"),
        text("title"),
        optional_text("access_control"),
        text("meta"),
        text("data"),
        text("words"),
    ];
    manager.create_table(table("note", columns, &["id"])).await?;
    let own = [("user_id", Asc), ("updated_at", Desc)];
    index(manager, "note_user_time", "note", &own, false).await?;
    let public = [("is_public", Asc), ("updated_at", Desc)];
    index(manager, "note_public_time", "note", &public, false).await?;

    // The lists of `access_control` as rows, so that a page of notes is one statement.
    let columns = [id("note_id"), id("subject"), flag("may_read"), flag("may_write")];
    let mut grant = table("note_grant", columns, &["note_id", "subject"]);
    cascade(&mut grant, ("note_grant", "note_id"), "note");
    manager.create_table(grant).await?;
    index(manager, "note_grant_subject", "note_grant", &[("subject", Asc)], false).await
}
