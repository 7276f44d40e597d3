//! Settings of two images, one by one.

use std::collections::BTreeMap;

use mvi_image::Image;

use crate::report::diff::ConfigChange;

/// The settings that differ, by name.
pub(super) fn config(old: &Image, new: &Image) -> Vec<ConfigChange> {
    let (mut before, mut after) = (settings(old), settings(new));
    let names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    let mut changes: Vec<ConfigChange> = names
        .into_iter()
        .map(|name| ConfigChange { old: before.remove(&name), new: after.remove(&name), name })
        .filter(|change| change.old != change.new)
        .collect();
    changes.sort_by(|left, right| left.name.cmp(&right.name));
    changes
}

fn settings(image: &Image) -> BTreeMap<String, String> {
    let config = &image.config.config;
    let list = |words: &[String]| (!words.is_empty()).then(|| serde_json::json!(words).to_string());
    let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let single = [
        ("Entrypoint", list(&config.entrypoint)),
        ("Cmd", list(&config.cmd)),
        ("User", text(&config.user)),
        ("WorkingDir", text(&config.working_dir)),
        ("Platform", Some(image.platform().to_string())),
    ];
    let mut settings: BTreeMap<String, String> =
        single.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    let assigned = config.env.iter().map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    settings.extend(assigned.map(|(name, value)| (format!("Env {name}"), value.to_owned())));
    settings.extend(config.labels.iter().map(|(name, value)| (format!("Label {name}"), value.clone())));
    settings
}
