//! Code run on a real Jupyter server.

use std::time::{Duration, Instant};

use serde_json::Value;
use transom_net::{Net, NetOptions};
use transom_providers::jupyter::{Auth, Jupyter};

#[allow(clippy::disallowed_methods, reason = "where the test's own server is, is no setting of Transom")]
fn given(name: &str) -> String {
    let name = format!("TRANSOM_TEST_JUPYTER_{name}");
    std::env::var(&name).unwrap_or_else(|_| {
        panic!("{name} is not set: run `make services`, which starts Jupyter and says what to set")
    })
}

fn net() -> Net {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Net::new(NetOptions::default()).unwrap()
}

fn by_token() -> Jupyter {
    Jupyter { url: given("URL"), auth: Auth::Token(given("TOKEN")), timeout: Duration::from_secs(60) }
}

/// How many kernels the server has.
async fn kernels(net: &Net) -> usize {
    let url = format!("{}/api/kernels?token={}", given("URL"), given("TOKEN"));
    let kernels: Value = net.upstream().get(url).send().await.unwrap().json().await.unwrap();
    kernels.as_array().unwrap().len()
}

// One test: it counts the kernels of a server that other tests would start some on.
#[tokio::test]
async fn code_runs_and_leaves_nothing_behind() {
    let net = net();
    let before = kernels(&net).await;
    let code = "import sys\nprint('out 你好')\nprint('err', file=sys.stderr)\n6 * 7";
    let ways = [by_token(), Jupyter { auth: Auth::Password(given("PASSWORD")), ..by_token() }];
    for jupyter in ways {
        // An address may end in a slash or not.
        let jupyter = Jupyter { url: format!("{}/", jupyter.url), ..jupyter };
        let output = jupyter.execute(&net, code).await;
        let got = (output.stdout.as_str(), output.stderr.as_str(), output.result.as_str());
        assert_eq!(got, ("out 你好", "err", "42"), "{:?}", jupyter.auth);
    }

    let failed =
        by_token().execute(&net, "print('before')\nraise ValueError('no such luck')\nprint('after')").await;
    assert_eq!((failed.stdout.as_str(), failed.result.as_str()), ("before", ""));
    assert!(failed.stderr.contains("no such luck"), "{}", failed.stderr);
    let picture = "from IPython.display import display, Image\n\
                   display(Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + bytes(40), format='png'))";
    let picture = by_token().execute(&net, picture).await;
    assert!(picture.result.starts_with("data:image/png;base64,iVBOR"), "{picture:?}");

    let hurried = Jupyter { timeout: Duration::from_secs(2), ..by_token() };
    let began = Instant::now();
    let late = hurried.execute(&net, "print('soon', flush=True)\nimport time\ntime.sleep(60)").await;
    assert!(began.elapsed() < Duration::from_secs(40));
    assert_eq!(late.stdout, "soon");
    assert!(late.stderr.starts_with("Error: execution timed out"), "{}", late.stderr);

    for (auth, url) in [
        (Auth::Token("wrong".into()), given("URL")),
        (Auth::Password("wrong".into()), given("URL")),
        (Auth::None, given("URL")),
        (Auth::Token("secret-token".into()), "http://127.0.0.1:9".into()),
        (Auth::None, "ftp://x".into()),
        (Auth::None, String::new()),
    ] {
        let refused = Jupyter { auth: auth.clone(), url: url.clone(), ..by_token() }.execute(&net, "1").await;
        assert!(refused.stderr.starts_with("Error: the "), "{auth:?} {url}: {refused:?}");
        assert!(!refused.stderr.contains("secret-token"), "{}", refused.stderr);
    }

    // Whoever asked goes away.
    let (waiting, net_of_it) = (by_token(), Net::new(NetOptions::default()).unwrap());
    let waiting =
        tokio::spawn(async move { waiting.execute(&net_of_it, "import time\ntime.sleep(60)").await });
    while kernels(&net).await == before {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    waiting.abort();
    let end = Instant::now() + Duration::from_secs(30);
    while kernels(&net).await > before {
        assert!(Instant::now() < end, "a kernel was left running");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
