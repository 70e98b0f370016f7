//! What a request may bring: how deep, how long, how often.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};
use transom_testkit::{Caller, PASSWORD, Reply, raw};

use crate::{lab, lab_of, plan};

async fn post(caller: &Caller, path: &str, body: String) -> Reply {
    let request = caller.request(Method::POST, path).header("content-type", "application/json");
    caller.send(request.body(body)).await
}

#[tokio::test]
async fn json_has_a_depth() {
    let (server, _provider, admin) = lab().await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let chat = |depth| format!("{{\"chat\": {{\"title\": \"T\", \"x\": {}}}}}", deep(depth));
        let fits = post(&admin, "/api/v1/chats/new", chat(50)).await;
        assert_eq!(fits.status, 200, "{}", fits.text);
        for depth in [200, 100_000] {
            for path in ["/api/v1/chats/new", "/api/chat/completions", "/api/v1/auths/signin"] {
                let reply = post(&admin, path, chat(depth)).await;
                assert_eq!(reply.status, 422, "{path} {depth}: {}", reply.text);
            }
            let raw = post(&admin, "/openai/anything", deep(depth)).await;
            assert!(raw.status < 500, "{}", raw.text);
        }
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
    assert_eq!(admin.get("/health").await.status, 200);
}

#[tokio::test]
async fn headers_have_a_size() {
    let server = plan().start().await;
    let line = |length: usize| format!("x-long: {}", "a".repeat(length));
    assert_eq!(raw(server.base(), "GET", "/api/config", &[&line(30_000)]).await.status, 200);
    let reply = raw(server.base(), "GET", "/api/config", &[&line(70_000)]).await;
    assert_eq!(reply.status, 431, "{}", reply.head);
    assert!(reply.body.contains("detail"), "{}", reply.body);
    let many: Vec<String> = (0..200).map(|number| format!("x-{number}: a")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(raw(server.base(), "GET", "/api/config", &many).await.status, 431);
}

#[tokio::test]
async fn names_have_a_length() {
    let (_server, _provider, admin) = lab_of(plan().env("ENABLE_CHANNELS", "true")).await;
    let chat = admin.post("/api/v1/chats/new", &json!({"chat": {"title": "T"}})).await.ok();
    let tags = format!("/api/v1/chats/{}/tags", chat["id"].as_str().unwrap());
    let form = |name: &str| {
        vec![
            ("/api/v1/groups/create", json!({"name": name, "description": ""})),
            ("/api/v1/folders/", json!({"name": name})),
            ("/api/v1/notes/create", json!({"title": name})),
            ("/api/v1/prompts/create", json!({"command": "c", "title": name, "content": ""})),
            (
                "/api/v1/models/create",
                json!({"id": "m", "name": name, "base_model_id": "words", "meta": {}, "params": {}}),
            ),
            ("/api/v1/channels/create", json!({"name": name})),
            (tags.as_str(), json!({"name": name})),
            ("/api/v1/auths/add", json!({"name": name, "email": "x@example.com", "password": PASSWORD})),
            ("/api/v1/auths/update/profile", json!({"name": name, "profile_image_url": "/user.png"})),
            ("/api/v1/evaluations/feedback", json!({"type": name})),
        ]
    };
    for (path, body) in form(&"n".repeat(256)) {
        let reply = admin.post(path, &body).await;
        assert_eq!(reply.status, 400, "{path}: {}", reply.text);
        assert!(reply.detail().contains("255"), "{path}: {}", reply.text);
    }
    for (path, body) in form(&"é".repeat(255)) {
        let reply = admin.post(path, &body).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    }
    let status = json!({"status_message": "s".repeat(10_001)});
    assert_eq!(admin.post("/api/v1/users/user/status/update", &status).await.status, 400);
    assert_eq!(admin.post("/api/v1/models/create", &json!({"id": "m".repeat(256), "name": "n", "base_model_id": "words", "meta": {}, "params": {}})).await.status, 400);
}

#[tokio::test]
async fn pages_that_are_not_there_are_empty() {
    let (server, _provider, admin) = lab_of(plan().env("ENABLE_CHANNELS", "true")).await;
    let greatest = u64::MAX.to_string();
    for path in [
        "/api/v1/chats/list",
        "/api/v1/chats/archived",
        "/api/v1/users/",
        "/api/v1/notes/search",
        "/api/v1/models/list",
    ] {
        let reply = admin.get(&format!("{path}?page={greatest}")).await;
        assert!(reply.status < 500, "{path}: {} {}", reply.status, reply.text);
    }
    let everything = json!({"name": "t", "skip": u64::MAX, "limit": u64::MAX});
    assert_eq!(admin.post("/api/v1/chats/tags", &everything).await.ok(), json!([]));
    let room = admin.post("/api/v1/channels/create", &json!({"name": "r"})).await.ok();
    let messages = format!("/api/v1/channels/{}/messages", room["id"].as_str().unwrap());
    assert_eq!(admin.get(&format!("{messages}?skip={greatest}&limit={greatest}")).await.ok(), json!([]));
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

#[tokio::test]
async fn pictures_are_pictures() {
    let (_server, _provider, admin) = lab().await;
    let png = b"\x89PNG\r\n\x1a\nrest";
    let data = |kind: &str, bytes: &[u8]| format!("data:{kind};base64,{}", STANDARD.encode(bytes));
    let set = async |url: String| {
        let form = json!({"name": "ada", "profile_image_url": url});
        admin.post("/api/v1/auths/update/profile", &form).await
    };
    let image = format!("/api/v1/users/{}/profile/image", admin.id);
    for good in
        [data("image/png", png), data("image/gif", b"GIF89a"), data("image/jpeg", b"\xff\xd8\xff\xe0")]
    {
        assert_eq!(set(good.clone()).await.status, 200, "{good}");
        let reply = admin.get(&image).await;
        assert!(good.starts_with(&format!("data:{};", reply.header("content-type"))), "{good}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert!(reply.header("content-security-policy").contains("sandbox"));
    }
    for bad in [
        data("image/svg+xml", b"<svg onload='alert(1)'/>"),
        data("text/html", b"<script>alert(1)</script>"),
        data("image/png", b"<script>alert(1)</script>"),
        data("image/png", &[png.as_slice(), &vec![0; 2 << 20]].concat()),
        "data:image/png,<script>".to_string(),
        "javascript:alert(1)".to_string(),
        format!("https://example.com/{}", "a".repeat(5_000)),
    ] {
        let reply = set(bad.clone()).await;
        assert_eq!(reply.status, 400, "{}: {}", &bad[..bad.len().min(80)], reply.text);
    }
    let model = |picture: String| json!({"id": "pictured", "name": "M", "base_model_id": "words", "params": {}, "meta": {"profile_image_url": picture}});
    let bad = model(data("image/svg+xml", b"<svg/>"));
    assert_eq!(admin.post("/api/v1/models/create", &bad).await.status, 400);
    admin.post("/api/v1/models/create", &model(data("image/png", png))).await.ok();
    let reply = admin.get("/api/v1/models/model/profile/image?id=pictured").await;
    assert_eq!(
        (reply.header("content-type"), reply.header("x-content-type-options")),
        ("image/png", "nosniff")
    );
}

/// Signs up with a password that meets the default rule.
async fn sign_up(nobody: &Caller, password: &str) -> Reply {
    let form = json!({"name": "ada", "email": "ada@example.com", "password": password});
    nobody.post("/api/v1/auths/signup", &form).await
}

#[tokio::test]
async fn a_rule_for_passwords_holds_wherever_one_is_set() {
    const GOOD: &str = "Abcdef1!";
    let server = plan().env("ENABLE_PASSWORD_VALIDATION", "true").start().await;
    let nobody = Caller::nobody(&server);
    assert_eq!(sign_up(&nobody, "weak").await.status, 400);
    let long = format!("Aa1!{}", "x".repeat(69));
    assert_eq!(long.len(), 73);
    assert_eq!(sign_up(&nobody, &long).await.status, 400, "longer than the hash reads");
    let session = sign_up(&nobody, GOOD).await.ok();
    let text = |key: &str| session[key].as_str().unwrap().to_string();
    let admin = Caller { token: text("token"), id: text("id"), email: text("email"), ..nobody.clone() };
    for new in ["weak", long.as_str()] {
        let form = json!({"password": GOOD, "new_password": new});
        assert_eq!(admin.post("/api/v1/auths/update/password", &form).await.status, 400, "{new}");
        let form = json!({"name": "x", "email": "x@example.com", "password": new});
        assert_eq!(admin.post("/api/v1/auths/add", &form).await.status, 400, "{new}");
        let form = json!({"role": "admin", "name": "ada", "email": admin.email, "profile_image_url": "", "password": new});
        assert_eq!(
            admin.post(&format!("/api/v1/users/{}/update", admin.id), &form).await.status,
            400,
            "{new}"
        );
    }
    assert_eq!(admin.try_sign_in(&admin.email, GOOD).await.status, 200);
    // Exactly as much as the hash reads is fine, and one byte more is another password.
    let most = &long[..72];
    let form = json!({"password": GOOD, "new_password": most});
    admin.post("/api/v1/auths/update/password", &form).await.ok();
    assert_eq!(admin.try_sign_in(&admin.email, most).await.status, 200);
    assert_eq!(admin.try_sign_in(&admin.email, &most[..71]).await.status, 400);
}

#[tokio::test]
async fn known_and_unknown_accounts_take_the_same_time() {
    let (_server, _provider, admin) = lab().await;
    let mut fastest = [Duration::MAX; 2];
    for round in 0..6 {
        for (slot, email) in [(0, admin.email.clone()), (1, format!("nobody{round}@example.com"))] {
            let started = Instant::now();
            let reply = admin.try_sign_in(&email, "not the password").await;
            fastest[slot] = fastest[slot].min(started.elapsed());
            assert_eq!(reply.status, 400);
            assert_eq!(
                reply.detail(),
                "The email or password is incorrect. Please check both and try again."
            );
        }
    }
    let [known, unknown] = fastest.map(|time| time.as_secs_f64());
    assert!(unknown > known / 2.0 && known > unknown / 2.0, "known {known} s, unknown {unknown} s");
}

#[tokio::test]
async fn an_address_that_fails_too_often_has_to_wait() {
    let (_server, _provider, admin) = lab_of(plan().env("ENABLE_SIGNUP", "true")).await;
    let nobody = Caller { token: String::new(), ..admin.clone() };
    // A test speaks from this machine, as a reverse proxy does: the last address of its list counts.
    let from = |path: &str, address: &str, body: &Value| {
        let list = format!("198.51.100.99, {address}");
        nobody.request(Method::POST, path).header("x-forwarded-for", list).json(body)
    };
    let open = json!({"ENABLE_SIGNUP": true});
    let mut config = admin.get("/api/v1/auths/admin/config").await.ok();
    config.as_object_mut().unwrap().extend(open.as_object().cloned().unwrap());
    admin.post("/api/v1/auths/admin/config", &config).await.ok();
    let bad = json!({"name": "x", "email": "no address", "password": PASSWORD});
    let good = json!({"email": admin.email, "password": PASSWORD});
    for _ in 0..60 {
        let reply = nobody.send(from("/api/v1/auths/signup", "203.0.113.7", &bad)).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
    }
    for (path, body) in [("/api/v1/auths/signup", &bad), ("/api/v1/auths/signin", &good)] {
        let reply = nobody.send(from(path, "203.0.113.7", body)).await;
        assert_eq!(reply.status, 429, "{path}: {}", reply.text);
    }
    for elsewhere in ["203.0.113.8", "2001:db8::7"] {
        let reply = nobody.send(from("/api/v1/auths/signin", elsewhere, &good)).await;
        assert_eq!(reply.status, 200, "{elsewhere}: {}", reply.text);
    }
    // Whoever is signed in goes on.
    assert_eq!(admin.get("/api/v1/auths/").await.status, 200);
}

#[tokio::test]
async fn trying_out_the_old_password_is_slowed_down() {
    let (_server, _provider, admin) = lab().await;
    let form = json!({"password": "a guess", "new_password": "something new 1"});
    let mut last = 0;
    for _ in 0..16 {
        last = admin.post("/api/v1/auths/update/password", &form).await.status;
    }
    assert_eq!(last, 429);
    assert_eq!(admin.try_sign_in(&admin.email, PASSWORD).await.status, 200, "its owner was locked out");
}
