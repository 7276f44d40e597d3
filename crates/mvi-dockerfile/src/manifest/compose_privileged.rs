//! C-PRIVILEGED: services with the rights of the host.

use super::{Desk, Manifest, ManifestRule, compose};
use crate::compose::Service;
use crate::finding::{Finding, Level};
use crate::rule::{Group, RuleMeta};
use crate::span::Span;

pub(super) struct ComposePrivileged;

static META: RuleMeta = RuleMeta {
    code: "C-PRIVILEGED",
    name: "compose-privileged",
    level: Level::Error,
    group: Group::Compose,
    why: "`privileged`, the capabilities ALL and SYS_ADMIN, the process or network namespace of the host and the \
          socket of the container service each make a break-out of the container a matter of one command.",
    bad: "services:\n  web:\n    image: registry.example/web:1.4.0\n    mem_limit: 256m\n    privileged: true\n",
    good: "services:\n  web:\n    image: registry.example/web:1.4.0\n    mem_limit: 256m\n    cap_drop: [ALL]\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for ComposePrivileged {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let services = compose(manifest).into_iter().flat_map(|compose| &compose.services);
        services.flat_map(findings).collect()
    }
}

fn findings(service: &Service) -> Vec<Finding> {
    let name = &service.name;
    let tell = |span: Span, what: String| Finding::new(&META, span, what);
    let privileged = service.privileged.filter(|(on, _)| *on).map(|(_, span)| span);
    let mut found: Vec<_> =
        privileged.map(|span| tell(span, format!("`{name}` has every right of the host"))).into_iter().collect();
    let added = service.cap_add.iter().filter(|capability| is_everything(&capability.text));
    found.extend(added.map(|added| tell(added.span, format!("`{name}` may do as it likes with {}", added.text))));
    for (namespace, word) in [(&service.pid, "processes"), (&service.network_mode, "network")] {
        let host = namespace.as_ref().filter(|mode| mode.text == "host");
        let level = if word == "network" { Level::Warning } else { Level::Error };
        found.extend(
            host.map(|mode| Finding { level, ..tell(mode.span, format!("`{name}` has the {word} of the host")) }),
        );
    }
    let sockets = service.mounts.iter().filter(|mount| is_service_socket(&mount.text));
    found.extend(sockets.map(|mount| tell(mount.span, format!("`{name}` commands the host through {}", mount.text))));
    found
}

/// Capabilities that are as good as all of them: capabilities(7), "`CAP_SYS_ADMIN`: the new root".
pub(super) fn is_everything(capability: &str) -> bool {
    let name = capability.to_ascii_uppercase();
    matches!(name.strip_prefix("CAP_").unwrap_or(&name), "ALL" | "SYS_ADMIN")
}

/// Whether this is the socket of a container service.
pub(super) fn is_service_socket(path: &str) -> bool {
    ["docker.sock", "podman.sock", "containerd.sock", "crio.sock"].iter().any(|socket| path.ends_with(socket))
}
