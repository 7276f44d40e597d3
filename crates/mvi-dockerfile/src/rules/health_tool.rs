//! W-HEALTH-TOOL: packages that are there for the health check alone.

use crate::finding::{Finding, Level};
use crate::law::commands::commands;
use crate::law::installs::program;
use crate::law::{Package, View};
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Dockerfile, Keyword};

pub(crate) struct HealthTool;

static META: RuleMeta = RuleMeta {
    code: "W-HEALTH-TOOL",
    name: "health-tool",
    level: Level::Info,
    group: Group::Law,
    why: "A package with its libraries is installed so that a health check can call one program of it. The service knows \
          its own state better: a command of its own, or a request by what the base has, needs nothing in addition.",
    bad: "FROM alpine:3.21.3\nRUN apk add --no-cache jq\nHEALTHCHECK CMD [\"jq\", \"-e\", \".up\", \"/run/state.json\"]\n",
    good: "FROM alpine:3.21.3\nHEALTHCHECK CMD [\"/app\", \"ping\"]\n",
    beside: &["MVI3018"],
    ..RuleMeta::PLAIN
};

/// Programs and the packages they come in, where those have another name; curl has a rule of its own.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("pgrep", &["procps", "procps-ng"]),
    ("pidof", &["procps", "procps-ng", "sysvinit-tools"]),
    ("ps", &["procps", "procps-ng"]),
    ("nc", &["netcat-openbsd", "netcat-traditional", "netcat", "nmap-ncat", "ncat"]),
    ("dig", &["bind-tools", "bind-utils", "dnsutils"]),
    ("nslookup", &["bind-tools", "bind-utils", "dnsutils"]),
    ("ss", &["iproute2"]),
    ("netstat", &["net-tools"]),
    ("psql", &["postgresql-client"]),
    ("pg_isready", &["postgresql-client"]),
    ("redis-cli", &["redis", "redis-tools"]),
    ("mysqladmin", &["mysql-client", "mariadb-client"]),
    ("http", &["httpie"]),
];

impl Rule for HealthTool {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        let called = |health: bool| {
            let which = view.shipped_instructions().filter(move |one| (one.keyword == Keyword::Healthcheck) == health);
            which.flat_map(|one| commands(file, one)).filter_map(program).map(|(name, _)| name).collect::<Vec<_>>()
        };
        let (health, other) = (called(true), called(false));
        let tools: Vec<&str> = health.into_iter().filter(|name| *name != "curl" && !other.contains(name)).collect();
        if tools.is_empty() {
            return Vec::new();
        }
        let installs = view.shipped_installs();
        let packages = installs.iter().flat_map(|install| &install.packages);
        packages
            .filter_map(|package| {
                let tool = tools.iter().find(|tool| is_in(tool, package.name))?;
                Some(finding(package, tool))
            })
            .collect()
    }
}

fn finding(package: &Package<'_>, tool: &str) -> Finding {
    let message = format!("`{}` ships so that HEALTHCHECK can call `{tool}`", package.name);
    Finding::new(&META, package.word.span, message)
        .note("the service can answer for its own health without another program")
}

fn is_in(program: &str, package: &str) -> bool {
    package == program || PROGRAMS.iter().any(|(name, packages)| *name == program && packages.contains(&package))
}
