//! The grammar of organism ids.

use crate::error::{Fault, Result};

/// Refuses what is not `^GID-IMG-[A-Z][A-Z0-9]{0,23}-[0-9]{3}$`.
pub(crate) fn check(gid: &str) -> Result<()> {
    let parts = gid.strip_prefix("GID-IMG-").and_then(|rest| rest.split_once('-'));
    let legal = parts.is_some_and(|(name, number)| {
        let named = name.len() <= 24 && name.starts_with(|first: char| first.is_ascii_uppercase());
        let upper = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        named && upper && number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    if legal { Ok(()) } else { Err(Fault::refused(gid, "not a GID; write GID-IMG-NAME-NNN, as GID-IMG-ALPINE-001")) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_gid_has_an_upper_case_name_and_three_digits() {
        let check = |gid: &str, legal: bool| assert_eq!(super::check(gid).is_ok(), legal, "{gid}");
        check("GID-IMG-ALPINE-001", true);
        check("GID-IMG-A1-999", true);
        check("GID-IMG-1A-001", false);
        check("GID-IMG-alpine-001", false);
        check("GID-IMG-ALPINE-1", false);
        check("GID-IMG-ALPINE-0011", false);
        check("GID-IMG-ABCDEFGHIJKLMNOPQRSTUVWXY-001", false);
        check("GID-IMG--001", false);
        check("", false);
    }
}
