//! MVI3033: packages that yum installs without a version.

use crate::finding::Finding;
use crate::packages::{Call, YUM, calls, has_version, unpinned, written};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::Variable;
use crate::syntax::Dockerfile;

pub(crate) struct PinYumVersions;

static META: RuleMeta = RuleMeta {
    code: "MVI3033",
    name: "pin-yum-versions",
    twins: &["DL3033"],
    why: "`yum install NAME` takes the newest version of the repositories, which is another one every few \
          weeks. `NAME-VERSION` installs the one that was tested; modules are pinned by their stream, \
          `NAME:STREAM`.",
    bad: "FROM centos:7.9.2009\nRUN yum install -y jq && yum clean all\n",
    good: "FROM centos:7.9.2009\nRUN yum install -y jq-1.6-2 && yum clean all\n",
    ..RuleMeta::PLAIN
};

impl Rule for PinYumVersions {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| YUM.installs(call)).filter_map(|call| finding(file, &call)).collect()
    }
}

fn finding(file: &Dockerfile, call: &Call<'_>) -> Option<Finding> {
    let is_module = call.has(&["module"]);
    let scope = file.scope_at(call.run.index);
    let declared = |name: &str| scope.variable(name) != Variable::Undeclared;
    let is_pinned = |package: &str| if is_module { package.contains(':') } else { has_version(package, declared) };
    let floating = YUM.packages(call).filter(|word| !is_pinned(&written(word)));
    unpinned(&META, floating, "`NAME-VERSION` installs the same one every time")
}
