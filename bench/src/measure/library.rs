//! A user with very many chats: a page of the list, and searching titles and messages.

use std::time::Duration;

use serde_json::{Value, json};

use super::http::{Load, Outcome, describe, run};
use crate::api;
use crate::context::Context;
use crate::report::{Metric, Target};
use crate::{BenchError, Result};

const CHATS: usize = 10_000;
const MESSAGES: usize = 10;
/// Chats of one request while the library is filled.
const BATCH: usize = 200;
/// Words of a message.
const LENGTH: usize = 60;
/// Different words of the library; a few of them are common, most are rare.
const WORDS: u64 = 20_000;
const CHINESE: [&str; 4] = ["第三只石狮子的名字", "青石桥下的河水", "今天的会议改到下午", "请把报告发给我"];

pub(super) async fn measure(context: &mut Context) -> Result<Vec<Metric>> {
    let user = context.users(2).await?[1].clone();
    let chats = if context.quick { CHATS / 10 } else { CHATS };
    eprintln!("filling a library of {chats} chats");
    let mut words = Words(0x5eed);
    for first in (0..chats).step_by(BATCH) {
        let batch: Vec<Value> = (first..(first + BATCH).min(chats)).map(|n| chat(n, &mut words)).collect();
        let body = json!({"chats": batch});
        api::call(&context.endpoint, "POST", "/api/v1/chats/import", Some(&user.token), Some(&body)).await?;
    }
    check(context, &user.token).await?;

    let token = Some(user.token.as_str());
    let mut baseline = load(context, vec!["/health".to_owned()], token).await?;
    let floor = baseline.latencies.p99();
    let pages = (1..=20).map(|page| format!("/api/v1/chats/?page={page}")).collect();
    let search = |text: &str| format!("/api/v1/chats/search?text={text}");
    let searches = [
        "w3",
        "w40",
        "w900",
        "w15000",
        "w12+w70",
        "w1500+w3",
        "absent",
        "%E7%9F%B3%E7%8B%AE",
        "tag:none+w40",
    ];
    let shown = searches[..4].iter().map(|text| search(text) + "&snippets=true").collect();
    let mut metrics = Vec::new();
    for (name, paths, limit) in [
        ("library.list_p99", pages, 10.0),
        ("library.search_p99", searches.map(search).to_vec(), 50.0),
        ("library.search_with_snippets_p99", shown, 50.0),
    ] {
        let mut outcome = load(context, paths, token).await?;
        let p99 = outcome.latencies.p99();
        let metric = Metric::new(name, "ms", p99).target(Target::at_most(limit));
        metrics.push(describe(metric, outcome).with("health_p99_ms", floor).with("ratio", p99 / floor));
    }
    Ok(metrics)
}

async fn load(context: &Context, paths: Vec<String>, token: Option<&str>) -> Result<Outcome> {
    let requests = paths.iter().map(|path| context.endpoint.request("GET", path, token, None)).collect();
    let load = Load {
        endpoint: context.endpoint.clone(),
        requests,
        pause: Duration::ZERO,
        warm_up: Duration::from_millis(500),
        duration: Duration::from_secs(if context.quick { 2 } else { 10 }),
    };
    Ok(run(load).await?.0)
}

/// A fast search that finds nothing would be worth nothing.
async fn check(context: &Context, token: &str) -> Result<()> {
    for text in ["w3", "%E7%9F%B3%E7%8B%AE"] {
        let path = format!("/api/v1/chats/search?text={text}");
        let found = api::call(&context.endpoint, "GET", &path, Some(token), None).await?;
        if found.as_array().is_none_or(Vec::is_empty) {
            return Err(BenchError::Answer(format!("the search for {text} found nothing")));
        }
    }
    Ok(())
}

/// Words by a simple generator, so that every run searches the same library.
struct Words(u64);

impl Words {
    fn next(&mut self) -> String {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The smaller the number, the more common the word.
        let unit = (self.0 >> 11) as f64 / (1u64 << 53) as f64;
        format!("w{}", (unit.powi(4) * WORDS as f64) as u64)
    }

    fn text(&mut self, length: usize) -> String {
        (0..length).map(|_| self.next()).collect::<Vec<_>>().join(" ")
    }
}

fn chat(number: usize, words: &mut Words) -> Value {
    let mut messages = serde_json::Map::new();
    for index in 0..MESSAGES {
        let id = format!("{number}-{index}");
        let parent = index.checked_sub(1).map(|index| format!("{number}-{index}"));
        let children: Vec<String> =
            (index + 1 < MESSAGES).then(|| format!("{number}-{}", index + 1)).into_iter().collect();
        let mut content = words.text(LENGTH);
        if (number + index).is_multiple_of(10) {
            content = format!("{} {content}", CHINESE[number % CHINESE.len()]);
        }
        let role = if index.is_multiple_of(2) { "user" } else { "assistant" };
        messages.insert(
            id.clone(),
            json!({"id": id, "parentId": parent, "childrenIds": children, "role": role,
            "content": content, "timestamp": 1_700_000_000 + index}),
        );
    }
    let current = format!("{number}-{}", MESSAGES - 1);
    let time = 1_700_000_000 + number;
    json!({"created_at": time, "updated_at": time, "chat": {"title": words.text(4), "models": ["bench-0ms"],
        "history": {"currentId": current, "messages": messages}}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_the_same_each_time() {
        let (mut one, mut other) = (Words(1), Words(1));
        assert_eq!(one.text(50), other.text(50));
        let chat = chat(7, &mut one);
        let messages = chat["chat"]["history"]["messages"].as_object().unwrap();
        assert_eq!(messages.len(), MESSAGES);
        assert_eq!(messages["7-9"]["parentId"], "7-8");
    }
}
