//! Targets of bake files, in HCL or JSON: what is assigned between the braces of each, and what it inherits. Functions,
//! matrices and variables are not worked out: what holds one stays as it is written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::ci::{Build, platforms};

/// Most targets that one inherits from.
const MOST_PARENTS: usize = 64;
/// Longest list that goes over lines, bytes.
const LONGEST_LIST: usize = 1 << 16;

/// One target as it is written.
#[derive(Clone, Debug, Default)]
struct Target {
    line: u32,
    context: Option<String>,
    file: Option<String>,
    target: Option<String>,
    tags: Vec<String>,
    platforms: Option<Vec<String>>,
    inherits: Vec<String>,
    /// Whether the Dockerfile is in the file itself.
    inline: bool,
}

/// The builds of a bake file. Never fails: what is no bake file has none.
pub(super) fn builds(text: &str) -> Vec<Build> {
    let targets = if text.trim_start().starts_with('{') { json(text) } else { hcl(text) };
    let names: BTreeMap<&str, &Target> = targets.iter().map(|(name, target)| (name.as_str(), target)).collect();
    let wholes = targets.iter().map(|(_, target)| whole(target, &names)).filter(|target| !target.inline);
    wholes
        .map(|target| Build {
            line: target.line,
            context: target.context,
            file: target.file,
            target: target.target,
            images: target.tags,
            platforms: Some(target.platforms.unwrap_or_default())
                .filter(|named| !named.iter().any(|one| one.contains('$'))),
            publishes: false,
            file_is_in_context: true,
        })
        .collect()
}

/// A target with what it inherits; the last one it names wins, and what it says itself wins over all.
fn whole(target: &Target, names: &BTreeMap<&str, &Target>) -> Target {
    let mut whole = target.clone();
    let mut open: Vec<&str> = target.inherits.iter().map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop().filter(|_| seen.len() < MOST_PARENTS) {
        let Some(parent) = names.get(name).filter(|_| seen.insert(name)) else { continue };
        whole.context = whole.context.or_else(|| parent.context.clone());
        whole.file = whole.file.or_else(|| parent.file.clone());
        whole.target = whole.target.or_else(|| parent.target.clone());
        whole.platforms = whole.platforms.or_else(|| parent.platforms.clone());
        whole.inline |= parent.inline;
        open.extend(parent.inherits.iter().map(String::as_str));
    }
    whole
}

fn hcl(text: &str) -> Vec<(String, Target)> {
    let mut targets: Vec<(String, Target)> = Vec::new();
    let mut is_open = false;
    let mut lines = text.lines().zip(1u32..);
    while let Some((line, number)) = lines.next() {
        let line = line.trim().trim_end_matches(',');
        let mut words = line.split_whitespace();
        let is_block = line.ends_with('{') && !line.contains('=');
        match (words.next(), is_block) {
            (Some("target"), true) => {
                let name = words.next().unwrap_or_default().trim_matches(['"', '{']).to_owned();
                targets.push((name, Target { line: number, ..Target::default() }));
                is_open = true;
            }
            (Some("group" | "variable" | "function"), true) => is_open = false,
            _ => {}
        }
        let Some((_, target)) = targets.last_mut().filter(|_| is_open) else { continue };
        let Some((key, value)) = line.split_once('=') else { continue };
        let mut value = value.trim().to_owned();
        if value.starts_with('[') && !value.contains(']') {
            for (more, _) in lines.by_ref() {
                value.push_str(more);
                if more.contains(']') || value.len() > LONGEST_LIST {
                    break;
                }
            }
        }
        let text = || value.trim_matches('"').to_owned();
        match key.trim().trim_matches('"') {
            "context" => target.context = Some(text()),
            "dockerfile" => target.file = Some(text()),
            "dockerfile-inline" => target.inline = true,
            "target" => target.target = Some(text()),
            "tags" => target.tags = quoted(&value),
            "platforms" => target.platforms = Some(quoted(&value)),
            "inherits" => target.inherits = quoted(&value),
            _ => {}
        }
    }
    targets
}

fn json(text: &str) -> Vec<(String, Target)> {
    let Ok(document) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let targets = document.get("target").and_then(Value::as_object).into_iter().flatten();
    let read = |(name, target): (&String, &Value)| {
        let word = |key: &str| target.get(key).and_then(Value::as_str).map(str::to_owned);
        let words = |key: &str| {
            let list = target.get(key).and_then(Value::as_array);
            list.map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
        };
        // The line is where the name first is in quotes, which is near enough for people.
        let line = text.find(&format!("\"{name}\"")).map_or(1, |at| text[..at].matches('\n').count() as u32 + 1);
        let target = Target {
            line,
            context: word("context"),
            file: word("dockerfile"),
            target: word("target"),
            tags: words("tags").unwrap_or_default(),
            platforms: words("platforms").and_then(|named| platforms(&named.join(","))),
            inherits: words("inherits").unwrap_or_default(),
            inline: target.get("dockerfile-inline").is_some(),
        };
        (name.clone(), target)
    };
    targets.map(read).collect()
}

fn quoted(text: &str) -> Vec<String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}
