use super::*;

fn message(content: &str, data: Value, meta: Value) -> ChannelMessage {
    ChannelMessage {
        id: "m".to_owned(),
        user_id: "u".to_owned(),
        channel_id: "c".to_owned(),
        reply_to_id: None,
        parent_id: None,
        is_pinned: false,
        pinned_by: None,
        pinned_at: None,
        content: content.to_owned(),
        data,
        meta,
        created_at: 1,
        updated_at: 1,
    }
}

#[test]
fn labels_take_the_place_of_mentions() {
    for (text, expected) in [
        ("<@M:llama3:8b|Llama> hi <@U:1|Ann>!", "Llama hi Ann!"),
        ("<@C:general>", "general"),
        ("no mention", "no mention"),
        ("a <@X:1|y> b", "a <@X:1|y> b"),
        ("<@M:|empty>", "<@M:|empty>"),
        ("open <@M:one and <@M:two|Two>", "open <@M:one and Two"),
        ("<@<@M:é|É>", "<@É"),
        ("", ""),
    ] {
        assert_eq!(plain(text), expected, "{text}");
    }
}

#[test]
fn a_message_asks_each_model_once() {
    let by_model = message("", Value::Null, json!({"model_id": "b"}));
    let text = "<@M:a|A> <@U:x|X> <@M:b|B> <@M:a|again>";
    let question = message(text, Value::Null, Value::Null);
    assert_eq!(asked(&question, Some(&by_model)), ["a", "b"]);
    let plain = message("hello", Value::Null, Value::Null);
    assert_eq!(asked(&plain, Some(&by_model)), ["b"]);
    assert!(asked(&plain, Some(&plain)).is_empty());
    let many: String = (0..30).map(|n| format!("<@M:{n}|n>")).collect();
    assert_eq!(asked(&message(&many, Value::Null, Value::Null), None).len(), MOST_MODELS);
}

#[test]
fn a_model_is_told_who_said_what() {
    let mut told = Conversation { lines: vec![], question: "Ann: hi".to_owned(), pictures: vec![] };
    let prompt = told.prompt("Llama");
    assert!(prompt[0]["content"].as_str().unwrap().starts_with("You are Llama,"));
    assert_eq!(prompt[1], json!({"role": "user", "content": "Ann: hi"}));
    told.lines = vec!["Ann: one".to_owned(), "Bob: two".to_owned()];
    told.pictures = vec!["data:image/png;base64,AA".to_owned()];
    let prompt = told.prompt("Llama");
    assert!(prompt[0]["content"].as_str().unwrap().ends_with("Ann: one\nBob: two"));
    assert_eq!(prompt[1]["content"][0], json!({"type": "text", "text": "Ann: hi"}));
    assert_eq!(prompt[1]["content"][1]["image_url"]["url"], "data:image/png;base64,AA");
}

#[test]
fn only_pictures_that_can_be_read_are_passed_on() {
    let files = json!({"files": [
        {"type": "image", "url": "data:image/png;base64,AA"},
        {"type": "file", "content_type": "image/png", "url": "https://example.org/a.png"},
        {"type": "image", "url": "file:///etc/passwd"},
        {"type": "image", "url": "0c7e"},
        {"type": "file", "url": "https://example.org/a.pdf"},
    ]});
    let found = pictures(&message("", files, Value::Null));
    assert_eq!(found, ["data:image/png;base64,AA", "https://example.org/a.png"]);
}
