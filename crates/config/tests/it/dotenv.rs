//! `.env` files and `NAME_FILE`.

use std::fs;

use transom_config::{LoadOptions, Settings, keys};

use crate::{load_in, try_load_in};

#[test]
fn a_file_is_read_as_shells_would() {
    let folder = tempfile::tempdir().unwrap();
    let text = "\u{feff}# a comment\r\n\
        export WEBUI_NAME=Our chat   # trailing\r\n\
        WEBUI_URL = 'https://chat.example/#top'\n\
        ADMIN_EMAIL=\"a\\tb \\\"c\\\" \\n\\d\" # quoted\n\
        RESPONSE_WATERMARK=a#b\n\
        PENDING_USER_OVERLAY_CONTENT=\"first\nsecond = 2\nthird\"\n\
        DEPLOYMENT_ID=\n\
        export PATH\n\
        \n\
        DEFAULT_LOCALE=de\n\
        DEFAULT_LOCALE=fr";
    fs::write(folder.path().join(".env"), text).unwrap();
    let settings = load_in(folder.path(), &[]);
    assert_eq!(settings.get(&keys::WEBUI_NAME), "Our chat");
    assert_eq!(settings.get(&keys::WEBUI_URL), "https://chat.example/#top");
    assert_eq!(settings.get(&keys::ADMIN_EMAIL), "a\tb \"c\" \n\\d");
    assert_eq!(settings.get(&keys::RESPONSE_WATERMARK), "a#b");
    assert_eq!(settings.get(&keys::PENDING_USER_OVERLAY_CONTENT), "first\nsecond = 2\nthird");
    assert_eq!(settings.get(&keys::DEPLOYMENT_ID), "");
    assert_eq!(settings.get(&keys::DEFAULT_LOCALE), "fr");
}

#[test]
fn a_broken_file_stops_the_start_at_its_line() {
    for (text, problem) in [
        ("A=1\nB=\"open\n\n", "line 2 of FILE cannot be understood: a quote is not closed"),
        ("A=1\n\nB='x' y\n", "line 3 of FILE cannot be understood: text follows a quote"),
        (
            "A=\"1\n2\"\n1B=2\n",
            "line 3 of FILE cannot be understood: the text before = is no name of a variable",
        ),
        ("what is this\n", "line 1 of FILE cannot be understood: NAME=value is expected"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        fs::write(&file, text).unwrap();
        let sentence = try_load_in(folder.path(), &[]).unwrap_err().to_string();
        assert_eq!(sentence.replace(&file.display().to_string(), "FILE"), problem);
    }
}

#[test]
fn the_process_wins_over_the_near_file_and_that_over_the_far_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("store");
    fs::create_dir(&data).unwrap();
    fs::write(folder.path().join(".env"), "DATA_DIR=store\nWEBUI_NAME=near\nWEBUI_URL=near\n").unwrap();
    fs::write(data.join(".env"), "DATA_DIR=elsewhere\nWEBUI_NAME=far\nWEBUI_URL=far\nDEFAULT_LOCALE=far\n")
        .unwrap();
    let variables = vec![("WEBUI_NAME".to_owned(), "process".to_owned())];
    let load = |overrides| {
        let options = LoadOptions {
            environment: variables.clone(),
            working_dir: folder.path().to_path_buf(),
            overrides,
        };
        Settings::load(options).unwrap()
    };
    let settings = load(Vec::new());
    assert_eq!(settings.get(&keys::WEBUI_NAME), "process");
    assert_eq!(settings.get(&keys::WEBUI_URL), "near");
    assert_eq!(settings.get(&keys::DEFAULT_LOCALE), "far");
    assert_eq!(settings.data_dir(), data);
    let settings = load(vec![("WEBUI_NAME", "command line".to_owned())]);
    assert_eq!(settings.get(&keys::WEBUI_NAME), "command line");
}

#[test]
fn a_variable_set_to_nothing_is_set() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "WEBUI_URL=near\n").unwrap();
    assert_eq!(load_in(folder.path(), &[("WEBUI_URL", "")]).get(&keys::WEBUI_URL), "");
}

#[test]
fn a_value_can_be_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("key"), "s3cret\n\n").unwrap();
    fs::write(folder.path().join("tts"), "k\r\n").unwrap();
    let settings = load_in(
        folder.path(),
        &[
            ("OPENAI_API_KEY_FILE", "key"),
            ("TTS_API_KEY_FILE", "tts"),
            ("PORT_FILE", "none"),
            ("ENV_FILE", ".env"),
        ],
    );
    assert_eq!(settings.get(&keys::OPENAI_API_KEY), "s3cret\n");
    assert_eq!(settings.get(&keys::OPENAI_API_KEYS), ["s3cret"]);
    assert_eq!(settings.get(&keys::AUDIO_TTS_API_KEY), "k");
    assert_eq!(settings.get(&keys::PORT), 8080);
}

#[test]
fn both_forms_of_a_variable_and_missing_files_stop_the_start() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("key"), "k").unwrap();
    let sentence =
        |variables: &[(&str, &str)]| try_load_in(folder.path(), variables).unwrap_err().to_string();
    assert_eq!(
        sentence(&[("DATABASE_PASSWORD", "x"), ("DATABASE_PASSWORD_FILE", "key")]),
        "DATABASE_PASSWORD and DATABASE_PASSWORD_FILE are both set, but only one of them may be"
    );
    let missing = sentence(&[("DATABASE_PASSWORD_FILE", "nowhere")]);
    assert!(missing.starts_with("DATABASE_PASSWORD_FILE cannot be read from "), "{missing}");
}

#[test]
fn names_that_really_end_in_file_keep_their_meaning() {
    let folder = tempfile::tempdir().unwrap();
    let settings = load_in(
        folder.path(),
        &[("WEBUI_SECRET_KEY_FILE", "keys/signing"), ("LDAP_CA_CERT_FILE", "/etc/ca.pem")],
    );
    assert_eq!(settings.get(&keys::WEBUI_SECRET_KEY), "");
    assert_eq!(settings.get(&keys::LDAP_CA_CERT_FILE), "/etc/ca.pem");
    let key = settings.secret_key().unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("keys/signing")).unwrap(), key);
}
