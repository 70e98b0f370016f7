//! A data folder of the original server.

use std::{fs, path::Path};

use transom_testkit::Caller;

use crate::plan;

#[tokio::test]
async fn a_database_of_the_original_is_left_untouched() {
    for sample in ["webui-0.6.43", "webui-0.12.4"] {
        let plan = plan();
        let theirs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/import").join(sample);
        let (sample, database) = (theirs.join("webui.db"), plan.data().join("webui.db"));
        fs::copy(&sample, &database).unwrap();
        let mut server = plan.start().await;
        let admin = Caller::sign_up(&server, "ada").await;
        admin.post("/api/v1/chats/new", &serde_json::json!({"chat": {"title": "Mine"}})).await.ok();
        let log = server.log();
        assert!(log.contains("belongs to another server") && log.contains("transom.db"), "{log}");
        server.ask_to_stop().await;
        assert!(server.stopped().await.success());
        assert!(fs::read(&sample).unwrap() == fs::read(&database).unwrap(), "webui.db was written to");
        for leftover in ["webui.db-wal", "webui.db-shm", "webui.db-journal"] {
            assert!(!server.data().join(leftover).exists(), "{leftover} was left behind");
        }
        assert!(server.data().join("transom.db").is_file());

        // The second start finds both and takes its own.
        server.start_again().await;
        let chats = admin.at(&server).get("/api/v1/chats/").await.ok();
        assert_eq!(chats[0]["title"], "Mine", "{chats}");
    }
}

#[tokio::test]
async fn without_one_the_database_has_the_usual_name() {
    let server = plan().start().await;
    assert!(server.data().join("webui.db").is_file() && !server.data().join("transom.db").exists());
}
