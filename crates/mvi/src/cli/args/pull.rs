//! The arguments of `mvi pull`.

use clap::{Args, ValueHint};

use super::{ReadArgs, ReportArgs};

#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    /// The images that every node pulls
    #[arg(required = true, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) images: Vec<String>,
    /// How many nodes pull
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) nodes: u32,
    /// Link of a node, Mbit/s
    #[arg(long, value_name = "MBPS", default_value_t = 1000.0)]
    pub(crate) link: f64,
    /// Egress of the registry, Mbit/s
    #[arg(long, value_name = "MBPS", default_value_t = 1000.0)]
    pub(crate) egress: f64,
    /// An image whose layers are there already; may repeat
    #[arg(long, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) warm: Vec<String>,
    /// Share of the nodes that have the warm images, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 1.0)]
    pub(crate) warm_nodes: f64,
    /// Nodes that have an image serve others with this upload, Mbit/s
    #[arg(long, value_name = "MBPS")]
    pub(crate) p2p: Option<f64>,
    /// Most pulls under way in the cluster at once
    #[arg(long, value_name = "N")]
    pub(crate) slots: Option<u32>,
    /// Unpack after the download, not beside it
    #[arg(long)]
    pub(crate) no_overlap: bool,
    /// Count the download alone: no round trips, no unpacking
    #[arg(long)]
    pub(crate) download_only: bool,
    /// The standard whose pull model counts: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", value_hint = ValueHint::FilePath)]
    pub(crate) standard: Option<String>,
    /// An image that one of these takes the place of, to see what that saves; may repeat
    #[arg(long, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) instead_of: Vec<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}
