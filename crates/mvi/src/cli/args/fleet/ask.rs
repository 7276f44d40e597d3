//! The arguments of the verbs that ask the fleet something.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use jiff::Timestamp;

use super::{ShowArgs, moment};
use crate::report::fleet::Column;

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only of repositories that match; `*` stands for anything
    #[arg(value_name = "PATTERN")]
    pub(crate) pattern: Option<String>,
    /// Only with this verdict; may repeat
    #[arg(long, value_enum, value_name = "VERDICT", ignore_case = true)]
    pub(crate) verdict: Vec<VerdictArg>,
    /// Only larger than this, MB
    #[arg(long, value_name = "MB")]
    pub(crate) larger_than: Option<f64>,
    /// Only with this trigger, such as T2
    #[arg(long, value_name = "TRIGGER")]
    pub(crate) trigger: Option<String>,
    /// Only images that count in the score
    #[arg(long)]
    pub(crate) counted: bool,
    /// Also images that newer ones took the place of
    #[arg(long)]
    pub(crate) all: bool,
    /// By what to sort; numbers and verdicts the worst first
    #[arg(long, value_enum, default_value_t = SortArg::Name)]
    pub(crate) sort: SortArg,
    /// The other way round
    #[arg(long)]
    pub(crate) reverse: bool,
    /// Columns, in order
    #[arg(long, value_enum, value_delimiter = ',', value_name = "COLUMNS")]
    pub(crate) columns: Vec<Column>,
    /// No more than so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// The fleet as it was then
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

/// Verdicts to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerdictArg {
    Floor,
    Justified,
    Review,
    Audit,
    Replace,
    /// Not measured
    None,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortArg {
    Name,
    Size,
    Verdict,
    Pressure,
    Segment,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SolvencyArgs {
    #[command(subcommand)]
    pub(crate) verb: Option<SolvencyVerb>,
    #[command(flatten)]
    pub(crate) plain: PlainSolvencyArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PlainSolvencyArgs {
    #[command(flatten)]
    pub(crate) count: CountArgs,
    /// Exit with 1 where the score is below this, or there is none
    #[arg(long, value_name = "SCORE")]
    pub(crate) fail_below: Option<f64>,
    /// The fleet as it was then
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

/// How images count.
#[derive(Debug, Args)]
pub(crate) struct CountArgs {
    /// What an image weighs
    #[arg(long, value_enum, default_value_t = ByArg::Images)]
    pub(crate) by: ByArg,
    /// All images, also those known for their lineage alone
    #[arg(long)]
    pub(crate) everything: bool,
    /// Show fractions, exactly
    #[arg(long)]
    pub(crate) precise: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SolvencyVerb {
    /// The shortest way to a score: which images to fix first, and what each gains
    #[command(after_help = "Examples:\n  mvi fleet solvency plan\n  mvi fleet solvency plan --target 0.6 --by pods")]
    Plan(PlanArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The score to reach [default: the standard's]
    #[arg(long, value_name = "SCORE")]
    pub(crate) target: Option<f64>,
    #[command(flatten)]
    pub(crate) count: CountArgs,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

/// What an image weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ByArg {
    /// Each counts one
    Images,
    /// Its size
    Bytes,
    /// How often it is pulled
    Pulls,
    /// How many pods run it
    Pods,
}

#[derive(Debug, Args)]
pub(crate) struct BeltArgs {
    /// The fleet as it was then
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ForestArgs {
    /// Draw it into an SVG file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) svg: Option<PathBuf>,
    /// Draw it into an HTML page that needs nothing else
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct QueryArgs {
    #[command(subcommand)]
    pub(crate) verb: QueryVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum QueryVerb {
    /// Services that inherit a vulnerability, with the base that brought it
    #[command(name = "Q1", alias = "q1")]
    Inherits {
        /// Its id or another name of it
        #[arg(value_name = "CVE")]
        vulnerability: String,
        /// Name every image that has it, whether anything runs it or not
        #[arg(long)]
        images: bool,
        #[command(flatten)]
        show: ShowArgs,
    },
    /// What a change of a base reaches
    #[command(name = "Q2", alias = "q2")]
    Blast {
        /// The base
        #[arg(value_name = "GID|IMAGE")]
        base: String,
        #[command(flatten)]
        show: ShowArgs,
    },
    /// The most similar images
    #[command(name = "Q3", alias = "q3")]
    Similar {
        /// The image
        #[arg(value_name = "GID|IMAGE")]
        image: String,
        /// How many
        #[arg(long, short, default_value_t = 10)]
        k: usize,
        #[command(flatten)]
        show: ShowArgs,
    },
    /// What changed between two builds
    #[command(name = "Q4", alias = "q4")]
    Changes {
        /// The older one
        #[arg(value_name = "OLD")]
        old: String,
        /// The newer one
        #[arg(value_name = "NEW")]
        new: String,
        #[command(flatten)]
        show: ShowArgs,
    },
    /// Whose rebuild removes a vulnerability from most services
    #[command(name = "Q5", alias = "q5")]
    Fixes {
        /// Its id or another name of it
        #[arg(value_name = "CVE")]
        vulnerability: String,
        #[command(flatten)]
        show: ShowArgs,
    },
    /// What runs and is no organism's
    #[command(name = "Q6", alias = "q6")]
    Orphans {
        #[command(flatten)]
        show: ShowArgs,
    },
    /// Change requests that fall due
    #[command(name = "Q7", alias = "q7")]
    Due(DueArgs),
}

#[derive(Debug, Args)]
pub(crate) struct FindingsArgs {
    /// Only about repositories, references or GIDs that match; `*` stands for anything
    #[arg(value_name = "PATTERN")]
    pub(crate) pattern: Option<String>,
    /// Only findings with this code; SOV-2 stands for SOV-2:gid too; may repeat
    #[arg(long = "code", value_name = "CODE")]
    pub(crate) codes: Vec<String>,
    /// Only findings as bad as this, or worse
    #[arg(long, value_enum)]
    pub(crate) severity: Option<SeverityArg>,
    /// Exit with 1 when a finding that is told is as bad as this, or worse
    #[arg(long, value_enum)]
    pub(crate) fail_on: Option<SeverityArg>,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityArg {
    /// Worth knowing
    Info,
    /// Worth fixing some day
    Low,
    /// Weakens the judgement or the image
    Medium,
    /// Makes the judgement or the image wrong
    High,
}

#[derive(Debug, Args)]
pub(crate) struct DecisionsArgs {
    /// Only about this service, a repository
    #[arg(value_name = "SERVICE")]
    pub(crate) service: Option<String>,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DueArgs {
    /// Within so many days
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) days: u32,
    /// As it will be, or was, at this moment [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// For which program
    #[arg(long, short, value_enum, default_value_t = ExportFormat::Json)]
    pub(crate) format: ExportFormat,
    /// Where to [default: standard output]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
}

/// The formats of exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Stable, with a JSON Schema
    Json,
    /// Tables, RFC 4180
    Csv,
    /// GraphML
    Graphml,
    /// Graphviz
    Dot,
    /// An openCypher script
    Cypher,
}

#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// Only after this event
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) after: u64,
    /// Only about this: a digest, a GID, a service, a change request
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) subject: Option<String>,
    /// Only of this kind, such as verdict
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// No more than the last so many; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}
