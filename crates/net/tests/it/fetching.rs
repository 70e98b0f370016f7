//! Requests against small servers of our own, with a name server of our own.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{any, get};
use futures::future::BoxFuture;
use http::Method;
use transom_net::{Guarded, GuardedRequest, Limits, Lookup, Net, NetError, NetOptions, Policy};

/// Names and the answers given one after the other; the last one is repeated.
struct Names(HashMap<&'static str, Vec<Vec<&'static str>>>, AtomicUsize);

impl Names {
    fn new(names: &[(&'static str, &[&[&'static str]])]) -> Arc<Self> {
        let map = names.iter().map(|(n, a)| (*n, a.iter().map(|ips| ips.to_vec()).collect())).collect();
        Arc::new(Names(map, AtomicUsize::new(0)))
    }
}

impl Lookup for Names {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let n = self.1.fetch_add(1, Ordering::SeqCst);
        let answer = self.0.get(host.as_str()).map(|answers| {
            let ips = &answers[n.min(answers.len() - 1)];
            ips.iter().map(|ip| ip.parse().unwrap()).collect()
        });
        Box::pin(async move { answer.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such name")) })
    }
}

fn guarded(policy: Policy, names: Arc<Names>) -> Guarded {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = NetOptions { policy, lookup: names, ..NetOptions::default() };
    Net::new(options).unwrap().guarded()
}

fn open() -> Policy {
    Policy { allow_local: true, ..Policy::default() }
}

async fn serve(app: Router) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    port
}

fn hops(n: u8) -> Limits {
    Limits { redirects: n, ..Limits::default() }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused() {
    let names = Names::new(&[
        ("inside.example", &[&["10.0.0.1"]]),
        ("mixed.example", &[&["1.1.1.1", "127.0.0.1"]]),
        ("mapped.example", &[&["::ffff:192.168.0.1"]]),
        ("meta.example", &[&["169.254.169.254"]]),
    ]);
    let client = guarded(Policy::default(), names.clone());
    for host in ["inside", "mixed", "mapped", "meta"] {
        let url = format!("http://{host}.example/");
        assert!(matches!(client.get(&url, &Limits::default()).await, Err(NetError::Blocked(_))), "{host}");
        assert!(matches!(client.check(&url).await, Err(NetError::Blocked(_))), "{host}");
    }
    let client = guarded(open(), names);
    assert!(matches!(
        client.get("http://meta.example/", &Limits::default()).await,
        Err(NetError::Blocked(_))
    ));
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    // the answer to the check is public, the one to the connection leads inside
    let hits = Arc::new(AtomicUsize::new(0));
    let seen = hits.clone();
    let app =
        Router::new().route("/", get(move || async move { seen.fetch_add(1, Ordering::SeqCst).to_string() }));
    let port = serve(app).await;
    let names = Names::new(&[("flip.example", &[&["1.1.1.1"], &["127.0.0.1"]])]);
    let client = guarded(Policy::default(), names);
    let url = format!("http://flip.example:{port}/");
    assert!(client.check(&url).await.is_ok());
    assert!(matches!(client.get(&url, &Limits::default()).await, Err(NetError::Blocked(_))));
    assert_eq!(hits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_connection_goes_to_the_resolved_address() {
    let port =
        serve(Router::new().route(
            "/",
            get(|headers: HeaderMap| async move { headers["host"].to_str().unwrap().to_owned() }),
        ))
        .await;
    let client = guarded(open(), Names::new(&[("name.example", &[&["127.0.0.1"]])]));
    let got = client.get(&format!("http://name.example:{port}/"), &Limits::default()).await.unwrap();
    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(got.body, format!("name.example:{port}"));
    let unknown = client.get(&format!("http://unknown.example:{port}/"), &Limits::default()).await;
    assert!(matches!(unknown, Err(NetError::Unreachable(_))));
}

#[tokio::test]
async fn redirects_are_answers_unless_asked_for() {
    let app = Router::new()
        .route("/a", get(|| async { Redirect::temporary("/b") }))
        .route("/b", get(|| async { "b" }));
    let port = serve(app).await;
    let client = guarded(open(), Names::new(&[]));
    let url = format!("http://127.0.0.1:{port}/a");
    assert_eq!(client.get(&url, &Limits::default()).await.unwrap().status, StatusCode::TEMPORARY_REDIRECT);
    let got = client.get(&url, &hops(1)).await.unwrap();
    assert_eq!((got.status, &got.body[..], got.url.path()), (StatusCode::OK, &b"b"[..], "/b"));
}

#[tokio::test]
async fn every_hop_is_checked() {
    let targets =
        ["http://169.254.169.254/", "file:///etc/passwd", "http://u:p@127.0.0.1/", "http://metadata.goog/"];
    for target in targets {
        let app = Router::new().route("/", get(move || async move { Redirect::to(target) }));
        let port = serve(app).await;
        let client = guarded(open(), Names::new(&[]));
        let got = client.get(&format!("http://127.0.0.1:{port}/"), &hops(3)).await;
        assert!(matches!(got, Err(NetError::Blocked(_) | NetError::InvalidUrl(_))), "{target}");
    }
}

#[tokio::test]
async fn endless_redirects_end() {
    let port = serve(Router::new().route("/", get(|| async { Redirect::to("/") }))).await;
    let client = guarded(open(), Names::new(&[]));
    let got = client.get(&format!("http://127.0.0.1:{port}/"), &hops(4)).await;
    assert!(matches!(got, Err(NetError::TooManyRedirects)));
}

#[tokio::test]
async fn credentials_stay_with_their_origin() {
    let echo = Router::new().route(
        "/",
        any(|method: Method, headers: HeaderMap, body: String| async move {
            format!(
                "{method} {} {} [{body}]",
                headers.contains_key("authorization"),
                headers.contains_key("x-extra")
            )
        }),
    );
    let other = serve(echo).await;
    let to = format!("http://127.0.0.1:{other}/");
    let app = Router::new()
        .route(
            "/see-other",
            any({
                let to = to.clone();
                move || async move { Redirect::to(&to) }
            }),
        )
        .route("/keep", any(move || async move { Redirect::temporary(&to) }));
    let port = serve(app).await;
    let client = guarded(open(), Names::new(&[]));
    let mut headers = HeaderMap::new();
    headers.insert("authorization", "Bearer secret".parse().unwrap());
    headers.insert("x-extra", "1".parse().unwrap());
    for (path, expected) in [("see-other", "GET false true []"), ("keep", "POST false true [hi]")] {
        let request = GuardedRequest {
            method: Method::POST,
            url: format!("http://127.0.0.1:{port}/{path}"),
            headers: headers.clone(),
            body: Some("hi".into()),
        };
        assert_eq!(client.send(request, &hops(1)).await.unwrap().body, expected);
    }
}

#[tokio::test]
async fn limits_hold() {
    let app = Router::new()
        .route("/big", get(|| async { vec![b'x'; 200_000] }))
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_secs(30)).await }))
        .route("/html", get(|| async { ([("content-type", "text/html")], "<p>").into_response() }));
    let port = serve(app).await;
    let client = guarded(open(), Names::new(&[]));
    let url = |p: &str| format!("http://127.0.0.1:{port}/{p}");
    let small = Limits { max_bytes: Some(100_000), ..Limits::default() };
    assert!(matches!(client.get(&url("big"), &small).await, Err(NetError::TooLarge { limit: 100_000 })));
    let quick = Limits { timeout: Some(Duration::from_millis(100)), ..Limits::default() };
    assert!(matches!(client.get(&url("slow"), &quick).await, Err(NetError::Timeout)));
    let images = Limits { content_types: vec!["image/".into()], ..Limits::default() };
    assert!(matches!(client.get(&url("html"), &images).await, Err(NetError::ContentType(_))));
}

