//! Pictures and files in messages: where they lie, and who may see them.

use std::sync::Arc;

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use transom_chat::Attachments;
use transom_config::Settings;
use transom_identity::{Identity, access::Action};
use transom_net::{Limits, Net};
use transom_store::{Blobs, FileRow, Store, Text, User};

use crate::access::Access;

/// Largest picture that is sent to a model, in bytes.
const LARGEST: u64 = 20 << 20;

/// The files that users uploaded, for turns.
pub struct StoredAttachments {
    /// Settings of this server.
    pub settings: Settings,
    /// What is kept.
    pub store: Store,
    /// The bytes of files.
    pub blobs: Blobs,
    /// Who may read.
    pub identity: Arc<Identity>,
    /// Outgoing requests.
    pub net: Arc<Net>,
}

impl StoredAttachments {
    async fn file(&self, user: &User, reference: &str) -> Option<FileRow> {
        let id = file_id(reference)?;
        let file = self.store.files.get(id, Text::Without).await.ok()??;
        let access = Access { settings: &self.settings, store: &self.store, identity: &self.identity };
        access.file(user, Action::Read, &file).await.is_ok_and(|may| may).then_some(file)
    }

    /// Only addresses that the policy allows, and only pictures.
    async fn fetched(&self, url: &str) -> Option<String> {
        let limits = Limits {
            max_bytes: Some(LARGEST),
            redirects: 3,
            content_types: vec!["image/".to_owned()],
            ..Limits::default()
        };
        match self.net.guarded().get(url, &limits).await {
            Ok(answer) if answer.status.is_success() => data_url(&answer.body),
            Ok(answer) => {
                tracing::info!(status = answer.status.as_u16(), "a picture in a message was not found");
                None
            }
            Err(error) => {
                tracing::info!(%error, "a picture in a message could not be fetched");
                None
            }
        }
    }
}

#[async_trait]
impl Attachments for StoredAttachments {
    async fn picture(&self, user: &User, reference: &str) -> Option<String> {
        if file_id(reference).is_none() {
            return self.fetched(reference).await;
        }
        let file = self.file(user, reference).await?;
        match self.blobs.bytes(file.path.as_deref()?, LARGEST).await {
            Ok(bytes) => data_url(&bytes),
            Err(error) => {
                tracing::info!(%error, file = file.id, "a picture in a message could not be read");
                None
            }
        }
    }

    async fn readable(&self, user: &User, reference: &str) -> Option<String> {
        Some(self.file(user, reference).await?.id)
    }
}

/// The file that a reference names: an id, or the address under which its content is served here.
fn file_id(reference: &str) -> Option<&str> {
    let id = match reference.split_once("/api/v1/files/") {
        Some((_, rest)) => rest.split(['/', '?']).next()?,
        None => reference,
    };
    let plain = !id.is_empty() && id.len() <= 255 && !id.contains(['/', ':', '?', '#']);
    plain.then_some(id)
}

/// A `data:` address, if the bytes are a picture that models and browsers know.
fn data_url(bytes: &[u8]) -> Option<String> {
    let kind = picture_kind(bytes)?;
    Some(format!("data:{kind};base64,{}", STANDARD.encode(bytes)))
}

/// The type of a picture by its first bytes; what its sender called it does not count.
pub fn picture_kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_name_files() {
        for reference in [
            "abc-1",
            "/api/v1/files/abc-1",
            "/api/v1/files/abc-1/content",
            "https://x.org/api/v1/files/abc-1/content?a",
        ] {
            assert_eq!(file_id(reference), Some("abc-1"), "{reference}");
        }
        for other in ["", "https://x.org/a.png", "data:image/png;base64,AA", "../x", "/api/v1/files/"] {
            assert_eq!(file_id(other), None, "{other}");
        }
    }

    #[test]
    fn only_pictures_become_data() {
        assert_eq!(data_url(b"\x89PNG\r\n").as_deref(), Some("data:image/png;base64,iVBORw0K"));
        assert_eq!(data_url(b"<svg xmlns='x'>"), None);
        assert_eq!(data_url(b""), None);
    }
}
