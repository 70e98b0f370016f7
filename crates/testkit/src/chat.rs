//! One question and its answer, as the web UI asks it.

use serde_json::{Value, json};

use crate::Caller;

/// A stored chat with one user message and one answer to fill.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The chat.
    pub chat_id: String,
    /// The user's message.
    pub question_id: String,
    /// The assistant's message.
    pub answer_id: String,
    question: String,
    model: String,
}

impl Thread {
    /// Keeps a new chat with the question and an empty answer.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn new(caller: &Caller, model: &str, question: &str) -> Self {
        let (question_id, answer_id) = (uuid::Uuid::new_v4().to_string(), uuid::Uuid::new_v4().to_string());
        let mut messages = serde_json::Map::new();
        let asked = json!({"id": question_id, "parentId": null, "childrenIds": [answer_id], "role": "user",
            "content": question, "timestamp": 1_700_000_000, "models": [model]});
        let answer = json!({"id": answer_id, "parentId": question_id, "childrenIds": [], "role": "assistant",
            "content": "", "model": model, "modelName": model, "modelIdx": 0, "timestamp": 1_700_000_000});
        messages.insert(question_id.clone(), asked);
        messages.insert(answer_id.clone(), answer);
        let history = json!({"currentId": answer_id, "messages": messages});
        let document =
            json!({"title": "New Chat", "models": [model], "params": {}, "files": [], "history": history});
        let chat = caller.post("/api/v1/chats/new", &json!({"chat": document})).await.ok();
        let chat_id = chat["id"].as_str().expect("a chat has an id").to_string();
        Self { chat_id, question_id, answer_id, question: question.to_string(), model: model.to_string() }
    }

    /// Asks as the tab with that session id; gives the task's id.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn ask(&self, caller: &Caller, session_id: &str) -> String {
        let reply = caller.post("/api/chat/completions", &self.body(session_id)).await.ok();
        reply["task_id"].as_str().unwrap_or_else(|| panic!("no task in {reply}")).to_string()
    }

    /// The body that [`Thread::ask`] sends.
    pub fn body(&self, session_id: &str) -> Value {
        json!({
            "model": self.model, "stream": true, "messages": [{"role": "user", "content": self.question}],
            "params": {}, "features": {}, "variables": {}, "tool_servers": [], "background_tasks": {},
            "chat_id": self.chat_id, "id": self.answer_id, "session_id": session_id,
            "parent_id": self.question_id, "parent_message": {"id": self.question_id, "role": "user"},
        })
    }

    /// The answer's message as it is stored now.
    ///
    /// # Panics
    /// When the chat cannot be read.
    pub async fn stored(&self, caller: &Caller) -> Value {
        let chat = caller.get(&format!("/api/v1/chats/{}", self.chat_id)).await.ok();
        chat["chat"]["history"]["messages"][&self.answer_id].clone()
    }
}
