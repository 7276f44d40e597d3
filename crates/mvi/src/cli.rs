//! The command line: arguments in, exit code out.

mod args;
mod audit;
mod build;
mod cache;
mod check;
mod crq;
mod crq_seal;
mod crq_show;
mod db;
mod diff;
mod feed_files;
mod fleet;
mod inventory;
mod key;
mod lint;
mod lint_settings;
mod look;
mod lsp;
mod musl;
mod needs;
mod output;
mod pack;
mod predict;
mod probe;
mod pull;
mod remote;
mod rom;
mod rom_registry;
mod sbom;
mod spiral;
mod standard;
mod template;
mod vex_files;
mod vulns;
mod vulns_base;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Cli, Verb};
use output::{Exit, Failure};

/// Runs the program; every way out of it leads through here.
pub(super) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, not errors; a closed pipe is no reason to complain.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Exit::Usage } else { Exit::Fine }.code());
        }
    };
    match act(&cli) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(failure) if failure.is_broken_pipe() => ExitCode::from(Exit::Fine.code()),
        Err(failure) => {
            let _ = writeln!(anstream::stderr(), "{failure}");
            ExitCode::from(failure.exit().code())
        }
    }
}

fn act(cli: &Cli) -> Result<Exit, Failure> {
    match &cli.verb {
        Verb::Audit(args) => audit::run(args),
        Verb::Layers(args) => look::layers(args),
        Verb::Explain(args) => look::explain(args),
        Verb::Pack(args) => pack::run(args),
        Verb::Build(args) => build::run(args),
        Verb::BuildEvent(args) => fleet::build_event::run(args),
        Verb::GuardBuilder(args) => build::guard(args),
        Verb::Standard(args) => standard::run(args),
        Verb::Cache(args) => cache::run(args),
        Verb::Crq(args) => crq::run(args),
        Verb::Db(args) => db::run(args),
        Verb::Diff(args) => diff::run(args),
        Verb::Fleet(args) => fleet::run(args),
        Verb::Key(args) => key::run(args),
        Verb::Inventory(args) => inventory::run(args),
        Verb::Lint(args) => lint::run(args),
        Verb::Lsp(args) => lsp::run(args),
        Verb::Needs(args) => needs::run(args),
        Verb::Template(args) => template::run(args),
        Verb::Predict(args) => predict::run(args),
        Verb::Probe(args) => probe::run(args),
        Verb::ProbeKeeper { folder } => probe::keep(folder),
        Verb::Pull(args) => pull::run(args),
        Verb::Rom(args) => rom::run(args),
        Verb::Sbom(args) => sbom::run(args),
        Verb::Spiral(args) => spiral::run(args),
        Verb::Vulns(args) => vulns::run(args),
        Verb::Check(args) => check::run(args),
        Verb::Musl(args) => musl::run(args),
        Verb::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "mvi", &mut text);
            io::stdout().write_all(&text)?;
            Ok(Exit::Fine)
        }
        Verb::Man { verb } => {
            let mut command = Cli::command();
            command.build();
            let page = match verb {
                None => command,
                Some(verb) => {
                    let found = command.find_subcommand(verb).cloned();
                    found
                        .ok_or_else(|| Failure::usage(format!("there is no verb `{verb}`; `mvi --help` lists them")))?
                }
            };
            let mut text = Vec::new();
            clap_mangen::Man::new(page).render(&mut text)?;
            io::stdout().write_all(&text)?;
            Ok(Exit::Fine)
        }
    }
}
