//! Small helpers of the contract.

mod execute;
mod format;
mod pdf;

use axum::{
    Json,
    body::Body as ResponseBody,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use pulldown_cmark::{Event, Options, Parser, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio_util::io::ReaderStream;
use transom_config::keys;

use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, Query, Verified},
    router::Routes,
    rule::Rule,
};

const EXECUTE: Rule = Rule::Permission("features.code_interpreter");

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get(
            "/api/v1/utils/gravatar",
            Rule::Verified,
            "The address of an e-mail's Gravatar picture",
            gravatar,
        )
        .post("/api/v1/utils/markdown", Rule::Verified, "Markdown as HTML", markdown)
        .post("/api/v1/utils/pdf", Rule::Verified, "A chat as a PDF document", pdf::pdf)
        .gives_bytes("application/pdf")
        .post("/api/v1/utils/code/execute", EXECUTE, "Run Python on the Jupyter server", execute::execute)
        .post("/api/v1/utils/code/format", Rule::Admin, "Format Python", format::format)
        .get("/api/v1/utils/db/download", Rule::Admin, "A copy of the SQLite database", download)
        .gives_bytes("application/octet-stream")
}

#[derive(Deserialize, JsonSchema)]
struct Email {
    email: String,
}

async fn gravatar(_: Verified, Query(query): Query<Email>) -> Json<String> {
    let digest = Sha256::digest(query.email.trim().to_lowercase().as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Json(format!("https://www.gravatar.com/avatar/{digest}?d=mp"))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "MarkdownForm")]
struct Markdown {
    md: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MarkdownResponse")]
struct Html {
    html: String,
}

async fn markdown(_: Verified, Body(form): Body<Markdown>) -> Json<Html> {
    Json(Html { html: rendered(&form.md) })
}

/// HTML of Markdown. Whoever shows it may forget to clean it, so HTML inside becomes text and no link runs a program.
fn rendered(text: &str) -> String {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let safe = parser.map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(tag) => Event::Start(without_program(tag)),
        other => other,
    });
    let mut out = String::new();
    html::push_html(&mut out, safe);
    out
}

fn without_program(tag: pulldown_cmark::Tag<'_>) -> pulldown_cmark::Tag<'_> {
    use pulldown_cmark::Tag;
    let safe = |url: &str| {
        let scheme = url
            .split(['/', '?', '#'])
            .next()
            .and_then(|start| start.split_once(':'))
            .map(|(scheme, _)| scheme);
        scheme.is_none_or(|scheme| {
            ["http", "https", "mailto", "tel"].iter().any(|s| scheme.eq_ignore_ascii_case(s))
        })
    };
    match tag {
        Tag::Link { link_type, dest_url, title, id } if !safe(&dest_url) => {
            Tag::Link { link_type, dest_url: "#".into(), title, id }
        }
        Tag::Image { link_type, dest_url, title, id } if !safe(&dest_url) => {
            Tag::Image { link_type, dest_url: "".into(), title, id }
        }
        other => other,
    }
}

async fn download(State(app): State<App>, _: Admin) -> Result<Response> {
    if !app.settings.get(&keys::ENABLE_ADMIN_EXPORT) {
        return Err(ApiError::forbidden("Exports are switched off (ENABLE_ADMIN_EXPORT)."));
    }
    let copy = app.store.copy_file(&app.settings.data_dir()).await?;
    let Some(path) = copy else {
        return Err(ApiError::bad_request(
            "Only an SQLite database can be downloaded. Use the tools of your database server.",
        ));
    };
    let file = tokio::fs::File::open(&path).await;
    // The open file stays readable; its name is not needed any more.
    if let Err(error) = tokio::fs::remove_file(&path).await {
        tracing::warn!(%error, "a copy of the database could not be removed");
    }
    let file = file.map_err(|error| {
        tracing::error!(%error, "the copy of the database cannot be read");
        ApiError::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "The copy could not be read.")
    })?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"webui.db\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, ResponseBody::from_stream(ReaderStream::new(file))).into_response())
}

#[cfg(test)]
mod tests {
    use super::rendered;

    #[test]
    fn markdown_becomes_harmless_html() {
        assert_eq!(rendered("# Hi\n\n**b**"), "<h1>Hi</h1>\n<p><strong>b</strong></p>\n");
        let bad = rendered(
            "Hi <script>x</script> [a](javascript:x) ![i](data:text/html,x) [ok](/a:b) <img onerror=x>",
        );
        assert!(
            !bad.contains("<script") && !bad.contains("javascript:") && !bad.contains("<img onerror"),
            "{bad}"
        );
        assert!(bad.contains("href=\"#\"") && bad.contains("href=\"/a:b\""), "{bad}");
        // A line that begins with a tag is a block of HTML to its end.
        let block = rendered("<script>x</script> [a](javascript:x)");
        assert!(block.starts_with("&lt;script&gt;") && !block.contains("href"), "{block}");
    }
}
