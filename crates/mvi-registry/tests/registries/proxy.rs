//! Forward proxies: used where one is named, passed by for the hosts that are excepted.

use mvi_registry::Proxy;

use crate::desk::Desk;
use crate::layout::Layout;
use crate::server::{Reply, Server};

/// How often a proxy is asked to connect to `registry.example` for one image, and what comes of it.
fn check(except: &str, expected: (bool, &str)) {
    // After it has connected, the proxy answers in the registry's place.
    let server =
        Server::registry(
            Layout::small(),
            |asked, honest| {
                if asked.method == "CONNECT" { Reply::new(200, "") } else { honest }
            },
        );
    let mut desk = Desk::new();
    desk.options.proxy = Some(Proxy { url: format!("http://{}", server.host), except: except.into() });
    let code = desk.code("registry.example/app");
    let through = server.asked().iter().any(|asked| asked.method == "CONNECT" && asked.path == "registry.example:80");
    assert_eq!((through, code.as_str()), expected, "{except}");
}

#[test]
fn a_proxy_that_is_named_is_used() {
    check("", (true, "fine"));
    check("other.example, example.org", (true, "fine"));
}

#[test]
fn excepted_hosts_are_reached_without_it() {
    for except in ["registry.example", "x, .example", "*"] {
        check(except, (false, "E-UNREACHABLE"));
    }
}
