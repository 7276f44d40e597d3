//! The table of rules: one rule is one file in `rules/` and one line here.

mod absolute_workdir;
mod add_for_archives;
mod apk_no_cache;
mod apt_assume_yes;
mod apt_get_for_apt;
mod apt_no_recommends;
mod banned_base;
mod base_outside_set;
mod base_unregistered;
mod base_unresolved;
mod bash_in_runtime;
mod build_tools;
mod builder_base;
mod cache_shipped;
mod check_inside_build;
mod chown_layer;
mod compile_before_source;
mod consistent_instruction_casing;
mod contents_list;
mod copy_from_itself;
mod copy_from_known_stage;
mod copy_ignored_file;
mod copy_instead_of_add;
mod copy_into_folder;
mod copy_nests;
mod copy_relative;
mod copy_whole_system;
mod curl_in_runtime;
mod curl_or_wget;
mod debug_guide;
mod debug_rebuild;
mod debug_stage;
mod debug_tools_in_runtime;
mod dev_shipped;
mod distroless;
mod dnf_assume_yes;
mod dnf_clean;
mod docs_shipped;
mod elixir_unused;
mod env_refers_to_itself;
mod exec_form;
mod expired_ignore;
mod expose_invalid_format;
mod expose_proto_casing;
mod from_as_casing;
mod from_first;
mod gate_masked;
mod health_tool;
mod healthcheck_missing;
mod heavy_image;
mod ignore_without_terms;
mod image_scan;
mod invalid_base_image_platform;
mod invalid_default_arg_in_from;
mod invalid_definition_description;
mod join_runs;
mod label_email;
mod label_empty;
mod label_git_hash;
mod label_key;
mod label_missing;
mod label_semver;
mod label_spdx;
mod label_superfluous;
mod label_time;
mod label_url;
mod last_user_root;
mod late_cleanup;
mod legacy_key_value_format;
mod lock_unverified;
mod maintainer_deprecated;
mod multi_arch;
mod network_build;
mod no_cache_mount;
mod no_empty_continuation;
mod no_fixed_platform;
mod no_ignore_pragma;
mod no_latest;
mod no_sudo;
mod no_zypper_dist_upgrade;
mod numeric_user;
mod onbuild_refused;
mod one_cmd;
mod one_entrypoint;
mod one_healthcheck;
mod organism_labels;
mod package_manager;
mod pin_apk_versions;
mod pin_apt_versions;
mod pin_base;
mod pin_dnf_versions;
mod pin_gem_versions;
mod pin_go_versions;
mod pin_npm_versions;
mod pin_pip_versions;
mod pin_yum_versions;
mod pin_zypper_versions;
mod pip_no_cache;
mod pipefail;
mod pointless_command;
mod provenance;
mod redundant_platform;
mod remove_apt_lists;
mod reserved_stage_name;
mod rom_drift;
mod root_copy;
mod root_user;
mod secrets_in_variables;
mod shell_instruction;
mod signature;
mod size_gate;
mod source_before_lock;
mod source_shipped;
mod stage_name_casing;
mod superseded;
mod syntax_error;
mod tagged_base;
mod three_stage;
mod trusted_registry;
mod undefined_arg_in_from;
mod undefined_var;
mod unique_stage_names;
mod unreadable_pragma;
pub(crate) mod unused_ignore;
mod useradd_no_log_init;
mod valid_port;
mod wget_progress;
mod workdir_for_cd;
mod yarn_clean;
mod yum_assume_yes;
mod yum_clean;
mod zypper_assume_yes;
mod zypper_clean;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::manifest::MANIFEST_RULES;
use crate::rule::{Rule, RuleMeta};

