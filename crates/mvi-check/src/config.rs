//! What the configuration says: who it runs as, how its health is asked, what it mounts, what it is called.

use crate::check::Evidence;
use crate::finding::Finding;
use crate::secrets::{Leak, Place, assigned_in_words, secrets_in_text};

/// Folders of the system that no volume should lie over.
const SYSTEM: [&str; 3] = ["/dev", "/proc", "/sys"];

pub(crate) fn findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let user = evidence.user.split(':').next().unwrap_or_default();
    if matches!(user, "" | "root" | "0") {
        let text = if user.is_empty() { "no user is named, so it runs as root" } else { "it runs as root" };
        found.push(Finding::new("CIS-DI-0001", text));
    }
    if !evidence.has_healthcheck {
        found.push(Finding::new("CIS-DI-0006", "nothing says how the health of the service is asked"));
    }
    for volume in evidence.volumes.iter().take(100) {
        let is_system = |folder: &&str| *volume == *folder || volume.starts_with(&format!("{folder}/"));
        if SYSTEM.iter().any(is_system) {
            let text = format!("a volume lies over `{}`", mvi_image::printable(volume.as_bytes()));
            found.push(Finding::new("DKL-DI-0002", text));
        }
    }
    if let Some(reference) = evidence.reference {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        let is_pinned = name.contains('@') || name.rsplit_once(':').is_some_and(|(_, tag)| tag != "latest");
        if !is_pinned {
            let text = format!("`{}` names no version", mvi_image::printable(reference.as_bytes()));
            found.push(Finding::new("DKL-DI-0006", text));
        }
    }
    found
}

/// Secrets in variables of the environment.
pub(crate) fn leaks(env: &[String]) -> Vec<Leak> {
    let mut found = Vec::new();
    for pair in env {
        let mut secrets = secrets_in_text(pair.as_bytes());
        if secrets.is_empty() {
            secrets = assigned_in_words("variable", pair);
        }
        let name = pair.split('=').next().unwrap_or_default();
        let leak = |secret: crate::Secret| Leak { secret: secret.named(name.as_bytes()), place: Place::Variable };
        found.extend(secrets.into_iter().take(4).map(leak));
    }
    found
}
