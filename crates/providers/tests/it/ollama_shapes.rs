//! Completions in the OpenAI shape with Ollama models: what goes out, what comes back.

use serde_json::{Value, json};

use crate::lab::{
    Lab, Server, body_json, body_text, error_answer, events, hello, json_answer, object, pieces, who,
};

/// An Ollama server with the model `m:1` that answers with these pieces when streaming, else with this document.
async fn server(stream: Vec<&'static str>, whole: Value) -> (Server, Lab) {
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/api/tags" => json_answer(&json!({ "models": [{ "name": "m:1", "model": "m:1" }] })),
        "/api/chat" if asked.body["stream"] == true => pieces("application/x-ndjson", stream.clone()),
        "/api/chat" => json_answer(&whole),
        _ => error_answer(404, &json!({})),
    })
    .await;
    let lab = Lab::with_ollama(&[&server.url]).await;
    (server, lab)
}

async fn sent(body: Value) -> Value {
    let (server, lab) = server(vec![], json!({ "message": { "content": "" }, "done": true })).await;
    let mut request = object(hello("m:1"));
    request.extend(object(body));
    lab.providers.chat(&who(), request).await.unwrap();
    server.only("/api/chat").body
}

#[tokio::test]
async fn the_request() {
    let messages = json!([
        { "role": "system", "content": "S" },
        { "role": "user", "content": [
            { "type": "text", "text": "look" }, { "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } }] },
        { "role": "assistant", "content": "x", "tool_calls": [
            { "index": 2, "id": "c1", "type": "function", "function": { "name": "f", "arguments": "{\"a\":1}" } }] },
        { "role": "tool", "tool_call_id": "c1", "content": "42" },
    ]);
    let body =
        sent(json!({ "messages": messages, "tools": [{ "type": "function" }], "odd": 1, "metadata": {} }))
            .await;
    assert_eq!(
        body["messages"],
        json!([
            { "role": "system", "content": "S" },
            { "role": "user", "content": "look", "images": ["AAAA"] },
            { "role": "assistant", "content": "", "tool_calls": [{ "index": 2, "id": "c1", "function": { "name": "f", "arguments": { "a": 1 } } }] },
            { "role": "tool", "content": "42", "tool_call_id": "c1" },
        ])
    );
    assert_eq!(
        (&body["model"], &body["stream"], &body["tools"]),
        (&json!("m:1"), &json!(false), &json!([{ "type": "function" }]))
    );
    assert!(body.get("odd").is_none() && body.get("metadata").is_none() && body.get("options").is_none());
}

#[tokio::test]
async fn options() {
    let body = sent(json!({ "options": {
        "temperature": 0.4, "max_tokens": 5, "top_p": 0.8, "seed": 3, "num_ctx": 512, "stop": ["x"],
        "format": "json", "keep_alive": "5m", "think": true } }))
    .await;
    assert_eq!(
        body["options"],
        json!({ "temperature": 0.4, "num_predict": 5, "top_p": 0.8, "seed": 3, "num_ctx": 512, "stop": ["x"] })
    );
    assert_eq!(
        (&body["format"], &body["keep_alive"], &body["think"]),
        (&json!("json"), &json!("5m"), &json!(true))
    );
    let body = sent(json!({ "temperature": 0.4, "stop": ["x"], "max_completion_tokens": 7, "options": { "temperature": 1.0 } })).await;
    assert_eq!(body["options"], json!({ "num_predict": 7, "temperature": 1.0, "stop": ["x"] }));
    let schema = json!({ "type": "object" });
    let body = sent(json!({ "response_format": { "type": "json_schema", "json_schema": { "name": "x", "schema": schema } } })).await;
    assert_eq!(body["format"], schema);
    assert_eq!(sent(json!({ "response_format": { "type": "json_object" } })).await["format"], "json");
}

#[tokio::test]
async fn rows_win_over_the_request() {
    let (server, lab) = server(vec![], json!({ "message": { "content": "" }, "done": true })).await;
    lab.row(
        "mine",
        Some("m:1"),
        json!({ "system": "Sys.", "temperature": 0.3, "num_ctx": 2048, "max_tokens": 12 }),
    )
    .await;
    let mut body = hello("mine");
    body["options"] = json!({ "temperature": 0.9, "top_k": 5 });
    let answer = body_json(lab.chat(body).await);
    assert_eq!(answer["model"], "m:1");
    let sent = server.only("/api/chat").body;
    assert_eq!(sent["messages"][0], json!({ "role": "system", "content": "Sys." }));
    assert_eq!(
        sent["options"],
        json!({ "temperature": 0.3, "top_k": 5, "num_ctx": 2048, "num_predict": 12 })
    );
    assert_eq!(lab.entry("mine").await["owned_by"], "ollama");
}

#[tokio::test]
async fn a_whole_answer() {
    let call = json!({ "function": { "name": "f", "arguments": { "a": 1 } } });
    let (_server, lab) = server(vec![], json!({
        "message": { "role": "assistant", "content": "hi", "thinking": "hm", "tool_calls": [call] }, "done": true,
        "total_duration": 3_661_000_000_000_u64, "prompt_eval_count": 5, "prompt_eval_duration": 0, "eval_count": 7, "eval_duration": 3_000_000 })).await;
    let answer = body_json(lab.chat(hello("m:1")).await);
    assert_eq!(answer["object"], "chat.completion");
    let choice = &answer["choices"][0];
    assert_eq!(
        (&choice["finish_reason"], &choice["message"]["content"], &choice["message"]["reasoning_content"]),
        (&json!("stop"), &json!("hi"), &json!("hm"))
    );
    let call = &choice["message"]["tool_calls"][0];
    assert_eq!(
        (&call["type"], &call["function"]),
        (&json!("function"), &json!({ "name": "f", "arguments": "{\"a\":1}" }))
    );
    assert!(call["id"].as_str().unwrap().starts_with("call_"));
    assert_eq!(
        answer["usage"],
        json!({
        "response_token/s": 2333.33, "prompt_token/s": "N/A", "total_duration": 3_661_000_000_000_u64, "load_duration": 0,
        "prompt_eval_count": 5, "prompt_tokens": 5, "prompt_eval_duration": 0, "eval_count": 7, "completion_tokens": 7,
        "eval_duration": 3_000_000, "approximate_total": "1h1m1s", "total_tokens": 12,
        "completion_tokens_details": { "reasoning_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0 } })
    );
}

#[tokio::test]
async fn a_streamed_answer() {
    let lines = vec![
        "{\"message\":{\"thinking\":\"hm\"},\"done\":false}\n{\"message\":{\"con",
        "tent\":\"é\"},\"done\":false}\n{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{}}}]}}\n",
        "{\"message\":{\"tool_calls\":[{\"id\":\"c2\",\"function\":{\"name\":\"g\",\"arguments\":{\"a\":1}}}]}}\nnonsense\n",
        "{\"message\":{\"content\":\"\"},\"done\":true,\"prompt_eval_count\":5,\"eval_count\":7}",
    ];
    let (_server, lab) = server(lines, json!({})).await;
    let mut body = hello("m:1");
    body["stream"] = json!(true);
    let answer = lab.chat(body).await;
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    let text = body_text(answer).await;
    assert!(text.ends_with("data: [DONE]\n\n"));
    let got = events(&text);
    let delta = |i: usize| got[i]["choices"][0]["delta"].clone();
    assert_eq!(got.len(), 5);
    assert_eq!((delta(0), delta(1)), (json!({ "reasoning_content": "hm" }), json!({ "content": "é" })));
    assert_eq!(
        (&delta(2)["tool_calls"][0]["index"], &delta(3)["tool_calls"][0]["index"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(
        (&delta(3)["tool_calls"][0]["id"], &delta(3)["tool_calls"][0]["function"]["arguments"]),
        (&json!("c2"), &json!("{\"a\":1}"))
    );
    let last = &got[4];
    assert_eq!(
        (delta(4), &last["choices"][0]["finish_reason"], &last["usage"]["total_tokens"]),
        (json!({}), &json!("stop"), &json!(12))
    );
    for event in &got {
        assert_eq!(
            (&event["object"], &event["model"], &event["id"]),
            (&json!("chat.completion.chunk"), &json!("m:1"), &got[0]["id"])
        );
    }
}

#[tokio::test]
async fn an_error_inside_a_stream() {
    let (_server, lab) = server(vec!["{\"error\":\"out of memory\"}\n"], json!({})).await;
    let mut body = hello("m:1");
    body["stream"] = json!(true);
    let text = body_text(lab.chat(body).await).await;
    assert_eq!(events(&text), [json!({ "error": { "message": "out of memory" } })]);
    assert!(text.ends_with("data: [DONE]\n\n"));
}
