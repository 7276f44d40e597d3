//! MVI5013: `EXPOSE` with an address or a port of the host.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Word};

pub(crate) struct ExposeInvalidFormat;

static META: RuleMeta = RuleMeta {
    code: "MVI5013",
    name: "expose-invalid-format",
    twins: &["ExposeInvalidFormat"],
    group: Group::Build,
    why: "`EXPOSE` says which port the container listens on, and nothing about the host: addresses and ports before a \
          colon are dropped today and will be an error. Who runs the container says where it is published.",
    bad: "FROM alpine:3.21.3\nEXPOSE 127.0.0.1:80:8080\n",
    good: "FROM alpine:3.21.3\nEXPOSE 8080\n",
    fixes: Fixes::Safe,
    beside: &["MVI3011"],
    ..RuleMeta::PLAIN
};

impl Rule for ExposeInvalidFormat {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let ports = file.instructions().iter().flat_map(|instruction| match &instruction.body {
            Body::Expose(ports) => ports.as_slice(),
            _ => &[],
        });
        ports.filter_map(finding).collect()
    }
}

fn finding(port: &Word) -> Option<Finding> {
    if port.raw.contains(['$', '"', '\'']) {
        return None;
    }
    let (before, inside) = port.raw.rsplit_once(':')?;
    if before.is_empty() {
        return None;
    }
    let message = format!("`{}` says something about the host; EXPOSE is about the container", port.text);
    let finding = Finding::new(&META, port.span, message);
    if !inside.starts_with(|character: char| character.is_ascii_digit()) {
        return Some(finding);
    }
    let edit = Edit { span: port.span, text: inside.to_owned() };
    Some(finding.fix(Fix { title: format!("expose {inside}"), safety: Safety::Safe, edits: vec![edit] }))
}
