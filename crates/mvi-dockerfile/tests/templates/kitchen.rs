//! Renders templates and writes them to folders of their own.

use std::fs;
use std::path::Path;

use mvi_dockerfile::template::{BaseImage, Bases, BuilderBase, Class, FileKind, Request, render};
use tempfile::TempDir;

/// The bases of V13, as they are pinned in it.
pub(crate) fn v13(class: &Class) -> Bases {
    let runtime = match class.row {
        "python-service" => "python:3.12.14-alpine",
        "python-ml" => "python:3.12.13-slim-trixie",
        "node-portal" => "node:22-alpine",
        "static-web" => "nginx:1.27-alpine",
        "dns-resolver" => "coredns/coredns:1.12.0",
        _ => "alpine:3.21.8",
    };
    let builder = match class.builder {
        BuilderBase::Runtime => runtime,
        BuilderBase::Of { otherwise, .. } => otherwise,
    };
    bases(builder, runtime, "alpine:3.21.8")
}

pub(crate) fn bases(builder: &str, runtime: &str, debug: &str) -> Bases {
    let base = |reference| BaseImage::new(reference).unwrap();
    Bases { builder: base(builder), runtime: base(runtime), debug: base(debug) }
}

pub(crate) fn request(class: &Class, bases: Bases) -> Request {
    Request {
        name: "portal".into(),
        image: None,
        version: "1.4.0".into(),
        port: None,
        entry: None,
        source: Some("https://example.com/portal".into()),
        native: false,
        tools: Vec::new(),
        rom: Some(format!("ROM-{}-V13", class.id.to_uppercase())),
        target: None,
        row: Some(class.row.into()),
        bases,
    }
}

/// Writes what a request renders to.
pub(crate) fn write(class: &'static Class, request: &Request) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in render(class, request).unwrap().files {
        let path = folder.path().join(file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.text).unwrap();
    }
    folder
}

/// The path of a kind of file below such a folder.
pub(crate) fn path_of(folder: &Path, kind: FileKind) -> std::path::PathBuf {
    let name = match kind {
        FileKind::Dockerfile => "Dockerfile",
        FileKind::Compose => "compose.yaml",
        FileKind::Ci => ".github/workflows/image.yml",
        FileKind::Dockerignore => ".dockerignore",
        FileKind::Bake => "docker-bake.hcl",
        FileKind::Extra => "nginx.conf",
    };
    folder.join(name)
}
