//! What findings cost in an image that the fleet remembers.

use crate::archive::{Config, Members};
use crate::desk::Desk;
use crate::entry::{file, layer};

const DOCKERFILE: &str = "FROM debian:12.9\nRUN apt-get update && apt-get install -y vim\n";

#[test]
fn an_image_that_the_fleet_recorded_is_measured_without_reading_it_again() {
    let desk = Desk::bare();
    let record = |name: &str, size: u32, needs: &str| {
        let head =
            format!("Package: {name}\nStatus: install ok installed\nInstalled-Size: {size}\nArchitecture: amd64\n");
        format!("{head}Version: 1\nDepends: {needs}\n\n")
    };
    let base = layer(&[
        file("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
        file("var/lib/dpkg/status", record("dpkg", 6, "tar")),
    ]);
    let status = [record("dpkg", 6, "tar"), record("vim", 50, "vim-common"), record("vim-common", 20, "dpkg")].concat();
    let installed = layer(&[
        file("var/lib/dpkg/status", status),
        file("var/lib/dpkg/info/vim.md5sums", "00000000000000000000000000000000  usr/bin/vim\n"),
        file("var/lib/dpkg/info/vim-common.md5sums", "00000000000000000000000000000000  usr/bin/common\n"),
        file("usr/bin/vim", vec![2; 50_000]),
        file("usr/bin/common", vec![5; 20_000]),
        file("var/lib/apt/lists/main_Packages", vec![3; 700_000]),
    ]);
    let history =
        &["/bin/sh -c #(nop) ADD file:1 in / ", "RUN /bin/sh -c apt-get update && apt-get install -y vim # buildkit"];
    let config = Config { history, ..Config::default() };
    desk.write("app.tar", &Members::docker(&[base, installed], &["team/app:1"], &config).tar());
    desk.write("Dockerfile", DOCKERFILE.as_bytes());
    desk.says(&["fleet", "record", "app.tar"]);
    let costs = |image: &str| {
        let order = ["lint", "Dockerfile", "--no-shellcheck", "--select=MVI3009,FN-1a", "--format", "json", "--image"];
        let output = desk.run(&[&order[..], &[image]].concat());
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["files"][0]["findings"].as_array().unwrap().iter();
        let cost = |finding: &serde_json::Value| {
            (
                finding["code"].as_str().unwrap().to_owned(),
                finding["cost"]["mb"].as_f64(),
                finding["cost"]["layer"].as_u64(),
            )
        };
        let mut found: Vec<_> = findings.map(cost).collect();
        found.sort_by(|left, right| left.0.cmp(&right.0));
        (found, report["measured"]["mb"].as_f64())
    };
    let wanted = vec![("FN-1a".to_owned(), Some(0.07), Some(1)), ("MVI3009".to_owned(), Some(0.7), Some(1))];
    assert_eq!(costs("app.tar"), (wanted.clone(), Some(0.77)));
    std::fs::remove_file(desk.path("app.tar")).unwrap();
    assert_eq!(costs("team/app:1"), (wanted, Some(0.77)), "the same from memory");
    let unknown = desk.run(&["lint", "Dockerfile", "--image", "team/other:1"]);
    assert_eq!(unknown.status.code(), Some(3));
}
