//! Arguments of `mvi lint`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  mvi lint
  mvi lint Dockerfile services/ --select DL,REC --ignore DL3008
  mvi lint --diff
  mvi lint --fix
  mvi lint --format sarif > lint.sarif
  mvi lint --write-baseline .mvi-baseline.json     then: mvi lint --baseline .mvi-baseline.json
  mvi lint --explain DL3008
  mvi lint - < Dockerfile

Rules are named by code, name, twin (hadolint's DL3008, docker's StageNameCasing), group, the beginning of
a code, or ALL. Comments: `# hadolint ignore=DL3008`, `# mvi: ignore[MVI3008] until=2027-01-31 reason=WHY`.

Settings come from .hadolint.yaml, [lint] in mvi.toml, and flags; the later ones win.

Exit codes: 0 nothing as bad as --fail-on, 1 findings or a diff, 2 wrong use, 3 could not be read.";

#[derive(Debug, Default, Args)]
pub(in crate::cli) struct LintArgs {
    /// Files, folders (searched for Dockerfiles, Compose files and Kubernetes objects that git does not ignore), or - for standard input
    #[arg(value_name = "PATH", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) rules: RuleArgs,
    /// Repair what can be repaired safely
    #[arg(long)]
    pub(in crate::cli) fix: bool,
    /// Repair also where somebody should look at the result
    #[arg(long)]
    pub(in crate::cli) unsafe_fixes: bool,
    /// Show repairs as a diff, make none
    #[arg(long)]
    pub(in crate::cli) diff: bool,
    /// Leave out findings that this file knows
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Write all findings to this file, for --baseline
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) write_baseline: Option<PathBuf>,
    /// Explain a rule
    #[arg(long, value_name = "RULE", conflicts_with_all = ["list_rules", "fix", "unsafe_fixes", "diff"])]
    pub(in crate::cli) explain: Option<String>,
    /// List all rules; as text, json or markdown
    #[arg(long, conflicts_with_all = ["fix", "unsafe_fixes", "diff"])]
    pub(in crate::cli) list_rules: bool,
    /// A hadolint configuration (.yaml) or a mvi.toml [default: .hadolint.yaml here, mvi.toml here or above]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) config: Option<PathBuf>,
    /// How to show findings [default: text]
    #[arg(long, short, value_enum)]
    pub(in crate::cli) format: Option<LintFormat>,
    /// Exit with 1 when a finding is this bad or worse [default: info, as hadolint]
    #[arg(long, value_enum, value_name = "LEVEL", alias = "failure-threshold", short_alias = 't')]
    pub(in crate::cli) fail_on: Option<LintFailOn>,
    /// Leave out paths in folders, by patterns as in .gitignore; may repeat
    #[arg(long, value_name = "PATTERN")]
    pub(in crate::cli) exclude: Vec<String>,
    /// Name of standard input in reports
    #[arg(long, value_name = "PATH", default_value = "-", alias = "file-path-in-report")]
    pub(in crate::cli) stdin_path: String,
    /// Do not ask shellcheck about RUN, though it is installed
    #[arg(long)]
    pub(in crate::cli) no_shellcheck: bool,
    /// An image that was built from the one file given, or the name of one that the fleet recorded: findings say what they
    /// cost in it
    #[arg(long, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) image: Option<String>,
    /// Lint as of this day [default: today]
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) on: Option<jiff::civil::Date>,
    /// Files linted at the same time [default: processors]
    #[arg(long, short, value_name = "N", env = "MVI_JOBS")]
    pub(in crate::cli) jobs: Option<usize>,
    /// No text report and no remarks; errors and the exit code remain
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}

/// What a language server goes by.
#[derive(Debug, Args)]
pub(in crate::cli) struct LspArgs {
    #[command(flatten)]
    pub(in crate::cli) rules: RuleArgs,
    /// A hadolint configuration (.yaml) or a mvi.toml [default: .hadolint.yaml here, mvi.toml here or above]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Do not ask shellcheck about RUN, though it is installed
    #[arg(long)]
    pub(in crate::cli) no_shellcheck: bool,
    /// Speak over standard input and output; there is no other way, and editors say so all the same
    #[arg(long, hide = true)]
    pub(in crate::cli) stdio: bool,
}

