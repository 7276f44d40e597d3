//! MVI1000: what BuildKit would refuse to read.

use crate::finding::{Finding, Level};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Dockerfile, Problem, ProblemKind};

pub(crate) struct SyntaxError;

static META: RuleMeta = RuleMeta {
    code: "MVI1000",
    name: "syntax-error",
    twins: &["DL1000"],
    level: Level::Error,
    why: "What the builder cannot read it does not build, or reads in another way than it was meant. Everything else \
          that is said of the file depends on this being right first.",
    bad: "FROM alpine:3.21.3\nRUM echo hello\n",
    good: "FROM alpine:3.21.3\nRUN echo hello\n",
    ..RuleMeta::PLAIN
};

impl Rule for SyntaxError {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.problems().iter().filter_map(finding).collect()
    }
}

fn finding(problem: &Problem) -> Option<Finding> {
    let level = match problem.kind {
        ProblemKind::NotADockerfile
        | ProblemKind::TooLong
        | ProblemKind::Empty
        | ProblemKind::Directive
        | ProblemKind::UnknownInstruction
        | ProblemKind::Arguments
        | ProblemKind::Flag
        | ProblemKind::UnterminatedHeredoc
        | ProblemKind::UnterminatedQuote => Level::Error,
        // BuildKit goes on with these.
        ProblemKind::NotUtf8 | ProblemKind::Json => Level::Warning,
        // These are rules of their own.
        ProblemKind::EmptyContinuation | ProblemKind::Order | ProblemKind::Stage => return None,
    };
    Some(Finding { level, ..Finding::new(&META, problem.span, problem.message.clone()) })
}
