//! Which models are in use: tabs say so once a second while an answer is generated.

use std::sync::Arc;

use bytes::Bytes;
use transom_store::bus::Bus;

use crate::Result;

const KEY: &str = "usage_pool";
/// Milliseconds after which a mark counts no more.
const FADES: i64 = 3_000;
/// Separates model id and socket id in a field's name; neither can contain it.
const SEPARATOR: char = '\u{1f}';

/// Marks a model as in use by a socket.
pub(crate) async fn mark(bus: &Arc<dyn Bus>, model: &str, sid: &str) -> Result<()> {
    let now = now().to_string();
    Ok(bus.hash_set(KEY, &format!("{model}{SEPARATOR}{sid}"), Bytes::from(now)).await?)
}

/// The models in use; forgets old marks on the way.
pub(crate) async fn models(bus: &Arc<dyn Bus>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (field, value) in bus.hash_all(KEY).await? {
        let at: i64 = std::str::from_utf8(&value).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        if now() - at > FADES {
            bus.hash_delete(KEY, &field).await?;
            continue;
        }
        let model = field.split(SEPARATOR).next().unwrap_or_default().to_string();
        if !found.contains(&model) {
            found.push(model);
        }
    }
    Ok(found)
}

fn now() -> i64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
