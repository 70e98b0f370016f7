//! Variables of system prompts.

use serde_json::{Map, json};
use transom_providers::template::{TemplateUser, fill, fill_system};

use crate::lab::object;

fn zoe() -> TemplateUser {
    TemplateUser {
        known: true,
        name: "Zoe".into(),
        birth_date: "1990-01-01".into(),
        ..TemplateUser::default()
    }
}

#[test]
fn the_variables_of_the_request_come_first() {
    let variables = object(json!({ "{{USER_NAME}}": "Ann", "{{X}}": 3 }));
    assert_eq!(fill_system("{{USER_NAME}} {{X}} {{USER_BIO}}", &variables, &zoe()), "Ann 3 None");
}

#[test]
fn the_server_fills_the_rest() {
    let text = fill_system(
        "{{USER_NAME}}|{{USER_GENDER}}|{{USER_BIRTH_DATE}}|{{USER_LOCATION}}",
        &Map::new(),
        &zoe(),
    );
    assert_eq!(text, "Zoe|None|1990-01-01|None");
    assert_eq!(fill("{{USER_NAME}} {{USER_AGE}}", &TemplateUser::default()), "Unknown Unknown");
    let age: i32 = fill("{{USER_AGE}}", &zoe()).parse().unwrap();
    assert!((35..150).contains(&age));
}

#[test]
fn times_have_their_shapes() {
    let text = fill("{{CURRENT_DATE}}|{{CURRENT_TIME}}|{{CURRENT_WEEKDAY}}|{{CURRENT_DATETIME}}", &zoe());
    let parts: Vec<&str> = text.split('|').collect();
    assert!(chrono::NaiveDate::parse_from_str(parts[0], "%Y-%m-%d").is_ok(), "{text}");
    assert!(chrono::NaiveTime::parse_from_str(parts[1], "%I:%M:%S %p").is_ok(), "{text}");
    assert!(parts[2].ends_with("day"));
    assert_eq!(parts[3], format!("{} {}", parts[0], parts[1]));
}

#[test]
fn other_braces_stay() {
    assert_eq!(fill("{{prompt}} {x} {{", &zoe()), "{{prompt}} {x} {{");
}
