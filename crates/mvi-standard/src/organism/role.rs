//! Operating roles: the one that an image has when nobody declares any.

use crate::standard::{Standard, VsmRole};

/// The role of an image that declares none: by the words in its name, then by its runtime, and S1 for what serves.
///
/// Image Standard V13, VSM: relays, gateways, schedulers and pipelines coordinate; Python and Node applications
/// control; ingest, learning and analytics look ahead; signing, admission and policy decide.
pub fn default_role<'a>(standard: &'a Standard, name: &str, runtime: Option<&str>) -> Option<&'a VsmRole> {
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let named = BY_WORD.iter().find(|(known, _)| words.contains(known)).map(|(_, role)| *role);
    let id = named.unwrap_or(match runtime {
        Some("python" | "node" | "erlang" | "java") => "S3",
        Some(_) | None => "S1",
    });
    standard.vsm_roles.iter().find(|role| role.id == id)
}

const BY_WORD: &[(&str, &str)] = &[
    ("signing", "S5"),
    ("signer", "S5"),
    ("admission", "S5"),
    ("policy", "S5"),
    ("ingest", "S4"),
    ("ml", "S4"),
    ("analytics", "S4"),
    ("training", "S4"),
    ("relay", "S2"),
    ("gateway", "S2"),
    ("scheduler", "S2"),
    ("mesh", "S2"),
    ("pipeline", "S2"),
];
