//! MVI5012: protocols of ports in capitals.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Word};

pub(crate) struct ExposeProtoCasing;

static META: RuleMeta = RuleMeta {
    code: "MVI5012",
    name: "expose-proto-casing",
    twins: &["ExposeProtoCasing"],
    group: Group::Build,
    why: "The protocol of a port is written in lower case wherever images are described. `8080/TCP` becomes `8080/tcp` in \
          the image, so that a search for what the file says finds nothing.",
    bad: "FROM alpine:3.21.3\nEXPOSE 8080/TcP\n",
    good: "FROM alpine:3.21.3\nEXPOSE 8080/tcp\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for ExposeProtoCasing {
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
    let (number, protocol) = port.raw.rsplit_once('/')?;
    if protocol.contains('$') || !protocol.contains(|character: char| character.is_ascii_uppercase()) {
        return None;
    }
    let finding = Finding::new(&META, port.span, format!("the protocol in `{}` has capitals", port.text));
    let edit = Edit { span: port.span, text: format!("{number}/{}", protocol.to_ascii_lowercase()) };
    Some(finding.fix(Fix { title: "write it in lower case".into(), safety: Safety::Safe, edits: vec![edit] }))
}
