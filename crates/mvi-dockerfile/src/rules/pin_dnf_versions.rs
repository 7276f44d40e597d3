//! MVI3041: packages that dnf installs without a version.

use crate::finding::Finding;
use crate::packages::{Call, DNF, calls, has_version, unpinned, written};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::Variable;
use crate::syntax::Dockerfile;

pub(crate) struct PinDnfVersions;

static META: RuleMeta = RuleMeta {
    code: "MVI3041",
    name: "pin-dnf-versions",
    twins: &["DL3041"],
    why: "`dnf install NAME` takes the newest version of the repositories, which is another one every few \
          weeks. `NAME-VERSION` installs the one that was tested; modules are pinned by their stream, \
          `NAME:STREAM`.",
    bad: "FROM fedora:41\nRUN dnf install -y jq && dnf clean all\n",
    good: "FROM fedora:41\nRUN dnf install -y jq-1.6-2 && dnf clean all\n",
    ..RuleMeta::PLAIN
};

impl Rule for PinDnfVersions {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| DNF.installs(call)).filter_map(|call| finding(file, &call)).collect()
    }
}

fn finding(file: &Dockerfile, call: &Call<'_>) -> Option<Finding> {
    let is_module = call.has(&["module"]);
    if !is_module && call.has(&["group"]) {
        return None;
    }
    let scope = file.scope_at(call.run.index);
    let declared = |name: &str| scope.variable(name) != Variable::Undeclared;
    let is_pinned = |package: &str| if is_module { package.contains(':') } else { has_version(package, declared) };
    let floating = DNF.packages(call).filter(|word| !is_pinned(&written(word)));
    unpinned(&META, floating, "`NAME-VERSION` installs the same one every time")
}
