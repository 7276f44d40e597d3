//! Builds that pipelines, makefiles, scripts and bake files start.

use crate::yaml::{Node, Stream};

/// One build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Build {
    /// The line, from 1.
    pub line: u32,
    /// The folder that is built, as written.
    pub context: Option<String>,
    /// The Dockerfile, as written.
    pub file: Option<String>,
    /// The stage.
    pub target: Option<String>,
    /// Names of what is built.
    pub images: Vec<String>,
    /// Platforms it is built for; empty for that of the builder, `None` when that is not known.
    pub platforms: Option<Vec<String>>,
    /// Whether it is pushed.
    pub publishes: bool,
    /// Whether `file` is a path from the context.
    pub file_is_in_context: bool,
}

/// Whether a path is that of a pipeline in YAML.
#[must_use]
pub fn is_pipeline(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path.starts_with(".github/workflows/")
        || path.contains("/.github/workflows/")
        || path.starts_with(".gitlab/")
        || path.starts_with(".circleci/")
        || matches!(
            name,
            ".gitlab-ci.yml" | ".gitlab-ci.yaml" | "azure-pipelines.yml" | ".drone.yml" | ".woodpecker.yml"
        )
        || matches!(
            name,
            "cloudbuild.yaml" | "cloudbuild.yml" | "bitbucket-pipelines.yml" | ".travis.yml" | "action.yml"
        )
}

/// Programs and their words that build a Dockerfile.
const BUILDERS: &[&[&str]] = &[
    &["docker", "build"],
    &["docker", "buildx", "build"],
    &["docker", "image", "build"],
    &["podman", "build"],
    &["buildah", "bud"],
    &["buildah", "build"],
    &["nerdctl", "build"],
    &["/kaniko/executor"],
    &["executor"],
];
/// Flags with a value in the next word, besides those that are understood.
const WITH_VALUE: &[&str] = &[
    "--build-arg",
    "--label",
    "--cache-from",
    "--cache-to",
    "--progress",
    "--output",
    "-o",
    "--secret",
    "--ssh",
    "--network",
    "--add-host",
    "--memory",
    "-m",
    "--iidfile",
    "--builder",
    "--build-context",
    "--isolation",
    "--format",
    "--attest",
    "--provenance",
    "--sbom",
    "--metadata-file",
    "--ulimit",
    "--shm-size",
    "-v",
    "--volume",
];

/// Builds in lines of a shell; lines that end with `\` go on.
pub(super) fn commands(text: &str) -> Vec<Build> {
    let mut builds = Vec::new();
    let mut whole = String::new();
    let mut start = 1;
    for (number, line) in text.lines().enumerate() {
        if whole.is_empty() {
            start = number as u32 + 1;
        }
        let trimmed = line.trim_end();
        match trimmed.strip_suffix('\\') {
            // What goes on for ever is no command.
            Some(part) if whole.len() < 1 << 16 => {
                whole.push_str(part);
                whole.push(' ');
            }
            _ => {
                whole.push_str(trimmed);
                builds.extend(command(&whole, start));
                whole.clear();
            }
        }
    }
    if !whole.is_empty() {
        builds.extend(command(&whole, start));
    }
    // A script that pushes publishes what it builds.
    let pushes = ["docker push", "podman push", "buildah push", "skopeo copy", "crane push"];
    if pushes.iter().any(|push| text.contains(push)) {
        builds.iter_mut().for_each(|build| build.publishes = true);
    }
    builds
}

fn command(line: &str, number: u32) -> Option<Build> {
    if line.trim_start().starts_with('#') || !BUILDERS.iter().any(|words| line.contains(words[words.len() - 1])) {
        return None;
    }
    let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches(['"', '\'', '`', '(', ')'])).collect();
    let (from, builder) = (0..words.len()).find_map(|at| {
        let bare = |word: &str| word.trim_start_matches(['@', '-', '+', '$', '(']).to_owned();
        let here = |builder: &&[&str]| {
            builder.iter().enumerate().all(|(offset, word)| {
                words.get(at + offset).is_some_and(|found| found == word || (offset == 0 && bare(found) == *word))
            })
        };
        BUILDERS.iter().find(|builder| here(builder)).map(|builder| (at, builder.len()))
    })?;
    let mut build = Build { line: number, platforms: Some(Vec::new()), ..Build::default() };
    let mut rest = words[from + builder..].iter().copied();
    while let Some(word) = rest.next() {
        if matches!(word, "&&" | "||" | "|" | ";" | ">" | "2>&1" | "&") {
            break;
        }
        let (flag, attached) = word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
        let mut value = || attached.map(str::to_owned).or_else(|| rest.next().map(str::to_owned));
        match flag {
            "-f" | "--file" | "--dockerfile" => build.file = value(),
            "-t" | "--tag" | "--destination" => build.images.extend(value()),
            "--target" => build.target = value(),
            "--context" => build.context = value().map(|context| context.trim_start_matches("dir://").to_owned()),
            "--platform" => build.platforms = value().and_then(|value| platforms(&value)),
            "--push" => build.publishes = true,
            _ if WITH_VALUE.contains(&flag) => drop(value()),
            _ if word.starts_with('-') => {}
            _ if build.context.is_none() => build.context = Some(word.trim_end_matches(';').to_owned()),
            _ => {}
        }
    }
    Some(build)
}

/// Builds of `docker/build-push-action` and its like in a workflow.
pub(super) fn actions(bytes: &[u8]) -> Vec<Build> {
    let stream = Stream::parse(bytes);
    let mut builds = Vec::new();
    for document in stream.documents() {
        let jobs = document.root.get("jobs").map(Node::entries).unwrap_or_default();
        let steps = jobs.iter().filter_map(|job| job.node.get("steps")).flat_map(Node::items);
        builds.extend(steps.filter_map(|step| action(step, stream.lines().line(step.span.start))));
    }
    builds
}

fn action(step: &Node, line: u32) -> Option<Build> {
    let uses = step.get("uses").and_then(Node::text)?;
    let name = uses.split('@').next().unwrap_or_default();
    let known = ["docker/build-push-action", "redhat-actions/buildah-build", "depot/build-push-action"];
    if !known.contains(&name) {
        return None;
    }
    let with = step.get("with");
    let of = |keys: &[&str]| {
        let found = keys.iter().find_map(|key| with?.get(key)?.text());
        found.map(|text| text.trim().to_owned())
    };
    let images = of(&["tags", "image"]).unwrap_or_default();
    Some(Build {
        line,
        context: of(&["context"]).filter(|context| !context.contains("{{")),
        file: of(&["file", "containerfiles", "dockerfiles"]),
        target: of(&["target"]),
        images: images
            .split(['\n', ','])
            .map(|image| image.trim().to_owned())
            .filter(|image| !image.is_empty())
            .collect(),
        // `push: ${{ … }}` pushes sometimes, which is publishing.
        publishes: of(&["push"]).is_some_and(|push| push != "false"),
        platforms: of(&["platforms", "platform"]).map_or_else(|| Some(Vec::new()), |value| platforms(&value)),
        file_is_in_context: false,
    })
}

/// The platforms of a list with commas; `None` where a variable or a matrix says them.
pub(super) fn platforms(list: &str) -> Option<Vec<String>> {
    let known = !list.contains(['$', '{']);
    known.then(|| list.split([',', '\n']).map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect())
}
