use serde_json::{Map, Value, json};

use super::{Head, Part, take_apart};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

/// The text must come back exactly, order of keys included.
fn round_trip(value: Value) {
    let document = object(value);
    let (head, parts) = take_apart(&document).unwrap();
    let text = together(&head, &parts);
    assert_eq!(text, serde_json::to_string(&document).unwrap());
}

fn together(head: &Head, parts: &[Part]) -> String {
    let mut json = Vec::new();
    head.put_together(&mut json, parts).unwrap();
    String::from_utf8(json).unwrap()
}

#[test]
fn odd_documents_come_back_as_they_were() {
    for document in [
        json!({}),
        json!({"title": null}),
        json!({"history": null}),
        json!({"history": []}),
        json!({"history": {}}),
        json!({"history": {"currentId": "x"}}),
        json!({"history": {"messages": null, "currentId": null}}),
        json!({"history": {"messages": [1], "currentId": 5}}),
        json!({"history": {"messages": {}, "currentId": "gone", "extra": {"b": 1, "a": 2}}}),
        json!({"z": 1, "history": {"extra": 1, "messages": {"a": null, "b": "text", "c": 3}}, "a": {"y": 1, "x": 2}}),
        json!({"messages": null}),
        json!({"messages": "text", "history": {"messages": {}}}),
        json!({"messages": []}),
        json!({"messages": [{"content": "x"}], "history": {"messages": {"a": {"content": "x"}}}}),
        json!({"history": {"messages": {"a": {}, "": {"content": ""}}, "currentId": ""}}),
        json!({"history": {"messages": {
            "a": {"content": "only"},
            "b": {"content": "first", "x": 1},
            "c": {"x": 1, "content": "last"},
            "d": {"x": 1, "content": "middle \" \\ \n é 漢字 \u{1F600}", "y": 2},
            "e": {"content": ["parts"], "x": 1},
            "f": {"content": null},
            "g": {"x": "nul \u{0}", "content": "nul \u{0}"},
        }}}),
    ] {
        round_trip(document);
    }
}

#[test]
fn the_flat_list_is_kept_only_when_it_differs() {
    let a = json!({"id": "a", "parentId": null, "content": "1"});
    let b = json!({"parentId": "a", "content": "2"});
    let c = json!({"id": "c", "parentId": "a", "content": "3"});
    let history = json!({"currentId": "b", "messages": {"a": a, "b": b, "c": c}});
    let derived = object(json!({"history": history, "messages": [a, b]}));
    let (head, parts) = take_apart(&derived).unwrap();
    assert!(head.flat_derived && head.flat.is_none());
    assert_eq!(together(&head, &parts), serde_json::to_string(&derived).unwrap());
    let other = object(json!({"history": history, "messages": [a, c]}));
    let (head, parts) = take_apart(&other).unwrap();
    assert!(!head.flat_derived && head.flat.is_some());
    assert_eq!(together(&head, &parts), serde_json::to_string(&other).unwrap());
}

#[test]
fn a_circle_of_parents_ends() {
    let a = json!({"parentId": "b"});
    let b = json!({"parentId": "a"});
    round_trip(json!({"messages": [a, b], "history": {"currentId": "b", "messages": {"a": a, "b": b}}}));
    round_trip(json!({"messages": [], "history": {"currentId": "a", "messages": {"a": {"parentId": "a"}}}}));
}

#[test]
fn impossible_ids_are_refused() {
    assert!(Part::of("a\0", &json!({})).is_err());
    assert!(Part::of(&"x".repeat(256), &json!({})).is_err());
    assert!(Part::of(&"x".repeat(255), &json!({})).is_ok());
}
