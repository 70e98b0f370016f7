//! Every fact of the contract against the declarations.

use std::collections::{BTreeMap, HashSet};
use std::mem::discriminant;

use transom_config::{Declaration, Kind, Separator, declarations, find};

const VARIABLES: &str = include_str!("contract.tsv");
const SAVED_KEYS: &str = include_str!("saved_keys.tsv");

/// Defaults of ours that differ, and why.
const DIFFERENT_DEFAULTS: [(&str, &str); 11] = [
    ("DATA_DIR", "data"),                   // there is no package folder
    ("FONTS_DIR", ""),                      // built into the binary
    ("FRONTEND_BUILD_DIR", ""),             // built into the binary
    ("STATIC_DIR", ""),                     // built into the binary
    ("INSTANCE_ID", ""),                    // drawn at start
    ("COMFYUI_WORKFLOW", ""),               // put in at start
    ("RAG_TEMPLATE", ""),                   // put in at start
    ("WEBUI_JWT_SECRET_KEY", ""),           // a public key is no key
    ("WEBUI_NAME", "Transom"),              // our name
    ("DATABASE_ENABLE_SQLITE_WAL", "true"), // concurrent writers need it
    ("DATABASE_URL", "sqlite:///{DATA_DIR}/webui.db"),
];

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn type_fits(declared: &Declaration, contract: &str) -> bool {
    match (declared.kind, contract) {
        (Kind::Bool, "bool") | (Kind::Int | Kind::OptionalInt, "int") => true,
        (Kind::Float | Kind::OptionalFloat, "float") => true,
        (Kind::Text, "string") | (Kind::Url, "url") | (Kind::Path, "path") => true,
        (Kind::Duration, "duration") | (Kind::JsonList | Kind::JsonObject, "json") => true,
        (Kind::List(format), list) => match format.separator {
            Separator::Char(c) => list == format!("list({c})"),
            Separator::Whitespace => list == "list(space)",
            Separator::Variable(name) => list == format!("list({name})"),
        },
        _ => false,
    }
}

#[test]
fn every_variable_of_the_contract_is_declared_with_its_facts() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in rows(VARIABLES) {
        let [name, kind, default, key, fallback, old_name_of, allowed] = row[..] else { panic!("{row:?}") };
        count += 1;
        let Some(declared) = find(name) else {
            wrong.push(format!("{name}: not declared"));
            continue;
        };
        let mut check = |what: &str, right: bool| {
            if !right {
                wrong.push(format!("{name}: {what} {declared:?}"));
            }
        };
        check("type", type_fits(declared, kind));
        check("default", default_fits(declared, default));
        match declared.seeds {
            Some(_) => check("seeded key", key == "user.permissions" && declared.persistent.is_none()),
            None => check("saved key", declared.persistent.unwrap_or_default() == key),
        }
        let falls_back = declared.fallback == Some(fallback) || declared.aliases.contains(&fallback);
        check("fallback", fallback.is_empty() && declared.fallback.is_none() || falls_back);
        let new_name = find(old_name_of).is_some_and(|new| new.aliases.contains(&name));
        check("old name", old_name_of.is_empty() || new_name);
        let listed: Vec<&str> = if allowed == "-" { Vec::new() } else { allowed.split('|').collect() };
        check("allowed", declared.allowed == listed);
    }
    assert_eq!(count, 646);
    assert_eq!(wrong, Vec::<String>::new());
}

fn default_fits(declared: &Declaration, contract: &str) -> bool {
    if let Some((_, ours)) = DIFFERENT_DEFAULTS.iter().find(|(name, _)| *name == declared.name) {
        return declared.default == *ours;
    }
    if let Some(other) = contract.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return declared.fallback == Some(other)
            && (declared.default.is_empty() || declared.default == "false");
    }
    match declared.kind {
        Kind::Bool => declared.default.eq_ignore_ascii_case("true") == contract.eq_ignore_ascii_case("true"),
        Kind::JsonList => declared.default.is_empty() && matches!(contract, "" | "[]"),
        Kind::JsonObject => declared.default.is_empty() && matches!(contract, "" | "{}"),
        _ => declared.default == contract,
    }
}

#[test]
fn every_saved_key_of_the_contract_belongs_to_one_variable() {
    let mut declared = BTreeMap::new();
    for declaration in declarations() {
        if let Some(key) = declaration.persistent {
            assert!(declared.insert(key, *declaration).is_none(), "{key} is declared twice");
        }
    }
    let mut count = 0;
    for row in rows(SAVED_KEYS) {
        let [key, attribute, name] = row[..] else { panic!("{row:?}") };
        let declaration = declared.remove(key).unwrap_or_else(|| panic!("{key} is not declared"));
        assert_eq!((declaration.name, declaration.attribute_name()), (name, attribute), "{key}");
        count += 1;
    }
    assert_eq!(count, 320);
    // A later version of the contract has it.
    let later = ["users.enable_status"];
    assert_eq!(declared.keys().copied().collect::<Vec<_>>(), later, "keys that the contract does not know");
}

#[test]
fn no_saved_key_is_the_folder_of_another() {
    let keys: Vec<&str> = declarations().iter().filter_map(|d| d.persistent).collect();
    for key in &keys {
        let folder = format!("{key}.");
        assert!(!keys.iter().any(|other| other.starts_with(&folder)), "{key}");
    }
}

#[test]
fn names_are_declared_once_and_everything_has_a_help_text() {
    let mut names = HashSet::new();
    for declaration in declarations() {
        assert!(names.insert(declaration.name), "{} is declared twice", declaration.name);
        assert!(declaration.help.ends_with('.') && declaration.help.len() > 10, "{}", declaration.name);
        assert!(declaration.fallback.is_none_or(|name| find(name).is_some()), "{}", declaration.name);
    }
    for declaration in declarations() {
        for alias in declaration.aliases {
            let old = find(alias);
            // An old list need not be saved in the same form, as it is not saved at all.
            assert!(
                old.is_none_or(|old| discriminant(&old.kind) == discriminant(&declaration.kind)),
                "{alias}"
            );
            assert!(old.is_some() || names.insert(alias), "{alias} is a spelling of two variables");
        }
    }
}

#[test]
fn what_holds_a_credential_is_secret() {
    for name in [
        "WEBUI_SECRET_KEY",
        "OPENAI_API_KEY",
        "OPENAI_API_KEYS",
        "DATABASE_URL",
        "DATABASE_PASSWORD",
        "REDIS_URL",
        "WEBSOCKET_REDIS_URL",
        "LDAP_APP_PASSWORD",
        "SCIM_TOKEN",
        "GOOGLE_CLIENT_SECRET",
        "OPENAI_API_CONFIGS",
        "TOOL_SERVER_CONNECTIONS",
        "S3_SECRET_ACCESS_KEY",
        "AUTOMATIC1111_API_AUTH",
        "OAUTH_PROVIDERS",
    ] {
        assert!(find(name).unwrap().secret, "{name}");
    }
    for declaration in declarations() {
        let ending = ["_KEY", "_KEYS", "_PASSWORD", "_TOKEN", "_SECRET"]
            .iter()
            .any(|end| declaration.name.ends_with(end));
        let text = !matches!(declaration.kind, Kind::Bool | Kind::Int | Kind::OptionalInt);
        let public = declaration.name == "LICENSE_PUBLIC_KEY";
        assert!(!ending || !text || public || declaration.secret, "{}", declaration.name);
    }
}
