//! Speech by the public OpenAI service, kept on disk: the same text is paid for once.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::OpenAi;
use crate::conf::OPENAI_URL;
use crate::error::{ProviderError, Result};
use crate::requester::Requester;
use crate::upstream::{Call, Upstream, UpstreamBody, content_type, whole};

impl OpenAi {
    /// `POST /audio/speech`: an MP3. Only with the public OpenAI address among the connections.
    ///
    /// # Errors
    /// Status 404 without that connection; see [`ProviderError`].
    #[tracing::instrument(name = "openai speech", skip_all, fields(user = %who.id))]
    pub async fn speech(&self, who: &Requester, body: Bytes) -> Result<Upstream> {
        let connection = self.core.conf.openai().into_iter().find(|c| c.url == OPENAI_URL);
        let connection = connection.ok_or_else(|| {
            ProviderError::detail(
                404,
                "Speech through this route needs a connection to the public OpenAI service",
            )
        })?;
        let name = hex(&Sha256::digest(&body));
        let folder = self.core.conf.folder("cache/audio/speech").await?;
        let file = folder.join(format!("{name}.mp3"));
        if let Ok(kept) = tokio::fs::read(&file).await {
            return Ok(mp3(kept.into()));
        }
        let request: Value = serde_json::from_slice(&body)
            .map_err(|_| ProviderError::Invalid("The request is not valid JSON".into()))?;
        let response =
            self.core.send(Call::post(&self.core, &connection, "/audio/speech", who, &request)?).await?;
        let status = response.status().as_u16();
        if status >= 400 {
            return Err(ProviderError::Status { status, body: whole(response).await? });
        }
        let sound = response.bytes().await.map_err(ProviderError::from_body)?;
        keep(&folder, &name, &sound, &body).await;
        Ok(mp3(sound))
    }
}

/// Written beside and renamed, so that nobody reads half a file. A full disk costs the copy, not the answer.
async fn keep(folder: &std::path::Path, name: &str, sound: &Bytes, request: &Bytes) {
    let part = folder.join(format!("{}.part", uuid::Uuid::new_v4()));
    let written = async {
        tokio::fs::write(folder.join(format!("{name}.json")), request).await?;
        tokio::fs::write(&part, sound).await?;
        tokio::fs::rename(&part, folder.join(format!("{name}.mp3"))).await
    };
    if let Err(e) = written.await {
        tracing::warn!(error = %e, "speech could not be kept");
    }
}

fn mp3(sound: Bytes) -> Upstream {
    let headers: HeaderMap = content_type("audio/mpeg");
    Upstream { status: 200, headers, body: UpstreamBody::Bytes(sound) }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
