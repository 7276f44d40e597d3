//! What Homebrew writes down about a formula that it installs: `Cellar/NAME/VERSION/INSTALL_RECEIPT.json`.

use serde_json::Value;

use super::json::{read, text};
use super::problem::{Problem, Problems};

/// A receipt; name and version of the formula are those of its folders. Members: Homebrew's `Tab`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BrewReceipt {
    /// `installed_on_request`; none where the receipt has no such member.
    pub requested: Option<bool>,
    /// `source.tap`: where the formula comes from, `homebrew/core`.
    pub tap: Option<String>,
    /// Names in `runtime_dependencies`, without their tap.
    pub depends: Vec<String>,
}

/// The receipt; none when it is no JSON, which is then a problem.
pub fn parse_brew_receipt(bytes: &[u8]) -> (Option<BrewReceipt>, Vec<Problem>) {
    let mut problems = Problems::default();
    let receipt = read::<Value>(bytes, &mut problems).map(|document| {
        let needs = document["runtime_dependencies"].as_array().into_iter().flatten();
        let names = needs.filter_map(|need| text(&need["full_name"]).or_else(|| text(need)));
        BrewReceipt {
            requested: document["installed_on_request"].as_bool(),
            tap: text(&document["source"]["tap"]),
            depends: names.map(|name| name.rsplit('/').next().unwrap_or_default().to_owned()).collect(),
        }
    });
    (receipt, problems.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_tells_who_asked_and_what_is_needed() {
        let (receipt, problems) = parse_brew_receipt(
            br#"{"homebrew_version":"4.2.1","installed_on_request":true,"source":{"tap":"homebrew/core"},
                "runtime_dependencies":[{"full_name":"a/tap/openssl@3","version":"3.2"},"zlib",{"x":1}]}"#,
        );
        let expected = BrewReceipt {
            requested: Some(true),
            tap: Some("homebrew/core".to_owned()),
            depends: vec!["openssl@3".to_owned(), "zlib".to_owned()],
        };
        assert_eq!((receipt, problems.len()), (Some(expected), 0));
    }

    #[test]
    fn what_is_no_json_is_a_problem() {
        assert_eq!(parse_brew_receipt(b"{").1.len(), 1);
        assert_eq!(parse_brew_receipt(b"[]").0, Some(BrewReceipt::default()));
    }
}
