//! What a finding is, and the table of checkpoints.

use serde::{Deserialize, Serialize};

use crate::secrets::Secret;

/// How bad something is, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Worth changing.
    Warning,
    /// Wrong.
    Error,
}

impl Level {
    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Who else has a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twin {
    /// The CIS Docker 1.13.0 Benchmark, section 4, under codes that dockle gave its recommendations.
    Cis,
    /// dockle 0.4.
    Dockle,
    /// Nobody.
    None,
}

/// One checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its code.
    pub code: &'static str,
    /// Who else has it.
    pub twin: Twin,
    /// How bad its findings are, where they do not say otherwise.
    pub level: Level,
    /// An order.
    pub title: &'static str,
    /// What is wrong with doing otherwise.
    pub why: &'static str,
    /// How to do better.
    pub fix: &'static str,
}

const fn point(
    (code, twin, level): (&'static str, Twin, Level),
    title: &'static str,
    why: &'static str,
    fix: &'static str,
) -> Checkpoint {
    Checkpoint { code, twin, level, title, why, fix }
}

/// All checkpoints, by code.
pub const CHECKPOINTS: &[Checkpoint] = &[
    point(
        ("CIS-DI-0001", Twin::Cis, Level::Warning),
        "Run as a user, not as root",
        "what breaks out of a process of root is root",
        "add a user and `USER name` as the last instructions",
    ),
    point(
        ("CIS-DI-0005", Twin::Cis, Level::Info),
        "Sign what is published",
        "without a signature nobody can tell who built an image",
        "sign it, and have deployments check it",
    ),
    point(
        ("CIS-DI-0006", Twin::Cis, Level::Info),
        "Say how the health of the service is asked",
        "an engine cannot tell a service that hangs from one that works",
        "add HEALTHCHECK, or probes where an orchestrator runs it",
    ),
    point(
        ("CIS-DI-0007", Twin::Cis, Level::Warning),
        "Update package lists where packages are installed",
        "an update of its own is remembered by the builder, and installs from old lists later",
        "join update and install in one RUN",
    ),
    point(
        ("CIS-DI-0008", Twin::Cis, Level::Info),
        "Have no setuid and setgid programs that nobody needs",
        "they are ways from a user to root",
        "remove the package, or `chmod u-s,g-s` in the layer that brings it; run with no-new-privileges",
    ),
    point(
        ("CIS-DI-0009", Twin::Cis, Level::Info),
        "Copy with COPY",
        "ADD fetches and unpacks, from places that nobody checks",
        "use COPY; fetch with ADD --checksum or verify what was fetched",
    ),
    point(
        ("CIS-DI-0010", Twin::Cis, Level::Error),
        "Keep secrets out of images",
        "whoever can pull the image has them, in every layer, hidden or not",
        "revoke it, then build with `RUN --mount=type=secret` or give it at run time",
    ),
    point(
        ("DKL-DI-0001", Twin::Dockle, Level::Warning),
        "Do without sudo",
        "it is a way to root, and passes signals on badly",
        "run steps of root before USER, or use gosu or setpriv in an entrypoint",
    ),
    point(
        ("DKL-DI-0002", Twin::Dockle, Level::Error),
        "Declare no volumes over the system's folders",
        "what is mounted there may be the host's",
        "take the VOLUME away",
    ),
    point(
        ("DKL-DI-0003", Twin::Dockle, Level::Warning),
        "Take a newer base instead of upgrading all packages",
        "an upgrade makes a layer that ships them twice, and no two builds alike",
        "pin a newer base; install single packages in their fixed versions",
    ),
    point(
        ("DKL-DI-0004", Twin::Dockle, Level::Info),
        "Add packages of Alpine without a cache",
        "the index that stays behind is of no use",
        "apk add --no-cache",
    ),
    point(
        ("DKL-DI-0005", Twin::Dockle, Level::Warning),
        "Leave no package lists behind",
        "they ship with the layer and are old the next day",
        "rm -rf /var/lib/apt/lists/* in the RUN that made them",
    ),
    point(
        ("DKL-DI-0006", Twin::Dockle, Level::Warning),
        "Name a version, not `latest`",
        "nobody can tell which image that was",
        "tag with a version, and deploy by digest",
    ),
    point(
        ("DKL-LI-0001", Twin::Dockle, Level::Error),
        "Have no accounts without a password",
        "anybody may log in as they are (CVE-2019-5021)",
        "lock the account: `passwd -l NAME`",
    ),
    point(
        ("DKL-LI-0002", Twin::Dockle, Level::Warning),
        "Give every account a name and a number of its own",
        "two with the same number are the same to the kernel",
        "renumber one of them",
    ),
    point(
        ("DKL-LI-0003", Twin::Dockle, Level::Info),
        "Ship only what is needed",
        "caches, version control and build files cost bytes and tell strangers things",
        "name them in .dockerignore, or remove them in the RUN that makes them",
    ),
    point(
        ("W-WORLD-WRITABLE", Twin::None, Level::Warning),
        "Let nobody write where everybody may",
        "any user may replace what another runs or reads",
        "chmod o-w, or the sticky bit for folders that are shared",
    ),
];

/// The checkpoint of a code.
pub(crate) fn checkpoint(code: &str) -> Option<&'static Checkpoint> {
    CHECKPOINTS.iter().find(|point| point.code == code)
}

/// Something unwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The checkpoint's code.
    pub code: String,
    /// How bad.
    pub level: Level,
    /// What is there, in one sentence.
    pub message: String,
    /// Path in the image, printable; none for what is no file.
    pub path: Option<String>,
    /// The layer that ships it, base layer 0.
    pub layer: Option<u32>,
    /// The layer that hides it; whoever has the image has it all the same.
    pub hidden_by: Option<u32>,
    /// The step of the history, from 0.
    pub step: Option<usize>,
    /// Bytes that it costs.
    pub bytes: Option<u64>,
    /// The secret, as far as it is shown.
    pub secret: Option<Secret>,
}

impl Finding {
    /// A finding of a checkpoint about the image as a whole.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            level: checkpoint(code).map_or(Level::Warning, |point| point.level),
            message: message.into(),
            path: None,
            layer: None,
            hidden_by: None,
            step: None,
            bytes: None,
            secret: None,
        }
    }

    /// At a path that a layer ships.
    pub(crate) fn at(self, path: &[u8], layer: u32) -> Self {
        Self { path: Some(mvi_image::printable(path)), layer: Some(layer), ..self }
    }
}
