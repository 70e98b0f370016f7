//! Who may do what: the table of routes, tried with every caller and every credential on a seeded server.

mod keys;
mod live;
mod models;
mod people;
mod permissions;
mod references;

mod routes;
mod seeds;
mod snapshot;

use futures::{StreamExt as _, future::join_all, stream};
use http::Method;
use transom_api::{Resource, RouteInfo, Rule, table};
use transom_testkit::{Caller, MockProvider, Plan, TestServer};

use crate::{plan, postgres};
use people::{EVERYBODY, People, Proof, Who};
use routes::{Names, body_of, name, path_of};
use seeds::Kind;
use snapshot::{Kept, assert_same};

/// The database of a server.
enum Base {
    Sqlite,
    /// A schema of the test's own.
    Postgres(String),
}

impl Base {
    fn postgres() -> Self {
        Self::Postgres(format!("t{}", uuid::Uuid::new_v4().simple()))
    }

    fn plan(&self) -> Plan {
        match self {
            Self::Sqlite => plan(),
            Self::Postgres(schema) => postgres::plan_in(schema),
        }
    }

    /// What the server keeps, read beside it.
    async fn kept(&self, server: &TestServer) -> Kept {
        match self {
            Self::Sqlite => Kept::of(server).await,
            Self::Postgres(schema) => Kept::on(postgres::options_of(schema)).await,
        }
    }
}

/// A server on which everything is switched on, with its callers.
async fn settled() -> (TestServer, MockProvider, People) {
    settled_on(plan()).await
}

/// The same for a server that is not started yet.
async fn settled_on(plan: Plan) -> (TestServer, MockProvider, People) {
    let provider = MockProvider::start().await;
    let plan = plan
        .upstream(&provider)
        .env("ENABLE_OLLAMA_API", "true")
        .env("OLLAMA_BASE_URLS", provider.ollama_url())
        .env("ENABLE_CHANNELS", "true")
        .env("ENABLE_API_KEYS", "true")
        .env("ENABLE_AUTOCOMPLETE_GENERATION", "true");
    let server = plan.start().await;
    let admin = Caller::sign_up(&server, "ada").await;
    let people = People::settle(&server, &admin).await;
    seeds::share_models(&people).await;
    (server, provider, people)
}

/// Whether a rule lets somebody through who is proved so, as far as it does not depend on a thing.
fn admits(rule: Rule, who: Who, proof: Proof) -> bool {
    match rule {
        Rule::Public => true,
        Rule::SignedIn => who != Who::Anonymous,
        Rule::Session => who != Who::Anonymous && !proof.is_key(),
        Rule::Admin => who == Who::Admin,
        _ => !matches!(who, Who::Anonymous | Who::Pending),
    }
}

/// Ends the session that asks; `signout.rs` is about it.
const ENDS_THE_SESSION: &str = "/api/v1/auths/signout";

#[tokio::test]
async fn every_rule_holds_for_every_caller_and_every_credential() {
    try_rules(Base::Sqlite).await;
}

#[tokio::test]
async fn every_rule_holds_on_postgresql() {
    try_rules(Base::postgres()).await;
}

