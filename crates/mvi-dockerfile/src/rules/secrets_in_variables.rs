//! MVI3064: secrets in ARG and ENV.

use crate::finding::Finding;
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct SecretsInVariables;

static META: RuleMeta = RuleMeta {
    code: "MVI3064",
    name: "secrets-in-variables",
    twins: &["DL3064", "SecretsUsedInArgOrEnv"],
    why: "What `ENV` sets is in every container and in the image's configuration, and what `ARG` gets is in \
          its history: anybody who has the image can read it. `RUN --mount=type=secret` gives a secret to one \
          command and to nothing else.",
    bad: "FROM alpine:3.21.3\nARG NPM_TOKEN\n",
    good: "FROM alpine:3.21.3\nRUN --mount=type=secret,id=npm true\n",
    ..RuleMeta::PLAIN
};

impl Rule for SecretsInVariables {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let all = file.instructions().iter().map(|outer| outer.on_build.as_deref().unwrap_or(outer));
        let names = all.flat_map(|instruction| match &instruction.body {
            Body::Arg(definitions) => definitions.iter().map(|definition| &definition.name).collect(),
            Body::Env(pairs) => pairs.iter().map(|pair| &pair.key).collect(),
            _ => Vec::new(),
        });
        names
            .filter(|name| is_secret(&name.text))
            .map(|name| {
                Finding::new(
                    &META,
                    name.span,
                    format!("`{}` may be a secret, and stays readable in the image", name.text),
                )
            })
            .collect()
    }
}

/// What names of secrets hold.
const PARTS: &[&str] = &["api_key", "client_key", "password", "private", "secret", "token", "username"];

/// Names that give away who has access, and hold none of these (as hadolint has them).
const NAMES: &[&str] = &[
    "application_key",
    "aws_access_key_id",
    "ci_deploy_user",
    "docker_email",
    "facebook_app_id",
    "heroku_api_user",
    "okta_authn_groupid",
    "okta_client_orgurl",
    "okta_oauth2_clientid",
    "stripe_device_name",
    "travis_os_name",
    "travis_secure_env_vars",
    "travis_sudo",
];

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.contains(&name.as_str()) || PARTS.iter().any(|part| name.contains(part))
}
