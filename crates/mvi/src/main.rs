//! `mvi`, Minimum Viable Image: judges container images against a written image standard and explains every megabyte.

mod actions;
mod cli;
mod config;
mod lsp;
mod progress;
mod render;
mod report;
mod settings;
mod standards;

fn main() -> std::process::ExitCode {
    cli::run()
}
