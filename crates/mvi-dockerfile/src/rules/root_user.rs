//! W-ROOT-USER: services that run as root because nobody said otherwise.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::law::edits::newline;
use crate::law::{Image, View};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::stages::Stage;
use crate::syntax::{Dockerfile, Keyword};

pub(crate) struct RootUser;

static META: RuleMeta = RuleMeta {
    code: "W-ROOT-USER",
    name: "root-user",
    group: Group::Law,
    why: "Without `USER` the service is root in its container: it may write every file of the image and use every \
          capability the container has, and a way out of the container is a way to root outside. A number is enough; it \
          needs no entry in `/etc/passwd`.",
    bad: "FROM alpine:3.21.3\nCOPY app /app\nENTRYPOINT [\"/app\"]\n",
    good: "FROM alpine:3.21.3\nCOPY app /app\nUSER 65532:65532\nENTRYPOINT [\"/app\"]\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

/// Images that are known to run as root.
const AS_ROOT: &[&str] = &[
    "almalinux",
    "alpine",
    "amazoncorretto",
    "archlinux",
    "buildpack-deps",
    "busybox",
    "debian",
    "eclipse-temurin",
    "elixir",
    "erlang",
    "fedora",
    "golang",
    "gradle",
    "httpd",
    "maven",
    "nginx",
    "node",
    "openjdk",
    "perl",
    "php",
    "python",
    "rockylinux",
    "ruby",
    "rust",
    "scratch",
    "ubuntu",
];

impl Rule for RootUser {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        let targets = view.targets.iter().filter_map(|target| file.stages().get(*target));
        targets.filter_map(|stage| finding(&view, stage)).collect()
    }
}

fn finding(view: &View<'_>, stage: &Stage) -> Option<Finding> {
    let starts = |one: &crate::syntax::Instruction| matches!(one.keyword, Keyword::Cmd | Keyword::Entrypoint);
    // Only what is started is judged, and only where the base is known to be root's.
    view.last_of(stage.index, starts)?;
    if view.user_of(stage.index).is_some() {
        return None;
    }
    let base = view.file.bases(stage.index).last()?;
    let name = match base {
        crate::stages::Base::Image(image) => image.resolved.as_deref()?,
        crate::stages::Base::Scratch => "scratch",
        crate::stages::Base::Stage(_) => return None,
    };
    if !AS_ROOT.contains(&Image::parse(name).repository) || name.contains("unprivileged") {
        return None;
    }
    let user = if Image::parse(name).repository == "node" { "1000:1000" } else { "65532:65532" };
    let finding = Finding::new(&META, stage.span, "this runs as root, as nothing says otherwise");
    let here = view.instructions_of(stage.index);
    let makes = [Keyword::From, Keyword::Run, Keyword::Copy, Keyword::Add, Keyword::Workdir];
    let last = here.iter().rev().find(|one| makes.contains(&one.keyword))?;
    let edit = Edit { span: Span::at(last.span.end), text: format!("{}USER {user}", newline(view.file)) };
    let fix = Fix { title: format!("run it as {user}"), safety: Safety::Unsafe, edits: vec![edit] };
    Some(finding.note("files it writes have to belong to that user").fix(fix))
}
