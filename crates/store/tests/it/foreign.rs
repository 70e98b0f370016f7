use sea_orm::{ConnectionTrait, Database};
use transom_store::{OpenOptions, Store, is_foreign_database};

async fn database(path: &std::path::Path, statements: &[&str]) -> sea_orm::DatabaseConnection {
    let connection = Database::connect(format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    for statement in statements {
        connection.execute_unprepared(statement).await.unwrap();
    }
    connection
}

#[tokio::test]
async fn databases_of_the_other_server_are_recognised() {
    let folder = tempfile::tempdir().unwrap();
    for (name, table) in [("a.db", "alembic_version"), ("m.db", "migratehistory")] {
        let path = folder.path().join(name);
        database(&path, &[&format!("CREATE TABLE {table} (x TEXT)")]).await.close().await.unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(is_foreign_database(&path).await.unwrap(), "{table}");
        assert_eq!(std::fs::read(&path).unwrap(), before, "the file is not written");
        let files: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert!(
            files.iter().all(|file| !file.to_string_lossy().contains('-')),
            "{files:?}: nothing is left beside it"
        );
    }
}

/// After a crash or while the other server runs, the table may stand in the write-ahead log only.
#[tokio::test]
async fn the_write_ahead_log_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wal.db");
    let statements = [
        "PRAGMA journal_mode = WAL",
        "PRAGMA wal_autocheckpoint = 0",
        "CREATE TABLE alembic_version (x TEXT)",
    ];
    let open = database(&path, &statements).await;
    let before = std::fs::read(&path).unwrap();
    assert!(is_foreign_database(&path).await.unwrap());
    assert_eq!(std::fs::read(&path).unwrap(), before, "the file is not written");
    open.close().await.unwrap();
}

#[tokio::test]
async fn other_files_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    assert!(!is_foreign_database(&path("missing.db")).await.unwrap());
    std::fs::write(path("empty.db"), "").unwrap();
    assert!(!is_foreign_database(&path("empty.db")).await.unwrap());
    std::fs::write(path("text.db"), "not a database at all").unwrap();
    assert!(!is_foreign_database(&path("text.db")).await.unwrap());
    let own = Store::open(&OpenOptions::new(format!("sqlite://{}", path("own.db").display()))).await.unwrap();
    assert!(!is_foreign_database(&path("own.db")).await.unwrap());
    own.close().await;
}