/// Every rule, in the order of codes.
pub const RULES: &[&dyn Rule] = &[
    &base_unresolved::BaseUnresolved,
    &lock_unverified::LockUnverified,
    &debug_tools_in_runtime::DebugToolsInRuntime,
    &check_inside_build::CheckInsideBuild,
    &syntax_error::SyntaxError,
    &no_ignore_pragma::NoIgnorePragma,
    &absolute_workdir::AbsoluteWorkdir,
    &pointless_command::PointlessCommand,
    &last_user_root::LastUserRoot,
    &workdir_for_cd::WorkdirForCd,
    &no_sudo::NoSudo,
    &tagged_base::TaggedBase,
    &no_latest::NoLatest,
    &pin_apt_versions::PinAptVersions,
    &remove_apt_lists::RemoveAptLists,
    &add_for_archives::AddForArchives,
    &valid_port::ValidPort,
    &one_healthcheck::OneHealthcheck,
    &pin_pip_versions::PinPipVersions,
    &apt_assume_yes::AptAssumeYes,
    &apt_no_recommends::AptNoRecommends,
    &pin_npm_versions::PinNpmVersions,
    &pin_apk_versions::PinApkVersions,
    &apk_no_cache::ApkNoCache,
    &copy_instead_of_add::CopyInsteadOfAdd,
    &copy_into_folder::CopyIntoFolder,
    &copy_from_known_stage::CopyFromKnownStage,
    &copy_from_itself::CopyFromItself,
    &unique_stage_names::UniqueStageNames,
    &exec_form::ExecForm,
    &trusted_registry::TrustedRegistry,
    &apt_get_for_apt::AptGetForApt,
    &pin_gem_versions::PinGemVersions,
    &no_fixed_platform::NoFixedPlatform,
    &yum_assume_yes::YumAssumeYes,
    &yum_clean::YumClean,
    &pin_yum_versions::PinYumVersions,
    &zypper_assume_yes::ZypperAssumeYes,
    &no_zypper_dist_upgrade::NoZypperDistUpgrade,
    &zypper_clean::ZypperClean,
    &pin_zypper_versions::PinZypperVersions,
    &dnf_assume_yes::DnfAssumeYes,
    &dnf_clean::DnfClean,
    &pin_dnf_versions::PinDnfVersions,
    &pip_no_cache::PipNoCache,
    &onbuild_refused::OnbuildRefused,
    &env_refers_to_itself::EnvRefersToItself,
    &copy_relative::CopyRelative,
    &useradd_no_log_init::UseraddNoLogInit,
    &wget_progress::WgetProgress,
    &label_key::LabelKey,
    &label_missing::LabelMissing,
    &label_superfluous::LabelSuperfluous,
    &label_empty::LabelEmpty,
    &label_url::LabelUrl,
    &label_time::LabelTime,
    &label_spdx::LabelSpdx,
    &label_git_hash::LabelGitHash,
    &label_semver::LabelSemver,
    &healthcheck_missing::HealthcheckMissing,
    &label_email::LabelEmail,
    &join_runs::JoinRuns,
    &yarn_clean::YarnClean,
    &from_first::FromFirst,
    &pin_go_versions::PinGoVersions,
    &reserved_stage_name::ReservedStageName,
    &secrets_in_variables::SecretsInVariables,
    &redundant_platform::RedundantPlatform,
    &numeric_user::NumericUser,
    &copy_whole_system::CopyWholeSystem,
    &maintainer_deprecated::MaintainerDeprecated,
    &curl_or_wget::CurlOrWget,
    &one_cmd::OneCmd,
    &one_entrypoint::OneEntrypoint,
    &shell_instruction::ShellInstruction,
    &pipefail::Pipefail,
    &stage_name_casing::StageNameCasing,
    &from_as_casing::FromAsCasing,
    &no_empty_continuation::NoEmptyContinuation,
    &consistent_instruction_casing::ConsistentInstructionCasing,
    &undefined_arg_in_from::UndefinedArgInFrom,
    &undefined_var::UndefinedVar,
    &legacy_key_value_format::LegacyKeyValueFormat,
    &invalid_default_arg_in_from::InvalidDefaultArgInFrom,
    &copy_ignored_file::CopyIgnoredFile,
    &invalid_definition_description::InvalidDefinitionDescription,
    &expose_proto_casing::ExposeProtoCasing,
    &expose_invalid_format::ExposeInvalidFormat,
    &invalid_base_image_platform::InvalidBaseImagePlatform,
    &expired_ignore::ExpiredIgnore,
    &ignore_without_terms::IgnoreWithoutTerms,
    &unused_ignore::UnusedIgnore,
    &unreadable_pragma::UnreadablePragma,
    &elixir_unused::ElixirUnused,
    &bash_in_runtime::BashInRuntime,
    &curl_in_runtime::CurlInRuntime,
    &pin_base::PinBase,
    &image_scan::ImageScan,
    &three_stage::ThreeStage,
    &debug_stage::DebugStage,
    &contents_list::ContentsList,
    &debug_guide::DebugGuide,
    &size_gate::SizeGate,
    &distroless::Distroless,
    &multi_arch::MultiArch,
    &signature::Signature,
    &provenance::Provenance,
    &base_outside_set::BaseOutsideSet,
    &base_unregistered::BaseUnregistered,
    &organism_labels::OrganismLabels,
    &banned_base::BannedBaseUsed,
    &heavy_image::HeavyImage,
    &build_tools::BuildTools,
    &builder_base::BuilderBase,
    &cache_shipped::CacheShipped,
    &chown_layer::ChownLayer,
    &compile_before_source::CompileBeforeSource,
    &copy_nests::CopyNests,
    &debug_rebuild::DebugRebuild,
    &dev_shipped::DevShipped,
    &docs_shipped::DocsShipped,
    &gate_masked::GateMasked,
    &health_tool::HealthTool,
    &late_cleanup::LateCleanup,
    &network_build::NetworkBuild,
    &no_cache_mount::NoCacheMount,
    &package_manager::PackageManager,
    &rom_drift::RomDrift,
    &root_copy::RootCopy,
    &root_user::RootUser,
    &source_before_lock::SourceBeforeLock,
    &source_shipped::SourceShipped,
];

/// The descriptions of every rule, those over manifests last.
pub fn all_rules() -> impl Iterator<Item = &'static RuleMeta> {
    RULES.iter().map(|rule| rule.meta()).chain(MANIFEST_RULES.iter().map(|rule| rule.meta()))
}

/// The rule of a code, exactly as it is written.
#[must_use]
pub fn rule_of(code: &str) -> Option<&'static RuleMeta> {
    // Every finding asks, so that looking through the table would be a tenth of a run.
    static BY_CODE: LazyLock<HashMap<&str, &RuleMeta>> =
        LazyLock::new(|| all_rules().map(|meta| (meta.code, meta)).collect());
    BY_CODE.get(code).copied()
}
