//! What `mvi pack` makes, held against the OCI image specification's own schemas and run by a runtime of others.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use jsonschema::{Retrieve, Uri, Validator};
use serde_json::{Value, json};

use crate::desk::{Desk, text};

/// The schemas by the names that they call each other by.
const SCHEMAS: &[(&str, &str)] = &[
    ("config-schema.json", include_str!("../schemas/oci-image-1.1.1/config-schema.json")),
    ("content-descriptor.json", include_str!("../schemas/oci-image-1.1.1/content-descriptor.json")),
    ("defs-descriptor.json", include_str!("../schemas/oci-image-1.1.1/defs-descriptor.json")),
    ("defs.json", include_str!("../schemas/oci-image-1.1.1/defs.json")),
    ("image-index-schema.json", include_str!("../schemas/oci-image-1.1.1/image-index-schema.json")),
    ("image-layout-schema.json", include_str!("../schemas/oci-image-1.1.1/image-layout-schema.json")),
    ("image-manifest-schema.json", include_str!("../schemas/oci-image-1.1.1/image-manifest-schema.json")),
];

fn schema(name: &str) -> Option<Value> {
    let (_, text) = SCHEMAS.iter().find(|(known, _)| *known == name)?;
    Some(serde_json::from_str(text).unwrap())
}

/// Finds what a schema refers to among the others, whatever folder it believes to be in.
struct Beside;

impl Retrieve for Beside {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let name = uri.path().as_str().rsplit('/').next().unwrap_or_default();
        schema(name).ok_or_else(|| format!("no schema {uri}").into())
    }
}

fn validator(name: &str) -> Validator {
    jsonschema::options().with_retriever(Beside).build(&schema(name).unwrap()).unwrap()
}

fn check(validator: &Validator, document: &Value) {
    let errors: Vec<_> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?} in {document:#}");
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The documents of a layout, each against its schema; returns how many manifests there were.
fn check_layout(folder: &Path) -> usize {
    let [index, manifest, config] =
        ["image-index-schema.json", "image-manifest-schema.json", "config-schema.json"].map(validator);
    check(&validator("image-layout-schema.json"), &read(&folder.join("oci-layout")));
    let blob = |descriptor: &Value| {
        let digest = descriptor["digest"].as_str().unwrap().trim_start_matches("sha256:");
        folder.join("blobs/sha256").join(digest)
    };
    let (mut pending, mut manifests) = (vec![read(&folder.join("index.json"))], 0);
    while let Some(document) = pending.pop() {
        check(&index, &document);
        for descriptor in document["manifests"].as_array().unwrap() {
            let document = read(&blob(descriptor));
            if document.get("manifests").is_some() {
                pending.push(document);
                continue;
            }
            manifests += 1;
            check(&manifest, &document);
            check(&config, &read(&blob(&document["config"])));
        }
    }
    manifests
}

/// A desk with a program of busybox to pack.
fn desk() -> Desk {
    let desk = Desk::bare();
    fs::create_dir_all(desk.path("root/bin")).unwrap();
    fs::copy("/bin/busybox", desk.path("root/bin/busybox")).unwrap();
    for applet in ["sh", "echo", "id"] {
        symlink("busybox", desk.path("root/bin").join(applet)).unwrap();
    }
    desk.write("root/greeting", b"hello\n");
    desk
}

const SETTINGS: &[&str] = &[
    "--entrypoint",
    "/bin/sh",
    "--cmd",
    r#"["-c", "echo $GREETING $(id -u) $PWD"]"#,
    "--env",
    "GREETING=good-day",
    "--env",
    "PATH=/bin",
    "--user",
    "7:8",
    "--workdir",
    "/bin",
    "--label",
    "org.opencontainers.image.title=a title",
    "--expose",
    "80",
    "--volume",
    "/data",
];

#[test]
fn documents_follow_the_schemas_of_the_image_specification() {
    let desk = desk();
    // The schemas are at work: what is wrong is refused.
    assert!(!validator("image-manifest-schema.json").is_valid(&json!({"schemaVersion": 2, "layers": []})));
    assert!(!validator("config-schema.json").is_valid(&json!({"architecture": "amd64", "os": "linux"})));
    desk.says(&[&["pack", "root", "-o", "oci:image:1.0", "--quiet"], SETTINGS].concat());
    desk.says(&["pack", "root/greeting", "-o", "oci:image:2.0", "--compression", "zstd", "--quiet"]);
    desk.says(&["pack", "--base", "oci:image:1.0", "--add", "root/greeting:/g:0600", "-o", "oci:image:3.0", "--quiet"]);
    assert_eq!(check_layout(&desk.path("image")), 3);
    for (name, platform) in [("one", "linux/amd64"), ("two", "linux/arm64")] {
        let to = format!("oci:{name}:1");
        desk.says(&["pack", "root/greeting", "--platform", platform, "-o", &to, "--quiet"]);
    }
    desk.says(&["pack", "--index", "oci:one:1", "oci:two:1", "-o", "oci:both:1", "--quiet"]);
    assert_eq!(check_layout(&desk.path("both")), 2);
}

/// A container of a test, taken away however the test ends.
struct Container<'d> {
    desk: &'d Desk,
    id: String,
}

impl Container<'_> {
    fn runc(&self, words: &[&str]) -> Command {
        let mut command = Command::new("runc");
        command.arg("--root").arg(self.desk.path("state")).args(words).current_dir(self.desk.path("."));
        command.stdin(Stdio::null());
        command
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        // One that is gone already is what is wanted.
        let _ = self.runc(&["delete", "--force", &self.id]).stderr(Stdio::null()).status();
    }
}

#[test]
fn a_runtime_of_others_runs_what_was_packed() {
    let has = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root || !has("runc") || !has("umoci") {
        eprintln!("skipped: needs root, runc and umoci");
        return;
    }
    let desk = desk();
    desk.says(&[&["pack", "root", "-o", "oci:image:1.0", "--quiet"], SETTINGS].concat());
    let unpacked =
        Command::new("umoci").args(["unpack", "--image", "image:1.0", "bundle"]).current_dir(desk.path(".")).output();
    let unpacked = unpacked.unwrap();
    assert!(unpacked.status.success(), "{}", text(&unpacked.stderr));
    // What umoci made of the image's configuration, without a terminal and limits that this machine may not set.
    let path = desk.path("bundle/config.json");
    let mut config = read(&path);
    config["process"]["terminal"] = json!(false);
    config["process"].as_object_mut().unwrap().remove("rlimits");
    let id = format!("mvi-packed-{}", std::process::id());
    config["linux"]["cgroupsPath"] = json!(format!("/{id}"));
    fs::write(&path, config.to_string()).unwrap();
    let container = Container { desk: &desk, id: id.clone() };
    let output = container.runc(&["run", "--bundle", "bundle", &id]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "good-day 7 /bin\n");
}
