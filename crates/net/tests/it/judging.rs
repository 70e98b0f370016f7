//! Which addresses are refused, whatever way they are written.

use std::net::IpAddr;

use transom_net::{NetError, Policy, is_public};

#[test]
fn public_addresses() {
    for ip in [
        "1.1.1.1",
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ] {
        assert!(is_public(ip.parse::<IpAddr>().unwrap()), "{ip}");
    }
}

#[test]
fn closed_addresses() {
    let closed = [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.0.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "::",
        "::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
    ];
    for ip in closed {
        assert!(!is_public(ip.parse::<IpAddr>().unwrap()), "{ip}");
    }
}

#[test]
fn every_way_to_write_loopback_is_refused() {
    let urls = [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://0x7f.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://0/",
        "http://localhost/",
        "http://localhost./",
        "http://a.localhost/",
        "http://LOCALHOST/",
        "http://127.0.0.1./",
        "http://①②⑦.0.0.1/",
        "http://%31%32%37.0.0.1/",
    ];
    for url in urls {
        assert!(matches!(Policy::default().check(url), Err(NetError::Blocked(_))), "{url}");
    }
}

#[test]
fn malformed_addresses_are_refused() {
    let urls = [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "javascript:alert(1)",
        "example.com",
        "http://user@example.com/",
        "http://user:pw@example.com/",
        "http://@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://exa\tmple.com/",
        "http://example.com/\r\nHost: x",
        " http://example.com/",
        "http:///x",
        "http://",
        "http://example.com:0/",
        "https:\\\\example.com",
    ];
    for url in urls {
        assert!(
            matches!(Policy::default().check(url), Err(NetError::InvalidUrl(_))),
            "{url}: {:?}",
            Policy::default().check(url)
        );
    }
    assert!(Policy::default().check(&format!("http://example.com/{}", "a".repeat(9000))).is_err());
}

#[test]
fn an_at_sign_after_the_host_is_fine() {
    assert!(Policy::default().check("https://example.com/@user?mail=a@b.c").is_ok());
}

#[test]
fn the_switch_opens_private_networks_but_never_metadata() {
    let open = Policy { allow_local: true, ..Policy::default() };
    for url in ["http://127.0.0.1:8080/", "http://localhost/", "http://10.0.0.5/", "http://[::1]/"] {
        assert!(open.check(url).is_ok(), "{url}");
    }
    for url in [
        "http://169.254.169.254/latest",
        "http://metadata.google.internal/",
        "http://METADATA.google.internal./",
        "http://[fd00:ec2::254]/",
        "http://[::ffff:169.254.169.254]/",
        "http://0xa9fea9fe/",
    ] {
        assert!(matches!(open.check(url), Err(NetError::Blocked(_))), "{url}");
    }
}

#[test]
fn host_lists() {
    let block = Policy { hosts: vec!["!evil.example".into()], ..Policy::default() };
    assert!(block.check("https://evil.example/").is_err());
    assert!(block.check("https://a.evil.example/").is_err());
    assert!(block.check("https://notevil.example/").is_ok());
    let allow =
        Policy { hosts: vec!["good.example".into(), "!bad.good.example".into()], ..Policy::default() };
    assert!(allow.check("https://good.example/").is_ok());
    assert!(allow.check("https://www.good.example/").is_ok());
    assert!(allow.check("https://bad.good.example/").is_err());
    assert!(allow.check("https://nogood.example/").is_err());
}
