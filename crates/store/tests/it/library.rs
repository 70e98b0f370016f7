use serde_json::{Value, json};
use transom_store::{
    Feedback, FeedbackPatch, FeedbackQuery, NewFeedback, Prompt, PromptPatch, Role, RoleChoice, StoreError,
};

use crate::engines::{for_each_engine, somebody, user};

fn prompt(command: &str) -> Prompt {
    Prompt {
        command: command.to_owned(),
        user_id: "owner".to_owned(),
        title: "Title".to_owned(),
        content: "Say {{word}}".to_owned(),
        timestamp: 0,
        access_control: Some(json!({})),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prompts() {
    for_each_engine(|db| async move {
        let prompts = &db.store.prompts;
        let made = prompts.create(prompt("/a")).await.unwrap();
        assert!(made.timestamp > 0);
        assert_eq!(prompts.get("/a").await.unwrap(), Some(made.clone()));
        assert_eq!(prompts.get("/none").await.unwrap(), None);
        assert!(matches!(prompts.create(prompt("/a")).await, Err(StoreError::Conflict(_))));
        let patch = PromptPatch { title: Some("New".to_owned()), ..PromptPatch::default() };
        let changed = prompts.update("/a", patch).await.unwrap();
        assert_eq!((changed.title.as_str(), &changed.content), ("New", &made.content));
        assert_eq!(changed.access_control, Some(json!({})), "what is not named stays");
        for public in [None, Some(Value::Null)] {
            let patch = PromptPatch { access_control: Some(public), ..PromptPatch::default() };
            assert_eq!(prompts.update("/a", patch).await.unwrap().access_control, None);
        }
        assert!(matches!(prompts.update("/none", PromptPatch::default()).await, Err(StoreError::NotFound)));
        prompts.create(Prompt { access_control: Some(Value::Null), ..prompt("/b") }).await.unwrap();
        assert_eq!(
            prompts.get("/b").await.unwrap().unwrap().access_control,
            None,
            "JSON null means everyone"
        );
        assert_eq!(prompts.all().await.unwrap().len(), 2);
        assert!(prompts.delete("/a").await.unwrap());
        assert!(!prompts.delete("/a").await.unwrap());
    })
    .await;
}

fn rating(user_id: &str, model: &str, rating: Value) -> NewFeedback {
    NewFeedback {
        user_id: user_id.to_owned(),
        r#type: "rating".to_owned(),
        data: json!({"z": 1, "model_id": model, "rating": rating}),
        meta: json!({"chat_id": "c"}),
        snapshot: json!({"chat": {"title": "t"}}),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_rating() {
    for_each_engine(|db| async move {
        let feedbacks = &db.store.feedbacks;
        let made = feedbacks.create(rating("u", "m", json!(1))).await.unwrap();
        assert_eq!((made.version, made.r#type.as_str()), (0, "rating"));
        assert_eq!(feedbacks.get(&made.id).await.unwrap(), Some(made.clone()));
        assert_eq!(made.snapshot, Some(json!({"chat": {"title": "t"}})));
        let patch = FeedbackPatch { data: Some(json!({"rating": -1})), ..FeedbackPatch::default() };
        let changed = feedbacks.update(&made.id, patch).await.unwrap();
        assert_eq!(
            (changed.data, changed.meta, changed.snapshot),
            (json!({"rating": -1}), made.meta, made.snapshot)
        );
        let nobody = feedbacks.update("none", FeedbackPatch::default()).await;
        assert!(matches!(nobody, Err(StoreError::NotFound)));
        assert!(feedbacks.delete(&made.id).await.unwrap());
        assert!(!feedbacks.delete(&made.id).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_ratings() {
    for_each_engine(|db| async move {
        let feedbacks = &db.store.feedbacks;
        let mut ids = Vec::new();
        for (name, model, given) in
            [("Zoe", "b", json!("2")), ("Ann", "c", json!(10)), ("Mia", "a", json!(-1))]
        {
            let mut new = somebody(RoleChoice::Fixed(Role::User));
            new.name = name.to_owned();
            let user = db.store.users.create(new).await.unwrap();
            ids.push((user.id.clone(), feedbacks.create(rating(&user.id, model, given)).await.unwrap().id));
        }
        let order = |order_by: &str, descending: bool| {
            let query =
                FeedbackQuery { order_by: Some(order_by.to_owned()), descending, ..FeedbackQuery::default() };
            let ids = ids.clone();
            async move {
                let (rows, total) = feedbacks.list(query).await.unwrap();
                assert_eq!(total, 3);
                let place = |row: &Feedback| ids.iter().position(|(_, id)| *id == row.id).unwrap();
                rows.iter().map(place).collect::<Vec<_>>()
            }
        };
        assert_eq!(order("username", false).await, [1, 2, 0]);
        assert_eq!(order("model_id", false).await, [2, 0, 1]);
        assert_eq!(order("rating", false).await, [2, 0, 1], "numbers, also where they came as text");
        assert_eq!(order("rating", true).await, [1, 0, 2]);
        let page = FeedbackQuery { limit: Some(2), offset: 2, ..FeedbackQuery::default() };
        let (rows, total) = feedbacks.list(page).await.unwrap();
        assert_eq!((rows.len(), total), (1, 3));
        assert_eq!(rows[0].snapshot, None, "lists do not read it");
        assert!(feedbacks.export().await.unwrap().iter().all(|row| row.snapshot.is_some()));
        let own = FeedbackQuery { user_id: Some(ids[0].0.clone()), ..FeedbackQuery::default() };
        let (rows, total) = feedbacks.list(own).await.unwrap();
        assert_eq!((rows[0].id.as_str(), total), (ids[0].1.as_str(), 1));
        assert_eq!(feedbacks.delete_of_user(&ids[0].0).await.unwrap(), 1);
        assert_eq!(feedbacks.delete_all().await.unwrap(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_stay_with_their_memories() {
    for_each_engine(|db| async move {
        let (memories, ada) = (&db.store.memories, user(&db.store).await.id);
        let one = memories.create(&ada, "keeps bees").await.unwrap();
        let two = memories.create(&ada, "plays the bassoon").await.unwrap();
        memories
            .keep_vectors("m", &[(one.clone(), vec![1.0, -0.5]), (two.clone(), vec![0.25])])
            .await
            .unwrap();
        assert_eq!(
            memories.vectors(&ada, "m").await.unwrap()[&one.id],
            ("keeps bees".to_owned(), vec![1.0, -0.5])
        );
        assert!(memories.vectors(&ada, "other").await.unwrap().is_empty());
        assert!(memories.vectors("nobody", "m").await.unwrap().is_empty());

        // another model takes the place, and what is deleted is gone with its vector
        memories.keep_vectors("n", &[(one.clone(), vec![2.0])]).await.unwrap();
        assert_eq!(memories.vectors(&ada, "m").await.unwrap().len(), 1);
        assert!(memories.delete(&two.id, &ada).await.unwrap());
        assert!(memories.vectors(&ada, "m").await.unwrap().is_empty());
        memories.keep_vectors("n", &[(two, vec![3.0])]).await.unwrap();
        assert_eq!(memories.vectors(&ada, "n").await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memories_belong_to_one_user() {
    for_each_engine(|db| async move {
        let (memories, ada, bob) = (&db.store.memories, user(&db.store).await.id, user(&db.store).await.id);
        let one = memories.create(&ada, "keeps bees").await.unwrap();
        let two = memories.create(&ada, "plays the bassoon").await.unwrap();
        assert_eq!(memories.of_user(&ada).await.unwrap().len(), 2);
        assert!(memories.of_user(&bob).await.unwrap().is_empty());
        assert!(matches!(memories.update(&one.id, &bob, "x").await, Err(StoreError::NotFound)));
        assert_eq!(memories.update(&one.id, &ada, "keeps wasps").await.unwrap().content, "keeps wasps");
        assert!(!memories.delete(&two.id, &bob).await.unwrap());
        assert!(memories.delete(&two.id, &ada).await.unwrap());
        assert_eq!(memories.delete_all(&ada).await.unwrap(), 1);
        memories.create(&bob, "goes away").await.unwrap();
        db.store.users.delete(&bob).await.unwrap();
        assert!(memories.of_user(&bob).await.unwrap().is_empty());
    })
    .await;
}
