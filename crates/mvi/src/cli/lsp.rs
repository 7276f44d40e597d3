//! `mvi lsp`.

use lsp_server::Connection;

use super::args::lint::{LintArgs, LspArgs};
use super::lint_settings::rulebook;
use super::output::{Exit, Failure};
use crate::actions::lint::{Bench, Shellcheck, Surroundings};
use crate::{lsp, settings};

pub(super) fn run(args: &LspArgs) -> Result<Exit, Failure> {
    let LspArgs { rules, config, no_shellcheck, .. } = args;
    let args =
        LintArgs { rules: rules.clone(), config: config.clone(), no_shellcheck: *no_shellcheck, ..LintArgs::default() };
    let read = || -> anyhow::Result<Bench> {
        let book = rulebook(&args).map_err(|failure| anyhow::anyhow!(failure.to_string()))?;
        let shellcheck = book.shellcheck.then(|| settings::program("shellcheck")).flatten().map(Shellcheck::new);
        Ok(Bench { surroundings: Surroundings::new(&[], &book.settings), settings: book.settings, shellcheck })
    };
    // What is wrong from the start is said as in every other verb.
    rulebook(&args)?;
    let (connection, threads) = Connection::stdio();
    let served = lsp::serve(&connection, &read);
    // The thread that writes ends when there is nobody left who could send.
    drop(connection);
    served?;
    threads.join()?;
    Ok(Exit::Fine)
}
