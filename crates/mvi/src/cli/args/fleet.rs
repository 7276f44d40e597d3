//! The arguments of `mvi fleet`: the store, and what is told to it; what is asked of it is in `ask`.

mod ask;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{ReadArgs, ReportArgs};

pub(crate) use ask::{
    BeltArgs, ByArg, CountArgs, DecisionsArgs, DueArgs, ExportArgs, ExportFormat, FindingsArgs, ForestArgs, ListArgs,
    LogArgs, PlainSolvencyArgs, PlanArgs, QueryArgs, QueryVerb, SeverityArg, SolvencyArgs, SolvencyVerb, SortArg,
    VerdictArg,
};

#[derive(Debug, Args)]
pub(crate) struct FleetArgs {
    #[command(subcommand)]
    pub(crate) verb: FleetVerb,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

/// Where the fleet is remembered, and who speaks.
#[derive(Debug, Args)]
#[command(next_help_heading = "The fleet")]
pub(crate) struct StoreArgs {
    /// Where the fleet is remembered: sqlite:FILE [default: `[fleet] store` in mvi.toml, else $XDG_DATA_HOME/mvi/fleet.db]
    #[arg(long, value_name = "sqlite:FILE", env = "MVI_STORE", global = true, value_hint = ValueHint::FilePath)]
    pub(crate) store: Option<String>,
    /// Who speaks, for the log [default: the user's name]
    #[arg(long, value_name = "NAME", env = "MVI_ACTOR", global = true)]
    pub(crate) actor: Option<String>,
    /// The standard to judge by: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", global = true, value_hint = ValueHint::FilePath)]
    pub(crate) standard: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FleetVerb {
    /// Take in a fleet written by hand, and judge it
    #[command(after_help = "Examples:\n  mvi fleet import fleet.toml\n  \
        mvi fleet import fleet.toml --store sqlite:team.db")]
    Import(ImportArgs),
    /// List images: sorted, filtered, with the columns asked for
    #[command(after_help = "Examples:\n  mvi fleet list\n  mvi fleet list --verdict REVIEW --sort size\n  \
        mvi fleet list --columns name,size,base --at 2026-11-01\n  mvi fleet list --format json")]
    List(ListArgs),
    /// The fleet's score, and the shortest way to a better one
    #[command(after_help = "Examples:\n  mvi fleet solvency\n  mvi fleet solvency --precise --by bytes\n  \
        mvi fleet solvency --fail-below 0.48\n  mvi fleet solvency plan --target 0.6")]
    Solvency(SolvencyArgs),
    /// What is wrong: deployment rules SOV-1 to SOV-5, declarations, schools, exposure levels
    #[command(after_help = "Examples:\n  mvi fleet findings\n  mvi fleet findings 'team/*' --severity high\n  \
        mvi fleet findings --code SOV-2 --fail-on medium --format json")]
    Findings(FindingsArgs),
    /// All 64 segments at a glance
    #[command(after_help = "Examples:\n  mvi fleet belt\n  mvi fleet belt --at 2026-11-01T12:00:00Z")]
    Belt(BeltArgs),
    /// Everything about an organism or an image
    #[command(after_help = "Examples:\n  mvi fleet show GID-IMG-ALPINE-001\n  mvi fleet show pemos-portal:v461")]
    Show(NameArgs),
    /// Let what was computed stand as what is declared, where it is better
    #[command(after_help = "Examples:\n  mvi fleet accept pemos-portal:v462\n  mvi fleet accept --all")]
    Accept(AcceptArgs),
    /// Tell the fleet of vulnerabilities: OSV records as JSON, in folders, or zipped as osv.dev publishes them
    #[command(after_help = "Examples:\n  mvi fleet advisories Debian/all.zip PyPI/all.zip\n  \
        mvi fleet advisories CVE-2025-26519.json && mvi fleet query Q1 CVE-2025-26519")]
    Advisories(AdvisoriesArgs),
    /// Register an organism: its id, its event and its sealed record, or nothing
    #[command(after_help = "Examples:\n  mvi fleet register alpine:3.22 --rom ROM-GO-V13.json --owner CORE\n  \
        mvi fleet register app:1 --provisional --rom ROM-APP-V13.json --gid GID-IMG-APP-001 --owner TEAM")]
    Register(RegisterArgs),
    /// End an organism; its id stays taken
    #[command(after_help = "Examples:\n  mvi fleet retire GID-IMG-UTPEMOS-001 --reason \"replaced by alpine\"")]
    Retire(RetireArgs),
    /// Read images and remember what is in them
    #[command(after_help = "Examples:\n  mvi fleet record docker://registry.example/team/app:1.2\n  \
        mvi fleet record base.tar --role base\n  mvi fleet record oci:build/image --gid GID-IMG-APP-001")]
    Record(RecordArgs),
    /// Read all images of registries, folders, lists, clusters and services
    #[command(after_help = SCAN_EXAMPLES)]
    Scan(ScanArgs),
    /// Judge every image again, by the standard and the change requests as they are now
    #[command(after_help = "Examples:\n  mvi fleet judge\n  mvi fleet judge --standard company.toml")]
    Judge(JudgeArgs),
    /// Where an image comes from, and what of it is its base's
    #[command(after_help = "Examples:\n  mvi fleet lineage registry.example/team/app:1.2\n  \
        mvi fleet lineage sha256:… --format json")]
    Lineage(NameArgs),
    /// The whole fleet as trees: bases, layers, services, builds
    #[command(after_help = "Examples:\n  mvi fleet forest\n  mvi fleet forest --svg forest.svg\n  \
        mvi fleet forest --html forest.html")]
    Forest(ForestArgs),
    /// Ask one of the seven questions
    #[command(after_help = QUERY_EXAMPLES)]
    Query(QueryArgs),
    /// Change requests and sealed records that run out
    #[command(after_help = "Examples:\n  mvi fleet due\n  mvi fleet due --days 30 --format json\n  \
        mvi fleet due --at 2027-01-01")]
    Due(DueArgs),
    /// Which bases were taken for services, and why
    #[command(after_help = "Examples:\n  mvi fleet decisions\n  mvi fleet decisions team/app --format json")]
    Decisions(DecisionsArgs),
    /// Write the fleet for other programs
    #[command(after_help = "Examples:\n  mvi fleet export --format json -o fleet.json\n  \
        mvi fleet export --format dot | dot -Tsvg > fleet.svg")]
    Export(ExportArgs),
    /// Copy the store while others use it
    #[command(after_help = "Examples:\n  mvi fleet backup /backup/fleet.db")]
    Backup {
        /// Where to; replaced whole or not at all
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Make the store again from a copy, which is checked first
    #[command(after_help = "Examples:\n  mvi fleet restore /backup/fleet.db --store sqlite:fleet.db")]
    Restore {
        /// The copy
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Check the store: the file, the chain of events, everything that follows from them
    #[command(after_help = "Examples:\n  mvi fleet check\n  mvi fleet check --format json")]
    Check(ShowArgs),
    /// Make everything that follows from the events again
    #[command(after_help = "Examples:\n  mvi fleet rebuild")]
    Rebuild,
    /// The events, newest last
    #[command(after_help = "Examples:\n  mvi fleet log\n  mvi fleet log --subject GID-IMG-ALPINE-001\n  \
        mvi fleet log --kind verdict --after 120 --format json")]
    Log(LogArgs),
}

const SCAN_EXAMPLES: &str = "\
Examples:
  mvi fleet scan 'docker://registry.example/*'
  mvi fleet scan 'docker://registry.example/team/*:v*' --jobs 4
  mvi fleet scan images/                   every archive and layout in a folder
  mvi fleet scan @images.txt               one image a line, # starts a comment
  kubectl get pods -A -o json | mvi fleet scan --kubernetes - --cluster prod
  mvi fleet scan 'docker-daemon:*' 'containers-storage:*'
  mvi fleet scan --resume                  goes on where the last scan was stopped

An image that was recorded before is not read again; --again does.";

const QUERY_EXAMPLES: &str = "\
Examples:
  mvi fleet query Q1 CVE-2024-3094         services that inherit it, and from which base
  mvi fleet query Q1 CVE-2024-3094 --images  the same of images that may run nowhere
  mvi fleet query Q2 alpine:3.21           what a change of a base reaches
  mvi fleet query Q3 app:1.2 --k 5         the most similar images
  mvi fleet query Q4 app:1.1 app:1.2       what changed between two builds
  mvi fleet query Q5 CVE-2024-3094         whose rebuild removes it from most services
  mvi fleet query Q6                       what runs and nobody registered
  mvi fleet query Q7 --days 14             change requests that fall due";

/// The formats of what is said about the fleet.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// How to show it
    #[arg(long, short, value_enum, default_value_t = super::ShowFormat::Text)]
    pub(crate) format: super::ShowFormat,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The fleet file, TOML; `-` for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct NameArgs {
    /// A reference, a digest or a GID
    #[arg(value_name = "GID|IMAGE")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AcceptArgs {
    /// The images
    #[arg(value_name = "IMAGE", required_unless_present = "all")]
    pub(crate) names: Vec<String>,
    /// Every image whose declaration is worse than what was computed
    #[arg(long, conflicts_with = "names")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AdvisoriesArgs {
    /// Files (.json, .jsonl, .zip), folders of them, or `-` for records from a pipe
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RegisterArgs {
    /// The image, which the fleet knows
    #[arg(value_name = "IMAGE")]
    pub(crate) name: String,
    /// Its id [default: made of the reference]
    #[arg(long, value_name = "GID")]
    pub(crate) gid: Option<String>,
    /// Its sealed record, as `mvi rom seal` wrote it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) rom: PathBuf,
    /// A public key that may seal; may repeat [default: `[rom] trusted` in mvi.toml]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) trust: Vec<PathBuf>,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: String,
    /// Its rebuild profile [default: by verdict and runtime]
    #[arg(long, value_name = "SCHOOL")]
    pub(crate) school: Option<String>,
    /// Its operating role, S1 to S5 [default: by name and runtime]
    #[arg(long, value_name = "ROLE")]
    pub(crate) vsm: Option<String>,
    /// Exposure levels it may have: L0, or L0-L2
    #[arg(long, value_name = "LEVELS", default_value = "L0-L1")]
    pub(crate) sostle: String,
    /// Register before all five dimensions are measured; its status stays REVIEW
    #[arg(long)]
    pub(crate) provisional: bool,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RetireArgs {
    /// The organism
    #[arg(value_name = "GID")]
    pub(crate) gid: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct JudgeArgs {
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// The images
    #[arg(required = true, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) images: Vec<String>,
    /// The image's name in the fleet [default: the name it has where it is]
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) name: Option<String>,
    /// Its direct base, such as alpine:3.21 [default: by its layers, then by annotations and labels]
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) base: Option<String>,
    /// Its use class, a row of the standard [default: from what it runs]
    #[arg(long, value_name = "ROW")]
    pub(crate) class: Option<String>,
    /// What it is for
    #[arg(long, value_enum, default_value_t = super::audit::RoleArg::Service)]
    pub(crate) role: super::audit::RoleArg,
    /// The organism whose next ring it is
    #[arg(long, value_name = "GID")]
    pub(crate) gid: Option<String>,
    /// Read it even where it was recorded before
    #[arg(long)]
    pub(crate) again: bool,
    /// Count what this index of advisories says of it, for the dimension cve_count
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) db: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// Where the images are: docker://HOST/*, a folder, @FILE, docker-daemon:*, containers-storage:*, an image
    #[arg(value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    pub(crate) sources: Vec<String>,
    /// A file with one source a line; may repeat
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) list: Vec<PathBuf>,
    /// What `kubectl get pods -A -o json` said; `-` for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) kubernetes: Option<PathBuf>,
    /// The cluster those pods are in
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) cluster: String,
    /// Go on with the scan that was stopped last
    #[arg(long, conflicts_with_all = ["sources", "list", "kubernetes"])]
    pub(crate) resume: bool,
    /// Times an image that cannot be reached is tried again
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) retries: u32,
    /// Leave out images that were built before
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) since: Option<Timestamp>,
    /// Read them even where they were recorded before
    #[arg(long)]
    pub(crate) again: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// A moment: RFC 3339, or a day, which means its first moment in UTC.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let day = text.parse::<Date>().map_err(|_| "write 2026-11-21 or 2026-11-21T12:00:00Z".to_owned())?;
    day.to_zoned(TimeZone::UTC).map(|day| day.timestamp()).map_err(|error| error.to_string())
}
