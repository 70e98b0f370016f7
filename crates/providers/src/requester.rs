//! On whose behalf a model server is called.

use std::fmt;

/// The caller, as far as model servers get to know about them.
#[derive(Clone, Default)]
pub struct Requester {
    /// User id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// `user` or `admin`.
    pub role: String,
    /// The caller's session token, sent on by connections with `auth_type` `session`.
    pub token: Option<String>,
    /// The caller's `Cookie` header, sent on by connections with `auth_type` `session` or `system_oauth`.
    pub cookies: Option<String>,
    /// The chat this call belongs to.
    pub chat_id: Option<String>,
    /// The caller's OAuth access token, for connections with `auth_type` `system_oauth`.
    pub oauth_token: Option<String>,
}

impl fmt::Debug for Requester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requester").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}