async fn try_rules(base: Base) {
    let (server, _provider, mut people) = settled_on(base.plan()).await;
    let kept = base.kept(&server).await;
    let routes: Vec<RouteInfo> = table().into_iter().filter(|route| route.path != ENDS_THE_SESSION).collect();
    assert!(routes.len() > 200, "only {} routes", routes.len());
    for route in &routes {
        let (refused, admitted): (Vec<_>, Vec<_>) = EVERYBODY
            .into_iter()
            .flat_map(|who| Proof::of(who).iter().map(move |proof| (who, *proof)))
            .partition(|(who, proof)| !admits(route.rule, *who, *proof));
        let before = kept.now().await;
        join_all(refused.into_iter().map(|(who, proof)| check_refused(&people, route, who, proof))).await;
        assert_same(&before, &kept.now().await, &name(route));
        join_all(admitted.into_iter().map(|(who, proof)| check_admitted(&people, route, who, proof))).await;
        if route.path == "/api/v1/auths/api_key" && route.method != Method::GET {
            people.renew_keys().await;
        }
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

async fn check_refused(people: &People, route: &RouteInfo, who: Who, proof: Proof) {
    let names = Names::new();
    let reply = people
        .call(who, proof, &route.method, &path_of(route, &names), body_of(route, &names).as_ref())
        .await;
    let what =
        format!("{} ({}) as {who:?} by {proof:?}: {} {}", name(route), route.rule, reply.status, reply.text);
    assert!(matches!(reply.status, 401 | 403), "let through: {what}");
    assert!(route.method == Method::HEAD || reply.json()["detail"].is_string(), "{what}");
}

async fn check_admitted(people: &People, route: &RouteInfo, who: Who, proof: Proof) {
    let names = Names::new();
    let reply = people
        .call(who, proof, &route.method, &path_of(route, &names), body_of(route, &names).as_ref())
        .await;
    let what =
        format!("{} ({}) as {who:?} by {proof:?}: {} {}", name(route), route.rule, reply.status, reply.text);
    let unrouted = reply.status == 405 || reply.text == "{\"detail\":\"Not Found\"}";
    assert!(!unrouted, "no route: {what}");
    // Whether a thing that is named may be used is what the other half of the matrix is about.
    let of_a_thing = route.rule.resource().is_some();
    assert!(of_a_thing || !matches!(reply.status, 401 | 403), "not let through: {what}");
}

/// Calls that are made at the same time where they do not disturb each other.
const AT_ONCE: usize = 16;

/// The things of the table in portions, so that each can be tried in its own test.
const PERSONAL: [Resource; 6] =
    [Resource::Chat, Resource::Folder, Resource::Turn, Resource::Feedback, Resource::File, Resource::Memory];
const CHANNELS: [Resource; 3] = [Resource::Channel, Resource::Membership, Resource::ChannelMessage];
const WRITINGS: [Resource; 2] = [Resource::Note, Resource::Prompt];
const MODELS: [Resource; 1] = [Resource::Model];

#[test]
fn every_thing_that_a_rule_names_is_tried() {
    let tried = [PERSONAL.as_slice(), &CHANNELS, &WRITINGS, &MODELS].concat();
    for route in table() {
        if let Some(resource) = route.rule.resource() {
            assert!(tried.contains(&resource), "{}: nothing tries {resource:?}", name(&route));
        }
    }
}

#[tokio::test]
async fn personal_things_are_for_their_owners() {
    try_things(Base::Sqlite, &PERSONAL).await;
}

#[tokio::test]
async fn channels_are_for_their_members_and_those_they_are_shared_with() {
    try_things(Base::Sqlite, &CHANNELS).await;
}

#[tokio::test]
async fn notes_and_prompts_are_for_those_they_are_shared_with() {
    try_things(Base::Sqlite, &WRITINGS).await;
}

#[tokio::test]
async fn models_are_for_those_they_are_shared_with() {
    try_things(Base::Sqlite, &MODELS).await;
}

#[tokio::test]
async fn personal_things_are_for_their_owners_on_postgresql() {
    try_things(Base::postgres(), &PERSONAL).await;
}

#[tokio::test]
async fn channels_are_for_their_members_on_postgresql() {
    try_things(Base::postgres(), &CHANNELS).await;
}

#[tokio::test]
async fn what_is_shared_is_for_those_it_is_shared_with_on_postgresql() {
    try_things(Base::postgres(), &[WRITINGS.as_slice(), &MODELS].concat()).await;
}

/// Tries every route that is about these things with things of every kind.
async fn try_things(base: Base, things: &[Resource]) {
    let (server, _provider, people) = settled_on(base.plan()).await;
    let kept = base.kept(&server).await;
    let about_them = |route: &&RouteInfo| route.rule.resource().is_some_and(|thing| things.contains(&thing));
    let table = table();
    let routes: Vec<_> = table.iter().filter(about_them).collect();
    assert!(!routes.is_empty());
    for route in routes {
        for kind in seeds::kinds(route) {
            let allowed = kind.allowed(route.rule);
            let ways = |may: bool| {
                let people = EVERYBODY.into_iter().filter(|who| allowed.contains(who) == may);
                people
                    .flat_map(|who| Proof::of(who).iter().map(move |proof| (who, *proof)))
                    .collect::<Vec<_>>()
            };
            let names = kind.seed(&people).await;
            let before = kept.now().await;
            let refused = ways(false);
            join_all(refused.iter().map(|way| check_kept_out(&people, route, kind, &names, *way))).await;
            assert_same(&before, &kept.now().await, &format!("{} with {kind:?}", name(route)));
            let at_once = if kind.is_always_the_same() { 1 } else { AT_ONCE };
            let calls = ways(true).into_iter().map(|way| check_let_in(&people, route, kind, way));
            stream::iter(calls).buffer_unordered(at_once).collect::<()>().await;
        }
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

async fn check_kept_out(
    people: &People,
    route: &RouteInfo,
    kind: Kind,
    names: &Names,
    (who, proof): (Who, Proof),
) {
    let (path, body) = (path_of(route, names), body_of(route, names));
    let reply = people.call(who, proof, &route.method, &path, body.as_ref()).await;
    let what = format!("{} with {kind:?} as {who:?} by {proof:?}", name(route));
    let by_rule = !admits(route.rule, who, proof) && matches!(reply.status, 401 | 403);
    assert!(by_rule || kind.refuses(&reply), "{what}: {} {}", reply.status, reply.text);
}

async fn check_let_in(people: &People, route: &RouteInfo, kind: Kind, (who, proof): (Who, Proof)) {
    // One for each: whoever may may also delete it.
    let names = kind.seed(people).await;
    let (path, body) = (path_of(route, &names), body_of(route, &names));
    let reply = people.call(who, proof, &route.method, &path, body.as_ref()).await;
    let what = format!("{} with {kind:?} as {who:?} by {proof:?}", name(route));
    let fine = (200..300).contains(&reply.status) && !kind.refuses(&reply);
    assert!(fine, "{what}: {} {}", reply.status, reply.text);
}
