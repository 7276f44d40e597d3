//! The table of rules: one rule is one file in `rules/` and one line here.

mod banned_base;
mod base_outside_set;
mod base_unregistered;
mod base_unresolved;
mod bash_in_runtime;
mod build_tools;
mod builder_base;
mod cache_shipped;
mod check_inside_build;
mod compile_before_source;
mod consistent_instruction_casing;
mod contents_list;
mod copy_ignored_file;
mod copy_instead_of_add;
mod copy_nests;
mod curl_in_runtime;
mod debug_guide;
mod debug_rebuild;
mod debug_stage;
mod debug_tools_in_runtime;
mod dev_shipped;
mod distroless;
mod docs_shipped;
mod elixir_unused;
mod exec_form;
mod expired_ignore;
mod expose_invalid_format;
mod expose_proto_casing;
mod from_as_casing;
mod gate_masked;
mod health_tool;
mod ignore_without_terms;
mod image_scan;
mod invalid_base_image_platform;
mod invalid_default_arg_in_from;
mod invalid_definition_description;
mod legacy_key_value_format;
mod lock_unverified;
mod maintainer_deprecated;
mod multi_arch;
mod network_build;
mod no_cache_mount;
mod no_empty_continuation;
mod no_ignore_pragma;
mod organism_labels;
mod package_manager;
mod pin_apt_versions;
mod pin_base;
mod provenance;
mod rom_drift;
mod root_copy;
mod root_user;
mod signature;
mod size_gate;
mod source_before_lock;
mod source_shipped;
mod stage_name_casing;
mod syntax_error;
mod three_stage;
mod undefined_arg_in_from;
mod undefined_var;
mod unreadable_pragma;
pub(crate) mod unused_ignore;

use crate::rule::{Rule, RuleMeta};

/// Every rule, in the order of codes.
pub const RULES: &[&dyn Rule] = &[
    &base_unresolved::BaseUnresolved,
    &lock_unverified::LockUnverified,
    &debug_tools_in_runtime::DebugToolsInRuntime,
    &check_inside_build::CheckInsideBuild,
    &syntax_error::SyntaxError,
    &no_ignore_pragma::NoIgnorePragma,
    &pin_apt_versions::PinAptVersions,
    &copy_instead_of_add::CopyInsteadOfAdd,
    &exec_form::ExecForm,
    &maintainer_deprecated::MaintainerDeprecated,
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
    &build_tools::BuildTools,
    &builder_base::BuilderBase,
    &cache_shipped::CacheShipped,
    &compile_before_source::CompileBeforeSource,
    &copy_nests::CopyNests,
    &debug_rebuild::DebugRebuild,
    &dev_shipped::DevShipped,
    &docs_shipped::DocsShipped,
    &gate_masked::GateMasked,
    &health_tool::HealthTool,
    &network_build::NetworkBuild,
    &no_cache_mount::NoCacheMount,
    &package_manager::PackageManager,
    &rom_drift::RomDrift,
    &root_copy::RootCopy,
    &root_user::RootUser,
    &source_before_lock::SourceBeforeLock,
    &source_shipped::SourceShipped,
];

/// The rule of a code, exactly as it is written.
#[must_use]
pub fn rule_of(code: &str) -> Option<&'static RuleMeta> {
    RULES.iter().map(|rule| rule.meta()).find(|meta| meta.code == code)
}