#[tokio::test]
async fn a_decompression_bomb_is_cut() {
    // a million zeros in about a kilobyte
    let bomb = include_bytes!("bomb.gz");
    let app = Router::new().route("/", get(|| async { ([("content-encoding", "gzip")], bomb.as_slice()) }));
    let port = serve(app).await;
    let client = guarded(open(), Names::new(&[]));
    let limits = Limits { max_bytes: Some(50_000), ..Limits::default() };
    assert!(bomb.len() < 50_000);
    let got = client.get(&format!("http://127.0.0.1:{port}/"), &limits).await;
    assert!(matches!(got, Err(NetError::TooLarge { .. })));
}

#[tokio::test]
async fn the_upstream_client_reaches_private_servers() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let port = serve(Router::new().route("/", get(|| async { Redirect::to("/x") }))).await;
    let net = Net::new(NetOptions { ..NetOptions::default() }).unwrap();
    let got = net.upstream().get(format!("http://127.0.0.1:{port}/")).send().await.unwrap();
    assert_eq!(got.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn proxies_are_followed_with_their_exceptions() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let proxy =
        serve(Router::new().fallback(|uri: axum::http::Uri| async move { format!("proxied {uri}") })).await;
    let direct = serve(Router::new().fallback(|| async { "direct" })).await;
    let variables =
        [("HTTP_PROXY", format!("http://127.0.0.1:{proxy}")), ("no_proxy", "127.0.0.1".to_owned())];
    let proxy_variables = variables.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let net = Net::new(NetOptions { proxy_variables, ..NetOptions::default() }).unwrap();
    let get = async |url: &str| net.upstream().get(url).send().await.unwrap().text().await.unwrap();
    assert_eq!(get("http://models.example/v1").await, "proxied http://models.example/v1");
    assert_eq!(get(&format!("http://127.0.0.1:{direct}/")).await, "direct");
    // user-influenced addresses do not go to a proxy unless that is asked for
    let blocked = net.guarded().get("http://127.0.0.1/", &Limits::default()).await;
    assert!(matches!(blocked, Err(NetError::Blocked(_))));
}
