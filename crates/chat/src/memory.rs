//! What models are told about a user: the memories nearest to a question.
//!
//! Nearness is that of the vectors which the embedding model of the settings gives. Where none is at hand it is that of the words.

use std::collections::HashMap;
use std::time::Duration;

use chrono::DateTime;
use serde_json::{Value, json};
use transom_identity::Caller;
use transom_providers::TextKind;
use transom_store::{Memory, search_terms};

use crate::{Chat, Inner, Result, prompts, requester};

/// Memories that a question is answered with.
const TOLD: usize = 3;
/// How long an answer may wait for vectors.
const PATIENCE: Duration = Duration::from_secs(10);

impl Chat {
    /// The caller's memories nearest to a text, nearest first, with how near they are (0 to 1).
    ///
    /// # Errors
    /// Of the store only.
    pub async fn recall(&self, caller: &Caller, text: &str, most: usize) -> Result<Vec<(Memory, f64)>> {
        recall(&self.0, caller, text, most).await
    }

    /// Computes the vectors of these memories of the caller. Without a model at hand nothing happens: they are found by
    /// their words.
    pub async fn learn(&self, caller: &Caller, memories: Vec<Memory>) {
        if memories.is_empty() || !self.0.providers.embedder.is_ready().await {
            return;
        }
        match tokio::time::timeout(PATIENCE, learn(&self.0, caller, memories)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "a memory has no vector: it is found by its words"),
            Err(_) => tracing::warn!("the embedding model is too slow: a memory is found by its words"),
        }
    }
}

/// The vectors of these memories, computed and kept.
async fn learn(inner: &Inner, caller: &Caller, memories: Vec<Memory>) -> Result<Vec<(Memory, Vec<f32>)>> {
    let embedder = &inner.providers.embedder;
    let model = embedder.model();
    let texts = memories.iter().map(|memory| memory.content.clone()).collect();
    let vectors = embedder.embed(&requester(caller, None), texts, TextKind::Passage).await?;
    let learnt: Vec<(Memory, Vec<f32>)> = memories.into_iter().zip(vectors).collect();
    inner.store.memories.keep_vectors(&model, &learnt).await?;
    Ok(learnt)
}

async fn recall(inner: &Inner, caller: &Caller, text: &str, most: usize) -> Result<Vec<(Memory, f64)>> {
    let memories = inner.store.memories.of_user(&caller.user.id).await?;
    if memories.is_empty() || !inner.providers.embedder.is_ready().await {
        return Ok(nearest(memories, text, most));
    }
    let by_vectors = by_vectors(inner, caller, memories.clone(), text);
    let nearness = match tokio::time::timeout(PATIENCE, by_vectors).await {
        Ok(Ok(nearness)) => Some(nearness),
        Ok(Err(error)) => {
            tracing::warn!(%error, "memories are found by their words");
            None
        }
        Err(_) => None,
    };
    Ok(nearness.map_or_else(|| nearest(memories, text, most), |found| first(found, most)))
}

/// How near the vector of each memory is to that of a text; vectors that are missing or of another text are computed.
async fn by_vectors(
    inner: &Inner,
    caller: &Caller,
    memories: Vec<Memory>,
    text: &str,
) -> Result<Vec<(Memory, f64)>> {
    let embedder = &inner.providers.embedder;
    let mut known = inner.store.memories.vectors(&caller.user.id, &embedder.model()).await?;
    let (mut learnt, mut unknown) = (Vec::new(), Vec::new());
    for memory in memories {
        match known.remove(&memory.id).filter(|(content, _)| *content == memory.content) {
            Some((_, vector)) => learnt.push((memory, vector)),
            None => unknown.push(memory),
        }
    }
    if !unknown.is_empty() {
        learnt.extend(learn(inner, caller, unknown).await?);
    }
    let asked = embedder.embed(&requester(caller, None), vec![text.to_owned()], TextKind::Query).await?;
    let asked = asked.into_iter().next().unwrap_or_default();
    Ok(learnt.into_iter().map(|(memory, vector)| (memory, cosine(&vector, &asked))).collect())
}

