//! API keys: where they may be used, in whichever header they come.

use http::Method;
use serde_json::json;
use transom_api::{Rule, table};

use super::{
    people::{
        Proof,
        Who::{self, Admin, Owner},
    },
    routes::{Names, body_of, name, path_of},
    settled,
};

const KEYS: [Proof; 3] = [Proof::KeyAsBearer, Proof::KeyAsCookie, Proof::KeyInHeader];
const CONFIG: &str = "/api/v1/auths/admin/config";
const ALLOWED: [&str; 2] = ["/api/models", "/api/v1/chats"];

#[tokio::test]
async fn restricted_keys_reach_what_they_are_for_and_nothing_else() {
    let (_server, _provider, people) = settled().await;
    let admin = people.session(Admin);
    let mut form = admin.get(CONFIG).await.ok();
    form["ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS"] = json!(true);
    form["API_KEYS_ALLOWED_ENDPOINTS"] = json!(ALLOWED.join(","));
    admin.post(CONFIG, &form).await.ok();

    for proof in KEYS {
        for path in ["/api/models", "/api/v1/chats/", "/api/v1/chats/list"] {
            let reply = people.call(Owner, proof, &Method::GET, path, None).await;
            assert_eq!(reply.status, 200, "{path} by {proof:?}: {}", reply.text);
        }
        for path in [
            "/api/v1/notes/",
            "/api/v1/models/list",
            "/api/v1/chats/../notes/",
            "/api/v1/chats/%2e%2e/notes/",
            "/api/v1/chats/..%2fnotes/",
            "/api/v1/notes/?x=/api/v1/chats",
            "/api/v1/chatsx",
            "//api/v1/notes/",
        ] {
            let reply = people.call(Owner, proof, &Method::GET, path, None).await;
            // Some of these are no route at all, and then the page of the app or nothing.
            let is_page = reply.header("content-type").starts_with("text/html");
            assert!(is_page || matches!(reply.status, 403 | 404), "{path} by {proof:?}: {}", reply.text);
        }
    }
    let names = Names::new();
    let below = |path: &str| ALLOWED.iter().any(|a| path == *a || path.starts_with(&format!("{a}/")));
    for route in table().iter().filter(|route| route.rule != Rule::Public && !below(route.path)) {
        for (who, proof) in [Owner, Admin].into_iter().flat_map(|who| KEYS.map(|proof| (who, proof))) {
            let (path, body) = (path_of(route, &names), body_of(route, &names));
            let reply = people.call(who, proof, &route.method, &path, body.as_ref()).await;
            assert_eq!(reply.status, 403, "{} as {who:?} by {proof:?}: {}", name(route), reply.text);
        }
    }
    // A session is not restricted.
    let notes = people.call(Owner, Proof::Cookie, &Method::GET, "/api/v1/notes/", None).await;
    assert_eq!(notes.status, 200, "{}", notes.text);
}

#[tokio::test]
async fn keys_that_are_switched_off_are_good_for_nothing() {
    let (_server, _provider, people) = settled().await;
    let admin = people.session(Admin);
    let refused = async |who: Who| {
        for proof in KEYS {
            let reply = people.call(who, proof, &Method::GET, "/api/v1/chats/", None).await;
            assert_eq!(reply.status, 403, "{who:?} by {proof:?}: {}", reply.text);
            // Where anybody may ask, such a key makes nobody known.
            let config = people.call(who, proof, &Method::GET, "/api/config", None).await.ok();
            assert!(config.get("permissions").is_none(), "{who:?} by {proof:?}");
        }
    };
    super::people::permit(admin, &["features.api_keys"], true).await;
    refused(Owner).await;
    let reply = people.call(Admin, Proof::KeyInHeader, &Method::GET, "/api/v1/chats/", None).await;
    assert_eq!(reply.status, 200, "administrators need no permission: {}", reply.text);

    super::people::permit_everything(admin).await;
    let mut form = admin.get(CONFIG).await.ok();
    form["ENABLE_API_KEYS"] = json!(false);
    admin.post(CONFIG, &form).await.ok();
    refused(Owner).await;
    refused(Admin).await;
}
