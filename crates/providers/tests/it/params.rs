//! Saved parameters on their way into a request.

use serde_json::{Map, Value, json};
use transom_providers::params::{apply_ollama, apply_openai, logit_bias, put_before_system};

use crate::lab::object;

fn with(apply: fn(&Map<String, Value>, &mut Map<String, Value>), params: Value, body: Value) -> Value {
    let mut body = object(body);
    apply(&object(params), &mut body);
    Value::Object(body)
}

#[test]
fn openai_parameters_are_cast_and_win() {
    let params = json!({
        "temperature": "0.5", "top_p": 1, "max_tokens": "12", "reasoning_effort": "low", "seed": 7, "stop": ["a\\nb", "\\u00e9\\x41\\q"],
        "frequency_penalty": null, "unknown": { "x": 1 }, "presence_penalty": "no number",
        "system": "S", "function_calling": "native", "stream_response": true, "stream_delta_chunk_size": 2, "reasoning_tags": false,
    });
    assert_eq!(
        with(apply_openai, params, json!({ "temperature": 0.1, "n": 1 })),
        json!({ "temperature": 0.5, "n": 1, "top_p": 1.0, "max_tokens": 12, "reasoning_effort": "low", "seed": 7,
                "stop": ["a\nb", "éA\\q"], "unknown": { "x": 1 } })
    );
}

#[test]
fn custom_parameters_are_parsed_and_merged_deeply() {
    let params = json!({
        "extra": { "a": 1, "b": { "c": 2 } },
        "custom_params": { "top_k": "40", "flag": "true", "obj": "{\"a\": 1}", "word": "plain", "extra": "{\"b\":{\"d\":3}}", "temperature": "0.25" },
    });
    assert_eq!(
        with(apply_openai, params, json!({})),
        json!({ "extra": { "a": 1, "b": { "c": 2, "d": 3 } }, "top_k": 40, "flag": true, "obj": { "a": 1 }, "word": "plain", "temperature": 0.25 })
    );
}

#[test]
fn ollama_parameters_become_options() {
    let params = json!({
        "temperature": "0.5", "num_ctx": "2048", "max_tokens": 9, "use_mmap": "true", "stop": ["x"], "seed": 3, "top_k": 4.0,
        "format": "json", "keep_alive": "300", "think": "true", "system": "S",
    });
    assert_eq!(
        with(apply_ollama, params, json!({ "options": { "temperature": 1.0, "num_gpu": 1 } })),
        json!({ "options": { "temperature": 0.5, "num_gpu": 1, "num_ctx": 2048, "num_predict": 9, "use_mmap": true, "stop": ["x"], "seed": 3, "top_k": 4 },
                "format": "json", "keep_alive": 300, "think": true })
    );
    assert_eq!(
        with(apply_ollama, json!({ "keep_alive": "5m", "think": "high" }), json!({})),
        json!({ "keep_alive": "5m", "think": "high" })
    );
}

#[test]
fn bias_texts_become_objects() {
    assert_eq!(
        logit_bias(&json!("12:5, 13:-200,bad,14:x,15:101")),
        Some(json!({ "12": 5, "13": -100, "15": 100 }))
    );
    assert_eq!(logit_bias(&json!({ "1": 2 })), Some(json!({ "1": 2 })));
    assert_eq!(logit_bias(&json!("{\"1\": 2}")), Some(json!({ "1": 2 })));
    assert_eq!(logit_bias(&json!("")), None);
    assert_eq!(logit_bias(&json!(3)), None);
}

#[test]
fn a_system_prompt_goes_before_the_existing_one() {
    let put = |messages: Value| {
        let mut body = object(json!({ "messages": messages }));
        put_before_system("New", &mut body);
        body["messages"].clone()
    };
    assert_eq!(put(json!([])), json!([{ "role": "system", "content": "New" }]));
    assert_eq!(
        put(json!([{ "role": "user", "content": "u" }])),
        json!([{ "role": "system", "content": "New" }, { "role": "user", "content": "u" }])
    );
    assert_eq!(
        put(json!([{ "role": "system", "content": "Old" }])),
        json!([{ "role": "system", "content": "New\nOld" }])
    );
    assert_eq!(
        put(json!([{ "role": "system", "content": [{ "type": "text", "text": "Old" }] }])),
        json!([{ "role": "system", "content": [{ "type": "text", "text": "New\nOld" }] }])
    );
}