/// The cosine of the angle between two vectors; 0 for those that point away from each other or differ in length.
fn cosine(a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() {
        return 0.0;
    }
    let dot =
        |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum() };
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 { (dot(a, b) / lengths).clamp(0.0, 1.0) } else { 0.0 }
}

/// Tells the model what is remembered of the user.
///
/// # Errors
/// Of the store only.
pub(crate) async fn tell(inner: &Inner, caller: &Caller, messages: &mut Vec<Value>) -> Result<()> {
    let found = recall(inner, caller, &prompts::last_user_text(messages), TOLD).await?;
    if found.is_empty() {
        return Ok(());
    }
    let line = |(index, (memory, _)): (usize, &(Memory, f64))| {
        let date = DateTime::from_timestamp(memory.created_at, 0);
        let date = date.map_or_else(|| "Unknown Date".to_owned(), |date| date.format("%Y-%m-%d").to_string());
        format!("{}. [{date}] {}", index + 1, memory.content)
    };
    let lines: Vec<String> = found.iter().enumerate().map(line).collect();
    append_system(messages, &format!("User Context:\n{}", lines.join("\n")));
    Ok(())
}

/// Puts a text behind the system message, making one when there is none.
fn append_system(messages: &mut Vec<Value>, text: &str) {
    if let Some(first) = messages.first_mut().filter(|m| m.get("role") == Some(&json!("system")))
        && let Some(Value::String(content)) = first.get_mut("content")
    {
        *content = format!("{content}\n{text}");
        return;
    }
    messages.insert(0, json!({"role": "system", "content": text}));
}

/// The nearest ones by their words.
fn nearest(memories: Vec<Memory>, text: &str, most: usize) -> Vec<(Memory, f64)> {
    let wanted = bag(text);
    let found = memories.into_iter().map(|memory| (bag(&memory.content), memory));
    first(found.map(|(bag, memory)| (memory, near(&bag, &wanted))).collect(), most)
}

/// The nearest ones; of equally near ones the youngest first.
fn first(mut found: Vec<(Memory, f64)>, most: usize) -> Vec<(Memory, f64)> {
    found.sort_by(|(a, near_a), (b, near_b)| near_b.total_cmp(near_a).then(b.created_at.cmp(&a.created_at)));
    found.truncate(most);
    found
}

fn bag(text: &str) -> HashMap<String, f64> {
    let mut bag = HashMap::new();
    for term in search_terms(text) {
        *bag.entry(term).or_insert(0.0) += 1.0;
    }
    bag
}

/// The cosine of the angle between two bags of words.
fn near(a: &HashMap<String, f64>, b: &HashMap<String, f64>) -> f64 {
    let length = |bag: &HashMap<String, f64>| bag.values().map(|n| n * n).sum::<f64>().sqrt();
    let lengths = length(a) * length(b);
    let shared: f64 = a.iter().filter_map(|(term, n)| Some(n * b.get(term)?)).sum();
    if lengths > 0.0 { (shared / lengths).min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(content: &str, created_at: i64) -> Memory {
        Memory {
            id: content.to_owned(),
            user_id: "u".to_owned(),
            content: content.to_owned(),
            updated_at: 0,
            created_at,
        }
    }

    #[test]
    fn shared_words_are_near() {
        let all =
            vec![memory("I was born in a lighthouse.", 2), memory("My favourite colour is vermilion.", 1)];
        let found = nearest(all.clone(), "favourite colour", 1);
        assert_eq!(found[0].0.content, "My favourite colour is vermilion.");
        assert!(found[0].1 > 0.0 && found[0].1 <= 1.0);
        // Nothing shared: the youngest first.
        assert_eq!(nearest(all, "", 5)[0].0.created_at, 2);
        assert_eq!(
            nearest(vec![memory("我喜欢蓝色", 1), memory("我住在海边", 2)], "蓝色的", 1)[0].0.created_at,
            1
        );
    }

    #[test]
    fn memories_join_the_system_message() {
        let mut messages = vec![json!({"role": "system", "content": "one"})];
        append_system(&mut messages, "two");
        assert_eq!(messages, [json!({"role": "system", "content": "one\ntwo"})]);
    }
}
