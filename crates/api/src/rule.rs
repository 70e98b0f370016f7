//! Who may call a route: the one rule that each route declares.

use std::fmt;

use transom_identity::access::Action;

/// What a request names and a rule asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// A stored chat.
    Chat,
    /// A folder of chats.
    Folder,
    /// A running answer.
    Turn,
    /// A channel. Its members, its access control and its manager decide.
    Channel,
    /// Somebody's place among the members of a channel.
    Membership,
    /// A message in a channel. Its author and the channel's manager decide.
    ChannelMessage,
    /// A note.
    Note,
    /// A model, by the id under which it is offered. Reading is using.
    Model,
    /// A saved prompt.
    Prompt,
    /// A rating of an answer.
    Feedback,
    /// An uploaded file.
    File,
    /// Something remembered about a person.
    Memory,
    /// A tool.
    Tool,
}

impl Resource {
    /// The name in documents.
    fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Folder => "folder",
            Self::Turn => "turn",
            Self::Channel => "channel",
            Self::Membership => "membership",
            Self::ChannelMessage => "channel message",
            Self::Note => "note",
            Self::Model => "model",
            Self::Prompt => "prompt",
            Self::Feedback => "feedback",
            Self::File => "file",
            Self::Memory => "memory",
            Self::Tool => "tool",
        }
    }

    /// The permission without which there is no such thing for an account.
    fn permission(self) -> Option<&'static str> {
        match self {
            Self::Folder => Some("features.folders"),
            Self::Channel | Self::Membership | Self::ChannelMessage => Some("features.channels"),
            Self::Note => Some("features.notes"),
            _ => None,
        }
    }
}

/// Who may call a route.
///
/// [`crate::guard`] enforces what can be decided before the handler runs: whether there is an account, its role, its
/// permissions. Whose the named thing is, and whom it is shared with, is answered by the loader of the thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Everybody.
    Public,
    /// Any account, also one that waits for activation.
    SignedIn,
    /// The same, from a signed-in session: an API key is not enough.
    Session,
    /// Any activated account; what it reaches is its own, or meant for everybody.
    Verified,
    /// Activated accounts with a permission; administrators always.
    Permission(&'static str),
    /// Activated accounts with one of these permissions; administrators always.
    AnyPermission(&'static [&'static str]),
    /// The owner of the named thing, who needs the permission if there is one, and nobody else.
    Owner(Resource, Option<&'static str>),
    /// The owner of the named thing, who needs the permission if there is one, and administrators.
    OwnerOrAdmin(Resource, Option<&'static str>),
    /// The owner of the named thing, those it is shared with for this action, and administrators.
    OwnerOrGrant(Resource, Action),
    /// Administrators.
    Admin,
}

impl Rule {
    /// The thing whose owner the rule asks for.
    pub fn resource(self) -> Option<Resource> {
        match self {
            Self::Owner(resource, _) | Self::OwnerOrAdmin(resource, _) | Self::OwnerOrGrant(resource, _) => {
                Some(resource)
            }
            _ => None,
        }
    }

    /// What a caller who is no administrator needs: one permission of each list.
    pub fn permissions(self) -> Vec<Vec<&'static str>> {
        let own = match self {
            Self::Permission(key) => vec![key],
            Self::AnyPermission(keys) => keys.to_vec(),
            Self::Owner(_, Some(key)) | Self::OwnerOrAdmin(_, Some(key)) => vec![key],
            _ => Vec::new(),
        };
        let of_resource = self.resource().and_then(Resource::permission).into_iter().collect();
        [own, of_resource].into_iter().filter(|keys| !keys.is_empty()).collect()
    }
}

/// As documents show it.
impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => out.write_str("public"),
            Self::SignedIn => out.write_str("signed in"),
            Self::Session => out.write_str("session"),
            Self::Verified => out.write_str("verified"),
            Self::Permission(_) | Self::AnyPermission(_) => out.write_str("permission"),
            Self::Owner(resource, _) => write!(out, "owner({})", resource.name()),
            Self::OwnerOrAdmin(resource, _) => write!(out, "owner-or-admin({})", resource.name()),
            Self::OwnerOrGrant(resource, Action::Read) => {
                write!(out, "owner-or-grant({}, read)", resource.name())
            }
            Self::OwnerOrGrant(resource, Action::Write) => {
                write!(out, "owner-or-grant({}, write)", resource.name())
            }
            Self::Admin => out.write_str("admin"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_bring_their_permissions_along() {
        assert_eq!(
            Rule::Owner(Resource::Folder, Some("chat.delete")).permissions(),
            [["chat.delete"], ["features.folders"]]
        );
        assert_eq!(Rule::AnyPermission(&["a", "b"]).permissions(), [["a", "b"]]);
        assert!(Rule::Verified.permissions().is_empty());
        assert_eq!(
            Rule::OwnerOrGrant(Resource::Note, Action::Write).to_string(),
            "owner-or-grant(note, write)"
        );
    }
}
