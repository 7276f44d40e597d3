//! W-CACHE-SHIPPED: what builds keep for themselves, in the image.

use crate::finding::{Finding, Fix, Level, Safety};
use crate::law::View;
use crate::law::edits::without_instruction;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Word};

pub(crate) struct CacheShipped;

static META: RuleMeta = RuleMeta {
    code: "W-CACHE-SHIPPED",
    name: "cache-shipped",
    level: Level::Info,
    group: Group::Law,
    why: "Folders in which build tools keep what they fetched and made are as large as everything together, and nothing in \
          a running service reads them. The release that is made from them is a folder or file of its own.",
    bad: "FROM erlang:27.2.0-alpine AS builder\nRUN echo hello\n\nFROM alpine:3.21.3\nCOPY --from=builder /build/_build /app/_build\n",
    good: "FROM erlang:27.2.0-alpine AS builder\nRUN echo hello\n\nFROM alpine:3.21.3\nCOPY --from=builder /build/_build/prod/rel/app /app\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

/// Folders, by the ends of their paths, that are only there for the next build.
const CACHES: &[&str] = &[
    "_build",
    ".cache",
    ".cache/pip",
    ".cache/rebar3",
    ".cache/go-build",
    ".cargo",
    ".cargo/registry",
    ".gradle",
    ".hex",
    ".m2",
    ".m2/repository",
    ".npm",
    ".yarn/cache",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    "go/pkg/mod",
    "node_modules/.cache",
    "cargo/registry",
    "var/cache/apk",
    "var/lib/apt/lists",
];

impl Rule for CacheShipped {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        view.shipped_instructions()
            .filter_map(|one| {
                let sources: &[Word] = match &one.body {
                    Body::Copy { sources, .. } | Body::Add { sources, .. } => sources,
                    _ => &[],
                };
                let cache = sources.iter().find(|source| is_cache(&source.text))?;
                let message = format!("`{}` is what a build keeps for the next one", cache.text);
                let finding = Finding::new(&META, cache.span, message).note("risk LOW");
                if sources.len() != 1 {
                    return Some(finding);
                }
                let edits = vec![without_instruction(file, one)];
                Some(finding.fix(Fix { title: "do not copy it".into(), safety: Safety::Unsafe, edits }))
            })
            .collect()
    }
}

fn is_cache(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    CACHES.iter().any(|cache| path == *cache || path.strip_suffix(cache).is_some_and(|before| before.ends_with('/')))
}
