//! From a class and a request to finished files.

use super::base::{BaseImage, Family};
use super::class::Class;
use super::page::Page;
use super::request::{Request, TemplateError};

/// What a rendered file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// The Dockerfile.
    Dockerfile,
    /// The Compose file with three ways to look into the service.
    Compose,
    /// The workflow of GitHub Actions with its gates.
    Ci,
    /// What builds do not see.
    Dockerignore,
    /// The targets of `docker buildx bake`.
    Bake,
    /// What the Dockerfile copies: a configuration, a health check.
    Extra,
}

/// A rendered file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedFile {
    /// Where it goes, from the folder of the build.
    pub path: &'static str,
    /// What it is.
    pub kind: FileKind,
    /// Its text, ending with a newline.
    pub text: String,
}

/// A rendered template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The Dockerfile first.
    pub files: Vec<RenderedFile>,
    /// What somebody should know or do, a sentence each without a full stop.
    pub notes: Vec<String>,
}

/// Pieces that several classes share.
const PARTS: &[(&str, &str)] = &[
    ("head", include_str!("../../data/template/part-head.txt")),
    ("wget", include_str!("../../data/template/part-wget.txt")),
    ("debug", include_str!("../../data/template/part-debug.txt")),
    ("runtime", include_str!("../../data/template/part-runtime.txt")),
];

const SHARED: &[(&str, FileKind, &str)] = &[
    ("compose.yaml", FileKind::Compose, include_str!("../../data/template/compose.yaml.txt")),
    (".github/workflows/image.yml", FileKind::Ci, include_str!("../../data/template/ci.yml.txt")),
    (".dockerignore", FileKind::Dockerignore, include_str!("../../data/template/dockerignore.txt")),
    ("docker-bake.hcl", FileKind::Bake, include_str!("../../data/template/bake.hcl.txt")),
];

/// Tools of the debug stage: those of the standard's own, by the names each family has for them.
const APK_TOOLS: &str = "bind-tools htop lsof netcat-openbsd procps strace tcpdump vim";
const APT_TOOLS: &str = "bind9-dnsutils htop lsof netcat-openbsd procps strace tcpdump vim-tiny";

/// Renders a class.
///
/// # Errors
/// A value that would not mean the same everywhere, or a base that the class cannot run on.
pub fn render(class: &'static Class, request: &Request) -> Result<Rendered, TemplateError> {
    request.check()?;
    check_bases(class, request)?;
    let page = page(class, request);
    let dockerfile = RenderedFile { path: "Dockerfile", kind: FileKind::Dockerfile, text: page.fill(class.text) };
    let shared = SHARED.iter().map(|(path, kind, text)| RenderedFile { path, kind: *kind, text: page.fill(text) });
    let extra =
        class.files.iter().map(|(path, text)| RenderedFile { path, kind: FileKind::Extra, text: page.fill(text) });
    let files = std::iter::once(dockerfile).chain(shared).chain(extra).collect();
    Ok(Rendered { files, notes: notes(class, request) })
}

fn check_bases(class: &'static Class, request: &Request) -> Result<(), TemplateError> {
    let runtime = &request.bases.runtime;
    let refused =
        |base: &BaseImage, why| Err(TemplateError::Base { class: class.id, reference: base.reference.clone(), why });
    let bare = runtime.family == Family::Scratch;
    if bare && matches!(class.id, "python-service" | "python-ml" | "node-portal" | "static-web" | "erlang-release") {
        return refused(runtime, "it has neither the interpreter nor the libraries");
    }
    if bare && class.id == "java" {
        return refused(runtime, "Java needs a C library");
    }
    if class.id == "dns" && !bare {
        return refused(runtime, "the template takes /coredns from an image of CoreDNS");
    }
    if request.bases.debug.family == Family::Scratch {
        return refused(&request.bases.debug, "there is nothing to debug with in it");
    }
    Ok(())
}

