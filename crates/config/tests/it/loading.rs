//! What a loaded server offers besides values.

use std::fs;

use transom_config::{LoadOptions, Settings, Source, declarations, find, keys};

use crate::{load, load_in};

#[test]
fn an_empty_environment_loads_without_notes() {
    let settings = load(&[]);
    assert_eq!(settings.notes(), Vec::<String>::new());
    for declaration in declarations() {
        assert_eq!(settings.source(declaration), Source::Default, "{}", declaration.name);
        assert!(settings.value(declaration.name).is_some());
    }
    assert_eq!(settings.value("NO_SUCH_VARIABLE"), None);
}

#[test]
fn our_own_variables_have_defaults() {
    let settings = load(&[]);
    assert_eq!(settings.get(&keys::TRANSOM_ADVERTISED_VERSION), "0.6.43");
    assert_eq!(settings.get(&keys::TRANSOM_SHUTDOWN_GRACE), "10s");
    assert_eq!(settings.get(&keys::TRANSOM_MAX_BODY_SIZE), 104_857_600);
    assert_eq!(settings.get(&keys::TRANSOM_LOG_FORMAT), "text");
    assert_eq!(settings.get(&keys::HOST), "0.0.0.0");
}

#[test]
fn variables_without_effect_are_named_once() {
    let settings = load(&[
        ("VECTOR_DB", "qdrant"),
        ("OAUTH_GROUP_CLAIM", "teams"),
        ("CHUNK_SIZE", "1000"),
        ("WEBUI_NAME", "Ours"),
        ("HOME", "/root"),
    ]);
    assert_eq!(
        settings.notes(),
        ["These variables are set, but this version does not act on them yet: OAUTH_GROUP_CLAIM, VECTOR_DB."]
    );
}

#[test]
fn the_source_tells_default_from_environment() {
    let settings = load(&[("STT_MODEL", "whisper-1"), ("REDIS_URL", "redis://r")]);
    let source = |name: &str| settings.source(find(name).unwrap());
    assert_eq!(source("AUDIO_STT_MODEL"), Source::Environment);
    assert_eq!(source("WEBSOCKET_REDIS_URL"), Source::Environment);
    assert_eq!(source("AUDIO_TTS_MODEL"), Source::Default);
}

#[test]
fn defaults_that_name_the_data_folder_are_filled() {
    let settings = load(&[("DATA_DIR", "/srv/chat")]);
    assert_eq!(settings.get(&keys::WHISPER_MODEL_DIR), "/srv/chat/cache/whisper/models");
    assert_eq!(settings.get(&keys::DATA_DIR), "/srv/chat");
}

#[test]
fn signing_up_is_off_without_authentication_and_checks_are_off_when_offline() {
    assert!(load(&[]).get(&keys::ENABLE_SIGNUP));
    assert!(!load(&[("WEBUI_AUTH", "false"), ("ENABLE_SIGNUP", "true")]).get(&keys::ENABLE_SIGNUP));
    assert!(!load(&[("OFFLINE_MODE", "true")]).get(&keys::ENABLE_VERSION_UPDATE_CHECK));
}

#[test]
fn each_start_draws_an_instance_id_unless_one_is_given() {
    let (one, two) = (load(&[]), load(&[]));
    assert_ne!(one.get(&keys::INSTANCE_ID), two.get(&keys::INSTANCE_ID));
    assert_eq!(load(&[("INSTANCE_ID", "node-1")]).get(&keys::INSTANCE_ID), "node-1");
}

#[test]
fn the_data_folder_is_prepared_and_an_old_database_renamed() {
    let folder = tempfile::tempdir().unwrap();
    let settings = load_in(folder.path(), &[("DATA_DIR", "store")]);
    let data = settings.data_dir();
    assert_eq!(data, folder.path().join("store"));
    fs::create_dir(&data).unwrap();
    fs::write(data.join("ollama.db"), "old").unwrap();
    settings.prepare_data_dir().unwrap();
    settings.prepare_data_dir().unwrap();
    assert!(data.join("uploads").is_dir() && data.join("cache").is_dir());
    assert_eq!(fs::read_to_string(data.join("webui.db")).unwrap(), "old");
}

#[test]
fn the_secret_key_is_made_once_and_kept_in_private() {
    let folder = tempfile::tempdir().unwrap();
    let key = load_in(folder.path(), &[]).secret_key().unwrap();
    assert!(key.len() >= 40, "{} characters", key.len());
    assert_eq!(load_in(folder.path(), &[]).secret_key().unwrap(), key);
    let file = folder.path().join("data/.webui_secret_key");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o777,
        0o600
    );
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "no draft is left behind");

    fs::write(folder.path().join(".webui_secret_key"), "from an older server\n").unwrap();
    assert_eq!(load_in(folder.path(), &[]).secret_key().unwrap(), "from an older server");
    assert_eq!(load_in(folder.path(), &[("WEBUI_SECRET_KEY", "given")]).secret_key().unwrap(), "given");
}

#[test]
fn processes_that_start_at_once_agree_about_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let keys: Vec<String> = std::thread::scope(|scope| {
        let starts: Vec<_> =
            (0..8).map(|_| scope.spawn(|| load_in(folder.path(), &[]).secret_key().unwrap())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
}

#[test]
fn proxies_may_stand_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "HTTPS_PROXY=http://proxy:1\nno_proxy=file\n").unwrap();
    let mut proxies = load_in(folder.path(), &[("no_proxy", "process")]).proxy_variables();
    proxies.sort();
    let expected = [("HTTPS_PROXY", "http://proxy:1"), ("no_proxy", "process")];
    assert_eq!(proxies, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn the_process_is_read_and_its_environment_never_printed() {
    let options = LoadOptions::from_process(vec![("WEBUI_NAME", "from the command line".to_owned())]);
    assert!(options.environment.iter().any(|(name, _)| name == "PATH"));
    let printed = format!("{options:?}");
    assert!(printed.contains("WEBUI_NAME") && !printed.contains("from the command line"), "{printed}");
    let only = LoadOptions { environment: Vec::new(), ..options };
    assert_eq!(Settings::load(only).unwrap().get(&keys::WEBUI_NAME), "from the command line");
}

#[test]
fn messages_never_show_a_secret() {
    let notes = load(&[("TOOL_SERVER_CONNECTIONS", "[{\"key\":\"hunter2\"}")]).notes();
    assert!(
        notes[0].starts_with("TOOL_SERVER_CONNECTIONS is ********, but it must be a JSON array"),
        "{notes:?}"
    );
    assert!(!notes.concat().contains("hunter2"), "{notes:?}");
}
