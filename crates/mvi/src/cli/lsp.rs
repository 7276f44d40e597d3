//! `mvi lsp`.

use lsp_server::Connection;

use super::args::lint::{LintArgs, LspArgs};
use super::lint_settings::rulebook;
use super::output::{Exit, Failure};
use crate::actions::lint::{LintJob, Mend, Shellcheck, Surroundings};
use crate::{lsp, settings};

pub(super) fn run(args: &LspArgs) -> Result<Exit, Failure> {
    let LspArgs { rules, config, no_shellcheck, .. } = args;
    let args =
        LintArgs { rules: rules.clone(), config: config.clone(), no_shellcheck: *no_shellcheck, ..LintArgs::default() };
    let book = rulebook(&args)?;
    let shellcheck = book.shellcheck.then(|| settings::program("shellcheck")).flatten().map(Shellcheck::new);
    let surroundings = Surroundings::new(&[], &book.settings);
    let job = LintJob {
        settings: &book.settings,
        shellcheck: shellcheck.as_ref(),
        mend: Mend::Nothing,
        baseline: None,
        stdin_path: "-",
        judge: None,
        surroundings: Some(&surroundings),
        jobs: 1,
    };
    let (connection, threads) = Connection::stdio();
    let served = lsp::serve(&connection, &job);
    // The thread that writes ends when there is nobody left who could send.
    drop(connection);
    served?;
    threads.join()?;
    Ok(Exit::Fine)
}
