//! The one Dockerfile that several could be, really built: every target of it makes what the file before it made.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::PoisonError;

use mvi_dockerfile::Dockerfile;
use mvi_dockerfile::inventory::{Known, SourceFile, consolidate, take_stock};
use serde_json::Value;

use super::builder::{BENCH, buildah, config, podman, run};

/// Production, a cluster of it and an older worker: three files over one runtime.
const FILES: &[(&str, &str)] = &[
    (
        "Dockerfile",
        "FROM python:3.12.14-alpine AS builder\nWORKDIR /src\nCOPY app.py .\nRUN python3 -m py_compile app.py\n\n\
         FROM python:3.12.14-alpine AS runtime\nWORKDIR /app\nCOPY --from=builder /src/app.py .\nUSER 65534\n\
         ENV MODE=one\nCMD [\"python3\", \"/app/app.py\"]\n",
    ),
    (
        "docker/Dockerfile.cluster",
        "FROM python:3.12.14-alpine AS builder\nWORKDIR /src\nCOPY app.py peers.txt ./\nRUN cat peers.txt >> app.py\n\n\
         FROM python:3.12.14-alpine\nWORKDIR /app\nCOPY --from=builder /src/app.py .\nENV MODE=cluster\n\
         EXPOSE 4369\nCMD [\"python3\", \"/app/app.py\", \"--cluster\"]\n",
    ),
    (
        "docker/Dockerfile.worker",
        "FROM python:3.12.14-alpine\nWORKDIR /work\nCOPY app.py worker.py\nENV MODE=worker\n\
         ENTRYPOINT [\"python3\", \"worker.py\"]\n",
    ),
    ("compose.yaml", "services:\n  one:\n    build: .\n"),
    ("app.py", "print('hello')\n"),
    ("peers.txt", "# peers\n"),
];

/// An image, taken away at the end.
struct Image(String);

impl Image {
    fn build(folder: &Path, file: &str, target: Option<&str>) -> Self {
        let word = target.unwrap_or("default");
        let image = format!("localhost/mvi-template/merged-{}:{word}", file.replace(['/', '.'], "-").to_lowercase());
        let _bench = BENCH.lock().unwrap_or_else(PoisonError::into_inner);
        let mut command = buildah();
        command.args(["bud", "-q", "--isolation", "chroot", "--format", "docker", "--pull-never", "--layers"]);
        command.args(["-t", &image, "-f"]).arg(folder.join(file));
        command.args(target.map_or(Vec::new(), |target| vec!["--target", target]));
        run(command.arg(folder));
        Self(image)
    }

    /// What it runs as, and its files beside the base's.
    fn made(&self) -> (Value, String) {
        let mut config = config(&self.0);
        if let Some(config) = config.as_object_mut() {
            // The builder's own mark, with nothing of the file in it.
            config.remove("Labels");
        }
        let list = "for d in /app /work; do [ -d $d ] && find $d -type f -exec sha256sum {} +; done; true";
        let mut command = podman();
        command.args(["run", "--rm", "--network", "none", "--entrypoint", "sh", &self.0, "-c", list]);
        (config, String::from_utf8(run(&mut command).stdout).unwrap())
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let _bench = BENCH.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = buildah().args(["rmi", "-f", &self.0]).output();
    }
}

#[test]
fn every_target_of_the_merged_file_makes_what_its_file_made() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let files: Vec<SourceFile> =
        FILES.iter().map(|(path, text)| SourceFile { path: (*path).into(), bytes: text.as_bytes().into() }).collect();
    let inventory = take_stock(&files, &BTreeMap::new());
    let [plan] = inventory.plans.as_slice() else { panic!("{:#?}", inventory.plans) };
    assert_eq!((plan.into.as_str(), plan.steps.len()), ("Dockerfile", 2));
    let known: Vec<Known> = FILES
        .iter()
        .map(|(path, text)| Known { path: (*path).into(), file: Dockerfile::parse(text.as_bytes()) })
        .collect();
    let merged = consolidate(&known, plan).unwrap();
    fs::write(folder.path().join("Dockerfile.merged"), &merged.text).unwrap();
    let pairs = plan.steps.iter().map(|step| (step.path.as_str(), step.target.as_deref().unwrap()));
    for (file, target) in pairs.map(|(file, target)| (file, Some(target))).chain([("Dockerfile", None)]) {
        let (old, new) =
            (Image::build(folder.path(), file, None), Image::build(folder.path(), "Dockerfile.merged", target));
        assert_eq!(old.made(), new.made(), "{file}\n{}", merged.text);
    }
}