fn page(class: &'static Class, request: &Request) -> Page {
    let bases = &request.bases;
    // Packages of the debug stage come from the image it stands on.
    let (tools, debug_family) = match bases.runtime.family {
        Family::Scratch => (tools(request, bases.debug.family), bases.debug.family),
        family @ (Family::Alpine | Family::Debian) => (tools(request, family), family),
    };
    let port = request.port.unwrap_or(class.port).to_string();
    let entry = request.entry.clone().unwrap_or_else(|| class.entry.replace('@', &request.name));
    let fill = |text: &str| text.replace("@{port}", &port).replace("@{entry}", &entry);
    let target = request.target.as_ref().map_or_else(String::new, |target| format!(", target {target}"));
    let class_flag = request.row.as_ref().map_or_else(String::new, |row| format!(" --class {row}"));
    Page::new(PARTS)
        .value("title", class.title)
        .value("rom", request.rom.as_deref().unwrap_or("no sealed template"))
        .value("target", target)
        .value("name", &request.name)
        .value("image", request.image.as_ref().unwrap_or(&request.name))
        .value("version", &request.version)
        .value("builder", &bases.builder.reference)
        .value("builder_platform", if class.crosses { "--platform=$BUILDPLATFORM " } else { "" })
        .value("runtime", &bases.runtime.reference)
        .value("runtime_name", bases.runtime.name())
        .value("runtime_digest", bases.runtime.digest().unwrap_or_default())
        .value("debug_base", &bases.debug.reference)
        .value("source", request.source.as_deref().unwrap_or_default())
        .value("start", class.start_s.to_string())
        .value("memory", class.memory_mb.to_string())
        .value("shell", fill(class.shell))
        .value("shell_why", class.shell_why)
        .value("ignored", class.ignored)
        .value("npm_scripts", if request.native { "" } else { " --ignore-scripts" })
        .value("class_flag", class_flag)
        .value("tools", &tools)
        .value("copied", "/app")
        .value("entrypoint", "\"/app\"")
        .value("port", port)
        .value("entry", entry)
        .flag("multi", class.crosses)
        .flag("native", request.native)
        .flag("scratch", bases.runtime.family == Family::Scratch)
        .flag("busybox", bases.runtime.family == Family::Alpine)
        .flag("apk", debug_family == Family::Alpine)
        .flag("apt", debug_family == Family::Debian)
        .flag("builder_apk", bases.builder.family == Family::Alpine)
        .flag("builder_apt", bases.builder.family == Family::Debian)
        .flag("unpinned_tools", tools.split(' ').any(|tool| !tool.contains('=')))
        .flag("source", request.source.is_some())
        .flag("digest", bases.runtime.digest().is_some())
        .flag("dns", class.id == "dns")
}

fn tools(request: &Request, family: Family) -> String {
    if !request.tools.is_empty() {
        let mut tools = request.tools.clone();
        tools.sort();
        return tools.join(" ");
    }
    match family {
        Family::Alpine => APK_TOOLS.to_owned(),
        Family::Debian | Family::Scratch => APT_TOOLS.to_owned(),
    }
}

fn notes(class: &'static Class, request: &Request) -> Vec<String> {
    let mut notes = Vec::new();
    let bases = &request.bases;
    let mut named: Vec<&BaseImage> = vec![&bases.builder, &bases.runtime];
    if bases.runtime.family == Family::Scratch {
        named.push(&bases.debug);
    }
    named.dedup();
    for base in named.into_iter().filter(|base| !base.is_pinned()) {
        notes.push(format!("`{}` is not pinned: give its digest, which only a registry knows", base.reference));
    }
    if !class.needs.is_empty() {
        notes.push(format!("the build expects {}", class.needs.join(", ")));
    }
    let compiled = matches!(class.id, "go" | "go-multiarch" | "rust");
    if compiled && bases.runtime.family != Family::Alpine {
        notes.push("the base has no wget, so the program itself must answer to `healthcheck`".to_owned());
    }
    notes
}
