//! Orders that are killed (SIGKILL) at every moment of their work: what was there is whole, what they wrote is whole or
//! absent, and the same order works afterwards.

use std::process::Stdio;
use std::time::Instant;

use crate::desk::Desk;
use crate::full_disk::prepared;

/// Killed runs of one order, unless the environment says how many.
const KILLS: u32 = 12;
const HOW_MANY: &str = "MVI_KILLS";

const REQUEST: &str = "--size 5 --base python:3.12-slim --reason no-musl-wheel:torch --by ingrid";
const TEMPLATE: &str = "--image app --base python:3.12-alpine --base-layers 1 --measured winner.toml --key ada.key";

/// A desk with a key, a request, a template and a fleet.
fn desk() -> Desk {
    let desk = prepared();
    desk.write("osv.json", br#"[{"id": "CVE-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}}]}]"#);
    orders(&desk, &["key new --no-password ada.key", &format!("crq new justified-base a/first {REQUEST}")]);
    orders(&desk, &[&format!("rom seal python-service {TEMPLATE}"), "fleet record app"]);
    desk
}

fn orders(desk: &Desk, orders: &[&str]) {
    for order in orders {
        desk.says(&order.split(' ').collect::<Vec<_>>());
    }
}

/// Kills an order again and again, `{}` in it being the number of the round; then looks at everything.
fn check(order: &str) {
    let desk = desk();
    let numbered = |round: u32| order.replace("{}", &round.to_string());
    let begun = Instant::now();
    orders(&desk, &[&numbered(1_000_000)]);
    let whole = begun.elapsed();
    let kills = std::env::var(HOW_MANY).map_or(KILLS, |kills| kills.parse().unwrap());
    for round in 0..kills {
        let order = numbered(round);
        let mut command = desk.command(&order.split(' ').collect::<Vec<_>>());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * round / kills);
        child.kill().unwrap();
        child.wait().unwrap();
        orders(&desk, &["crq list", "rom list --trust ada.key.pub", "fleet check", "fleet list"]);
    }
    orders(&desk, &[&numbered(2_000_000)]);
}

#[test]
fn a_new_request_is_whole_or_absent() {
    check(&format!("crq new justified-base a/b{{}} {REQUEST}"));
}

#[test]
fn an_amended_request_is_as_before_or_as_after() {
    let desk = desk();
    let first = desk.says(&["crq", "list", "--format", "json"]);
    let id = first.split('"').find(|word| word.starts_with("CRQ-")).unwrap().to_owned();
    check(&format!("crq amend {id} --size 5.{{}} --by ingrid"));
}

#[test]
fn a_sealed_template_is_whole_or_absent() {
    check(&format!("rom seal python-service {TEMPLATE}"));
}

#[test]
fn a_recorded_image_is_whole_or_absent() {
    check("fleet record app --name team/app:{} --no-cache");
}

#[test]
fn advisories_are_whole_or_absent() {
    check("fleet advisories osv.json");
}
