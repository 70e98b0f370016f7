//! What models are told about a user: the memories nearest to a question.
//!
//! Nearness is that of the words: it needs no model, and is the same on every server.

use std::collections::HashMap;

use chrono::DateTime;
use serde_json::{Value, json};
use transom_identity::Caller;
use transom_store::{Memory, search_terms};

use crate::{Chat, Inner, Result, prompts};

/// Memories that a question is answered with.
const TOLD: usize = 3;

impl Chat {
    /// The caller's memories nearest to a text, nearest first, with how near they are (0 to 1).
    ///
    /// # Errors
    /// Of the store only.
    pub async fn recall(&self, caller: &Caller, text: &str, most: usize) -> Result<Vec<(Memory, f64)>> {
        recall(&self.0, caller, text, most).await
    }
}

async fn recall(inner: &Inner, caller: &Caller, text: &str, most: usize) -> Result<Vec<(Memory, f64)>> {
    let memories = inner.store.memories.of_user(&caller.user.id).await?;
    Ok(nearest(memories, text, most))
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

/// The nearest ones; of equally near ones the youngest first.
fn nearest(memories: Vec<Memory>, text: &str, most: usize) -> Vec<(Memory, f64)> {
    let wanted = bag(text);
    let mut found: Vec<(Memory, f64)> = memories
        .into_iter()
        .map(|memory| (bag(&memory.content), memory))
        .map(|(bag, m)| (m, near(&bag, &wanted)))
        .collect();
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
