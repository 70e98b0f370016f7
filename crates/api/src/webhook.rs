//! Telling a person who is away, by the address they gave for it.

use axum::http::{HeaderMap, HeaderValue, Method, header};
use bytes::Bytes;
use serde_json::{Value, json};
use transom_net::{GuardedRequest, Limits, Net};
use transom_store::User;
use url::Url;

/// Longest message that Discord takes, in characters.
const DISCORD_MOST: usize = 2_000;

/// The address at which a person wants to hear what happened meanwhile.
pub fn address(user: &User) -> Option<&str> {
    let address = user.settings.pointer("/ui/notifications/webhook_url").and_then(Value::as_str);
    address.filter(|address| !address.is_empty())
}

/// Sends a message in the form the service behind the address understands; failures are logged only.
pub async fn post(net: &Net, address: &str, server: &str, text: &str, event: &Value) {
    let body = Bytes::from(form(address, server, text, event).to_string());
    let json = HeaderValue::from_static("application/json");
    let request = GuardedRequest {
        method: Method::POST,
        url: address.to_string(),
        headers: HeaderMap::from_iter([(header::CONTENT_TYPE, json)]),
        body: Some(body),
    };
    if let Err(error) = net.guarded().send(request, &Limits::default()).await {
        tracing::info!(%error, "a webhook of an account could not be called");
    }
}

fn form(address: &str, server: &str, text: &str, event: &Value) -> Value {
    let host =
        Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_string)).unwrap_or_default();
    let is = |name: &str| host == name || host.ends_with(&format!(".{name}"));
    if is("slack.com") || is("chat.googleapis.com") {
        return json!({"text": text});
    }
    if is("discord.com") || is("discordapp.com") {
        return json!({"content": text.chars().take(DISCORD_MOST).collect::<String>()});
    }
    if is("webhook.office.com") {
        return json!({
            "@type": "MessageCard",
            "@context": "http://schema.org/extensions",
            "summary": text,
            "sections": [{"activityTitle": text, "activitySubtitle": server, "markdown": true}],
        });
    }
    event.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_gets_its_form() {
        let event = json!({"action": "channel"});
        let of = |address: &str| form(address, "Transom", &"é".repeat(3_000), &event);
        assert!(of("https://hooks.slack.com/x").get("text").is_some());
        assert!(of("https://chat.googleapis.com/v1").get("text").is_some());
        assert_eq!(
            of("https://discord.com/api").pointer("/content").unwrap().as_str().unwrap().chars().count(),
            2_000
        );
        assert_eq!(of("https://x.webhook.office.com/y")["@type"], "MessageCard");
        for other in ["https://example.org/slack.com", "https://notslack.com/x", "nonsense"] {
            assert_eq!(of(other), event, "{other}");
        }
    }
}
