//! `.hadolint.yaml`: what hadolint's configuration says, in our words. Reading the file is the program's job.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::Level;
use crate::selection::Choices;
use crate::settings::LabelKind;
use crate::yaml::Stream;

/// A configuration of hadolint 2.15, as its README describes it; keys it does not know are passed over, as it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HadolintConfig {
    /// `ignored` and `override`. A rule in several lists of `override` gets the worst of the levels.
    pub choices: Choices,
    /// `trustedRegistries`: one or a list.
    pub trusted_registries: Vec<String>,
    /// `label-schema`.
    pub label_schema: BTreeMap<String, LabelKind>,
    /// `strict-labels`.
    pub strict_labels: Option<bool>,
    /// `disable-ignore-pragma`.
    pub disable_ignore_pragma: Option<bool>,
    /// `failure-threshold`.
    pub threshold: Option<Threshold>,
    /// `no-fail`.
    pub no_fail: Option<bool>,
    /// `format`, or the first of `formats`, by hadolint's name.
    pub format: Option<String>,
}

/// From which level on findings make a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// From this level on.
    Level(Level),
    /// Any finding: `ignore` and `none`, which hadolint orders below `style`.
    Any,
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum HadolintError {
    /// It is no YAML.
    #[error("not YAML: line {line}, {message}")]
    Yaml {
        /// Line, from 1.
        line: u32,
        /// What is wrong there.
        message: String,
    },
    /// It is YAML, but has other things where hadolint's README wants these.
    #[error("not a configuration of hadolint")]
    Shape(#[source] serde_json::Error),
    /// A word that is none of those that are possible.
    #[error("`{key}` cannot be `{value}`; it is one of {known}")]
    Value {
        /// Where it stands.
        key: String,
        /// What stands there.
        value: String,
        /// What may.
        known: &'static str,
    },
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Raw {
    ignored: Option<Vec<String>>,
    r#override: Option<BTreeMap<String, Option<Vec<String>>>>,
    #[serde(rename = "trustedRegistries")]
    trusted_registries: Option<OneOrMany>,
    label_schema: Option<BTreeMap<String, Option<String>>>,
    strict_labels: Option<bool>,
    disable_ignore_pragma: Option<bool>,
    failure_threshold: Option<String>,
    no_fail: Option<bool>,
    format: Option<String>,
    formats: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Raw {
    fn read(text: &str) -> Result<Self, HadolintError> {
        let stream = Stream::parse(text.as_bytes());
        if let Some(problem) = stream.problems().first() {
            let line = stream.lines().line(problem.span.start);
            return Err(HadolintError::Yaml { line, message: problem.message.clone() });
        }
        let Some(document) = stream.documents().first() else { return Ok(Self::default()) };
        let raw: Option<Self> = serde_json::from_value(document.root.to_json()).map_err(HadolintError::Shape)?;
        Ok(raw.unwrap_or_default())
    }
}

impl HadolintConfig {
    /// Reads the text of a `.hadolint.yaml`; an empty one says nothing.
    ///
    /// # Errors
    /// What is not YAML, has the wrong shape, or names a level or a kind of label that is none.
    pub fn parse(text: &str) -> Result<Self, HadolintError> {
        let raw = Raw::read(text)?;
        let mut config = Self {
            trusted_registries: match raw.trusted_registries {
                None => Vec::new(),
                Some(OneOrMany::One(one)) => vec![one],
                Some(OneOrMany::Many(many)) => many,
            },
            strict_labels: raw.strict_labels,
            disable_ignore_pragma: raw.disable_ignore_pragma,
            threshold: raw.failure_threshold.as_deref().map(Threshold::parse).transpose()?,
            no_fail: raw.no_fail,
            format: raw.format.or_else(|| raw.formats.unwrap_or_default().into_iter().next()),
            ..Self::default()
        };
        config.choices.ignore = raw.ignored.unwrap_or_default();
        config.choices.levels = levels(raw.r#override.unwrap_or_default())?;
        for (label, kind) in raw.label_schema.unwrap_or_default() {
            let (label, kind) = label_kind(&label, &kind.unwrap_or_default())?;
            config.label_schema.insert(label, kind);
        }
        Ok(config)
    }
}

impl HadolintConfig {
    /// What hadolint's variables say; `read` gives the value of one by what follows `HADOLINT_`.
    ///
    /// # Errors
    /// A level or a kind of label that is none; hadolint would pass them over.
    pub fn from_variables(read: impl Fn(&str) -> Option<String>) -> Result<Self, HadolintError> {
        let list = |name: &str| -> Vec<String> {
            let value = read(name).unwrap_or_default();
            value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let switch = |name: &str| {
            let value = read(name)?.to_ascii_lowercase();
            Some(["1", "y", "on", "true", "yes"].contains(&value.as_str()))
        };
        let lists = Level::ALL.into_iter().rev();
        let levels = lists.flat_map(|level| {
            let name = format!("OVERRIDE_{}", level.name().to_ascii_uppercase());
            list(&name).into_iter().map(move |rule| (rule, level))
        });
        let labels = list("REQUIRE_LABELS");
        let labels = labels.iter().map(|label| label.split_once(':').unwrap_or((label.as_str(), "")));
        Ok(Self {
            choices: Choices { select: Vec::new(), ignore: list("IGNORE"), levels: levels.collect() },
            trusted_registries: list("TRUSTED_REGISTRIES"),
            label_schema: labels.map(|(label, kind)| label_kind(label, kind)).collect::<Result<_, _>>()?,
            strict_labels: switch("STRICT_LABELS"),
            disable_ignore_pragma: switch("DISABLE_IGNORE_PRAGMA"),
            threshold: read("FAILURE_THRESHOLD").as_deref().map(Threshold::parse).transpose()?,
            no_fail: switch("NOFAIL"),
            format: list("FORMAT").into_iter().next(),
        })
    }
}

fn label_kind(label: &str, kind: &str) -> Result<(String, LabelKind), HadolintError> {
    let known = "text, url, semver, hash, rfc3339, spdx, email";
    let value = || HadolintError::Value { key: format!("label-schema.{label}"), value: kind.into(), known };
    Ok((label.to_owned(), LabelKind::parse(kind).ok_or_else(value)?))
}

/// Levels for rules, the worst last, so that it counts.
fn levels(lists: BTreeMap<String, Option<Vec<String>>>) -> Result<Vec<(String, Level)>, HadolintError> {
    let mut levels = Vec::new();
    for (name, rules) in lists {
        let level = Level::parse(&name).ok_or_else(|| HadolintError::Value {
            key: "override".into(),
            value: name,
            known: "error, warning, info, style",
        })?;
        levels.extend(rules.unwrap_or_default().into_iter().map(|rule| (rule, level)));
    }
    levels.sort_by_key(|(_, level)| *level);
    Ok(levels)
}

impl Threshold {
    /// The threshold hadolint calls so.
    ///
    /// # Errors
    /// Any other word.
    pub fn parse(word: &str) -> Result<Self, HadolintError> {
        match (word, Level::parse(word)) {
            (_, Some(level)) => Ok(Self::Level(level)),
            ("ignore" | "none", None) => Ok(Self::Any),
            (_, None) => Err(HadolintError::Value {
                key: "failure-threshold".into(),
                value: word.into(),
                known: "error, warning, info, style, ignore, none",
            }),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a configuration that cannot be read should stop
mod tests {
    use super::*;

    #[test]
    fn every_key_of_hadolints_readme_is_understood() {
        let config = HadolintConfig::parse(
            "failure-threshold: warning\nformat: tty\nignored: [DL3000, SC1010]\nlabel-schema:\n  author: text\n  \
             contact: email\n  created: rfc3339\n  version: semver\n  documentation: url\n  git-revision: hash\n  \
             license: spdx\n  free:\nno-color: true\nno-fail: true\noverride:\n  style: [DL3015]\n  error:\n    - DL3015\n  \
             warning:\nstrict-labels: true\ndisable-ignore-pragma: true\ntrustedRegistries:\n  - docker.io\n  - \"*.gcr.io\"\n",
        )
        .unwrap();
        assert_eq!(config.threshold, Some(Threshold::Level(Level::Warning)));
        assert_eq!(config.choices.ignore, ["DL3000", "SC1010"]);
        assert_eq!(config.choices.levels, [("DL3015".into(), Level::Style), ("DL3015".into(), Level::Error)]);
        assert_eq!((config.label_schema.len(), config.label_schema["contact"]), (8, LabelKind::Email));
        assert_eq!(config.label_schema["free"], LabelKind::Text);
        assert_eq!(config.trusted_registries, ["docker.io", "*.gcr.io"]);
        let switches = [config.strict_labels, config.disable_ignore_pragma, config.no_fail];
        assert_eq!((switches, config.format.as_deref()), ([Some(true); 3], Some("tty")));
    }

    #[test]
    fn little_is_enough_and_strangers_are_passed_over() {
        assert_eq!(HadolintConfig::parse("").unwrap(), HadolintConfig::default());
        assert_eq!(HadolintConfig::parse("# nothing\n").unwrap(), HadolintConfig::default());
        assert_eq!(HadolintConfig::parse("later: {a: 1}\n").unwrap(), HadolintConfig::default());
        let one = HadolintConfig::parse("trustedRegistries: docker.io\nfailure-threshold: none\n").unwrap();
        assert_eq!((one.trusted_registries, one.threshold), (vec!["docker.io".into()], Some(Threshold::Any)));
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        let check = |text: &str, expected: &str| {
            let error = HadolintConfig::parse(text).unwrap_err();
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            assert!(format!("{error} {cause}").contains(expected), "{text}: {error} {cause}");
        };
        check("ignored: DL3000\n", "not a configuration");
        check("- a\n", "not a configuration");
        check("a: [\n", "not YAML");
        check("failure-threshold: high\n", "`failure-threshold` cannot be `high`");
        check("override: {fatal: [DL3000]}\n", "`override` cannot be `fatal`");
        check("label-schema: {a: number}\n", "`label-schema.a` cannot be `number`");
    }

    #[test]
    fn variables_say_the_same() {
        let variables = [
            ("IGNORE", "DL3008, SC2086"),
            ("OVERRIDE_ERROR", "DL3015"),
            ("OVERRIDE_STYLE", "DL3015"),
            ("NOFAIL", "Yes"),
            ("STRICT_LABELS", "no"),
            ("FAILURE_THRESHOLD", "error"),
            ("REQUIRE_LABELS", "a:semver,b"),
        ];
        let read =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let config = HadolintConfig::from_variables(read).unwrap();
        assert_eq!(config.choices.ignore, ["DL3008", "SC2086"]);
        assert_eq!(config.choices.levels.last(), Some(&("DL3015".into(), Level::Error)));
        assert_eq!((config.no_fail, config.strict_labels), (Some(true), Some(false)));
        assert_eq!(config.threshold, Some(Threshold::Level(Level::Error)));
        assert_eq!((config.label_schema["a"], config.label_schema["b"]), (LabelKind::SemVer, LabelKind::Text));
        assert!(HadolintConfig::from_variables(|_| Some("nothing".into())).is_err());
    }

    #[test]
    fn bombs_do_not_go_off() {
        let mut bomb = "a0: &a0 [x]\n".to_owned();
        for level in 1..30 {
            let (this, last) = (level, level - 1);
            bomb.push_str(&format!("a{this}: &a{this} [*a{last}, *a{last}, *a{last}, *a{last}, *a{last}]\n"));
        }
        bomb.push_str("ignored: *a29\n");
        assert!(HadolintConfig::parse(&bomb).is_err());
    }
}
