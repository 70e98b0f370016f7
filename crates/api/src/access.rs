//! Who may use channels and notes: asked by routes and by sockets alike, so that both decide the same.

use transom_config::{Settings, keys};
use transom_identity::{Identity, access::Action};
use transom_store::{Channel, FileRow, NoteAccess, Role, Store, User};

use crate::Result;

/// The services these questions need.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    pub settings: &'a Settings,
    pub store: &'a Store,
    pub identity: &'a Identity,
}

/// What an account may do in a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InChannel {
    /// See it and its messages.
    pub read: bool,
    /// Write, react, pin.
    pub write: bool,
    /// Change and delete it.
    pub manage: bool,
}

impl Access<'_> {
    /// Whether there are channels for this account.
    ///
    /// # Errors
    /// Of the store only.
    pub async fn has_channels(&self, user: &User) -> Result<bool> {
        let on = self.settings.get(&keys::ENABLE_CHANNELS) && user.role != Role::Pending;
        Ok(on && self.identity.permits(user, "features.channels").await?)
    }

    /// Whether there are notes for this account.
    ///
    /// # Errors
    /// Of the store only.
    pub async fn has_notes(&self, user: &User) -> Result<bool> {
        let on = self.settings.get(&keys::ENABLE_NOTES) && user.role != Role::Pending;
        Ok(on && self.identity.permits(user, "features.notes").await?)
    }

    /// What the account may do in a channel. Groups and direct messages are for their members alone: an administrator
    /// manages them, but reads only where it is a member.
    ///
    /// # Errors
    /// Of the store only.
    pub async fn in_channel(&self, user: &User, channel: &Channel) -> Result<InChannel> {
        let manage = user.role == Role::Admin || channel.user_id == user.id;
        if channel.has_members() {
            let member = self.store.channel_members.get(&channel.id, &user.id).await?.is_some();
            return Ok(InChannel { read: member, write: member, manage });
        }
        let control = channel.access_control.as_ref();
        let read = manage || self.identity.grants(user, Action::Read, control).await?;
        let write = manage || control.is_none() || self.identity.grants(user, Action::Write, control).await?;
        Ok(InChannel { read, write, manage })
    }

    /// Whether the account may do `action` with a file: its owner and administrators all; others read what a shared
    /// chat or a channel of theirs shows, and do what the file's own access control lets them.
    ///
    /// # Errors
    /// Of the store only.
    pub async fn file(&self, user: &User, action: Action, file: &FileRow) -> Result<bool> {
        if user.role == Role::Admin || file.user_id == user.id {
            return Ok(true);
        }
        // Without a control a file is private, unlike other things.
        if let Some(control) = &file.access_control
            && self.identity.grants(user, action, Some(control)).await?
        {
            return Ok(true);
        }
        if action != Action::Read {
            return Ok(false);
        }
        if self.store.files.is_in_shared_chat(&file.id).await? {
            return Ok(true);
        }
        for id in self.store.files.channels_of(&file.id).await? {
            let Some(channel) = self.store.channels.get(&id).await? else { continue };
            if self.has_channels(user).await? && self.in_channel(user, &channel).await?.read {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The channels in the account's list.
    ///
    /// # Errors
    /// Of the store only.
    pub async fn channels_of(&self, user: &User) -> Result<Vec<Channel>> {
        let mut channels = Vec::new();
        for channel in self.store.channels.candidates(&user.id).await? {
            // Those with members were chosen by membership already.
            if channel.has_members() || self.in_channel(user, &channel).await?.read {
                channels.push(channel);
            }
        }
        Ok(channels)
    }

    /// Whether the channel is in the account's list, and its tabs hear what happens in it.
    ///
    /// # Errors
    /// Of the store only.
    pub async fn hears(&self, user: &User, channel: &Channel) -> Result<bool> {
        if channel.deleted_at.is_some() || channel.archived_at.is_some() {
            return Ok(false);
        }
        if !channel.has_members() {
            return Ok(self.in_channel(user, channel).await?.read);
        }
        let member = self.store.channel_members.get(&channel.id, &user.id).await?;
        Ok(member.is_some_and(|member| member.is_active))
    }

    /// Whether the account may do `action` with a note.
    ///
    /// # Errors
    /// Of the store only.
    pub async fn with_note(&self, user: &User, action: Action, note: &NoteAccess) -> Result<bool> {
        let by_role = user.role == Role::Admin
            && (action == Action::Write || self.settings.get(&keys::BYPASS_ADMIN_ACCESS_CONTROL));
        Ok(by_role
            || note.user_id == user.id
            || self.identity.grants(user, action, note.access_control.as_ref()).await?)
    }
}

#[cfg(test)]
mod tests;
