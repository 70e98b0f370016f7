//! The messages of a kernel, and what each adds to the output.

use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Output;

/// The request to run code, and its id, by which the kernel names it in what follows.
pub(super) fn request(code: &str) -> (String, Value) {
    let id = Uuid::new_v4().simple().to_string();
    let request = json!({
        "channel": "shell",
        "header": {
            "msg_id": id,
            "msg_type": "execute_request",
            "username": "user",
            "session": Uuid::new_v4().simple().to_string(),
            "date": Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true),
            "version": "5.3",
        },
        "parent_header": {},
        "metadata": {},
        "content": {
            "code": code,
            "silent": false,
            "store_history": true,
            "user_expressions": {},
            "allow_stdin": false,
            "stop_on_error": true,
        },
    });
    (id, request)
}

/// Takes a message in; true when the request it belongs to is done.
pub(super) fn take(message: &Value, request: &str, output: &mut Output) -> bool {
    let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    if text("/parent_header/msg_id") != request {
        return false;
    }
    match text("/msg_type") {
        "stream" if text("/content/name") == "stderr" => output.stderr.push_str(text("/content/text")),
        "stream" => output.stdout.push_str(text("/content/text")),
        "execute_result" | "display_data" => {
            let picture = text("/content/data/image~1png");
            if picture.is_empty() {
                line(&mut output.result, text("/content/data/text~1plain"));
            } else {
                line(&mut output.result, &format!("data:image/png;base64,{}", picture.replace('\n', "")));
            }
        }
        "error" => {
            let trace = message.pointer("/content/traceback").and_then(Value::as_array);
            let lines = trace.into_iter().flatten().filter_map(Value::as_str);
            line(&mut output.stderr, &lines.collect::<Vec<_>>().join("\n"));
        }
        "status" => return text("/content/execution_state") == "idle",
        _ => {}
    }
    false
}

/// Adds a text on a line of its own.
fn line(to: &mut String, text: &str) {
    if !to.is_empty() && !to.ends_with('\n') {
        to.push('\n');
    }
    to.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: &str, content: Value) -> Value {
        json!({"msg_type": kind, "parent_header": {"msg_id": "1"}, "content": content})
    }

    #[test]
    fn messages_become_output() {
        let mut output = Output::default();
        let messages = [
            message("status", json!({"execution_state": "busy"})),
            message("stream", json!({"name": "stdout", "text": "a\n"})),
            message("stream", json!({"name": "stderr", "text": "careful"})),
            message("display_data", json!({"data": {"image/png": "QUJD\n", "text/plain": "<Figure>"}})),
            message("execute_result", json!({"data": {"text/plain": "42"}})),
            message("error", json!({"traceback": ["one", "two"]})),
            message("comm_open", json!({"x": 1})),
        ];
        for message in &messages {
            assert!(!take(message, "1", &mut output));
        }
        let others = message("stream", json!({"name": "stdout", "text": "not ours"}));
        assert!(!take(&others, "2", &mut output));
        assert!(take(&message("status", json!({"execution_state": "idle"})), "1", &mut output));
        assert_eq!(output.stdout, "a\n");
        assert_eq!(output.stderr, "careful\none\ntwo");
        assert_eq!(output.result, "data:image/png;base64,QUJD\n42");
    }
}