/// Which rules run, and what they know.
#[derive(Debug, Default, Clone, Args)]
pub(in crate::cli) struct RuleArgs {
    /// Run these rules only; may repeat
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(in crate::cli) select: Vec<String>,
    /// Do not run these rules; may repeat
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(in crate::cli) ignore: Vec<String>,
    /// Make these rules' findings errors
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(in crate::cli) error: Vec<String>,
    /// Make these rules' findings warnings
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(in crate::cli) warning: Vec<String>,
    /// Make these rules' findings infos
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(in crate::cli) info: Vec<String>,
    /// Make these rules' findings matters of style
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(in crate::cli) style: Vec<String>,
    /// A registry that images may come from; may repeat
    #[arg(long, value_name = "REGISTRY")]
    pub(in crate::cli) trusted_registry: Vec<String>,
    /// An image that Compose files and Kubernetes objects may run, `*` standing for anything; may repeat
    #[arg(long, value_name = "IMAGE")]
    pub(in crate::cli) allowed_image: Vec<String>,
    /// The standard that bases and Kubernetes workloads are judged by: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) standard: Option<String>,
    /// The fleet whose register and change requests count: sqlite:FILE [default: `[fleet] store` in mvi.toml, else
    /// $XDG_DATA_HOME/mvi/fleet.db, where it is]
    #[arg(long, value_name = "sqlite:FILE", env = "MVI_STORE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) store: Option<String>,
    /// What bases are pinned to: a TOML file with `[bases]`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) lock: Option<PathBuf>,
    /// Class of what files build that do not say it by the label mvi.io/class: a row of the standard; SOV-1 then wants the
    /// base of the class's sealed ROM
    #[arg(long, value_name = "ROW")]
    pub(in crate::cli) class: Option<String>,
    /// A label by which an organism is told, which images have to have (SOV-4); may repeat
    #[arg(long, value_name = "LABEL")]
    pub(in crate::cli) organism_label: Vec<String>,
    /// A label that images need, and what it is: text, url, semver, hash, rfc3339, spdx, email
    #[arg(long, value_name = "LABEL[:KIND]")]
    pub(in crate::cli) require_label: Vec<String>,
    /// Allow no labels but the required ones
    #[arg(long)]
    pub(in crate::cli) strict_labels: bool,
    /// A stage that something builds by name; may repeat [default: the last]
    #[arg(long, value_name = "STAGE")]
    pub(in crate::cli) target: Vec<String>,
    /// Heed no comments that ignore findings
    #[arg(long)]
    pub(in crate::cli) disable_ignore_pragma: bool,
}

/// The formats of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LintFormat {
    /// For people, with excerpts
    Text,
    /// For programs: stable, with a JSON Schema
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// JUnit XML
    Junit,
    /// Checkstyle XML
    Checkstyle,
    /// A table for pull requests
    Markdown,
}

impl LintFormat {
    pub(in crate::cli) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Checkstyle => "checkstyle",
            Self::Markdown => "markdown",
        }
    }

    /// The format that hadolint calls so; none for those that are not had here.
    pub(in crate::cli) fn of_hadolint(name: &str) -> Option<Self> {
        Some(match name {
            "tty" | "gnu" => Self::Text,
            "json" => Self::Json,
            "sarif" => Self::Sarif,
            "codeclimate" | "gitlab_codeclimate" => Self::Gitlab,
            "junit" => Self::Junit,
            "checkstyle" => Self::Checkstyle,
            _ => return None,
        })
    }
}

/// What makes a lint fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LintFailOn {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// All but matters of style
    Info,
    /// Any finding
    #[value(alias = "ignore", alias = "none")]
    Style,
    /// No finding
    Never,
}
