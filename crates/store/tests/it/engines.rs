//! A fresh database of every engine for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database};
use serde_json::{Map, Value};
use transom_store::{NewUser, OpenOptions, Role, RoleChoice, Store, User};

const POSTGRES: &str = "TRANSOM_TEST_POSTGRES_URL";

/// An open, empty database; [`TestDb::open`] opens it once more, as another server would.
#[derive(Clone)]
pub struct TestDb {
    pub store: Store,
    pub options: OpenOptions,
}

impl TestDb {
    pub async fn open(&self) -> Store {
        Store::open(&self.options).await.expect("a database that is open already opens again")
    }
}

/// Runs the test on SQLite and on PostgreSQL, each time on a new database.
pub async fn for_each_engine<F, Fut>(test: F)
where
    F: Fn(TestDb) -> Fut,
    Fut: Future<Output = ()>,
{
    let postgres = postgres_url();
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions::new(format!("sqlite://{}", folder.path().join("transom.db").display()));
    run(&test, options).await;

    let schema = format!("t{}", uuid::Uuid::new_v4().simple());
    run(
        &test,
        OpenOptions { pool_size: Some(12), schema: Some(schema.clone()), ..OpenOptions::new(&postgres) },
    )
    .await;
    let connection = Database::connect(&postgres).await.unwrap();
    connection.execute_unprepared(&format!("DROP SCHEMA \"{schema}\" CASCADE")).await.unwrap();
    connection.close().await.unwrap();
}

async fn run<F, Fut>(test: &F, options: OpenOptions)
where
    F: Fn(TestDb) -> Fut,
    Fut: Future<Output = ()>,
{
    eprintln!("engine: {}", options.url.split(':').next().unwrap_or_default());
    let store = match Store::open(&options).await {
        Ok(store) => store,
        Err(error) => panic!("{}: {error}; run `make services` and set {POSTGRES} as it says", options.url),
    };
    test(TestDb { store: store.clone(), options }).await;
    store.close().await;
}

#[allow(clippy::disallowed_methods, reason = "the address of the test server is no setting of Transom")]
pub fn postgres_url() -> String {
    std::env::var(POSTGRES).unwrap_or_else(|_| {
        panic!("{POSTGRES} is not set: run `make services`, which starts PostgreSQL and says what to set")
    })
}

/// An account nobody else has.
pub fn somebody(role: RoleChoice) -> NewUser {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    NewUser {
        id: uuid::Uuid::new_v4().to_string(),
        email: format!("user{number}@example.org"),
        name: format!("User {number}"),
        role,
        profile_image_url: "/user.png".to_owned(),
        password_hash: Some("$2b$12$hash".to_owned()),
        oauth: Value::Null,
    }
}

pub async fn user(store: &Store) -> User {
    store.users.create(somebody(RoleChoice::Fixed(Role::User))).await.unwrap()
}

/// The fields of an object literal.
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}
