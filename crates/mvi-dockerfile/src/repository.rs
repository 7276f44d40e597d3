//! What is known of the repository a file stands in: plain data that the program gathers; nothing is read here.

/// Facts about a repository; `None` is not known, and then nothing is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repository {
    /// Whether there is Elixir in it: `mix.exs`, `*.ex` or `*.exs`.
    pub has_elixir: Option<bool>,
    /// What its automation does with images; `None` when there is none, or it was not looked for.
    pub automation: Option<Automation>,
    /// Whether it says how to look into a running service: a Compose profile `debug`, a runbook or `kubectl debug`.
    pub has_debug_guide: Option<bool>,
    /// Lock files that a checksum or signature file lies beside, as paths from the folder of the build.
    pub verified_locks: Vec<String>,
}

/// What the automation of a repository (CI) does with the images it builds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Automation {
    /// The file that builds the image, as it is told of.
    pub path: String,
    /// Whether a step scans it for vulnerabilities.
    pub scans: Option<bool>,
    /// Whether it fails when the image grows too large.
    pub limits_size: Option<bool>,
    /// Whether it attaches a list of what is in the image (SPDX, `CycloneDX`).
    pub lists_contents: Option<bool>,
    /// Whether it signs the image.
    pub signs: Option<bool>,
    /// Whether it attaches where the image comes from (SLSA provenance).
    pub attests_origin: Option<bool>,
    /// Platforms it builds for; empty for that of the machine it runs on, `None` when that is not known.
    pub platforms: Option<Vec<String>>,
}
