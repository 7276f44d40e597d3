//! MVI3011: ports that do not exist.

use crate::finding::{Finding, Level};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct ValidPort;

static META: RuleMeta = RuleMeta {
    code: "MVI3011",
    name: "valid-port",
    twins: &["DL3011"],
    level: Level::Error,
    why: "Ports are numbers of 16 bits. A higher one is a slip of the finger, and nothing will ever listen \
          there.",
    bad: "FROM alpine:3.21.3\nEXPOSE 80800\n",
    good: "FROM alpine:3.21.3\nEXPOSE 8080\n",
    ..RuleMeta::PLAIN
};

impl Rule for ValidPort {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let ports = file.instructions().iter().flat_map(|instruction| match &instruction.body {
            Body::Expose(ports) => ports.as_slice(),
            _ => &[],
        });
        ports
            .filter(|port| is_too_high(&port.text))
            .map(|port| Finding::new(&META, port.span, "ports end at 65535"))
            .collect()
    }
}

/// Whether a port, or one end of a range, is none; its protocol left out.
fn is_too_high(port: &str) -> bool {
    let numbers = port.split('/').next().unwrap_or_default().split('-');
    let is_number = |number: &&str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    numbers.filter(is_number).any(|number| number.parse::<u64>().map_or(true, |number| number > 65535))
}
