//! What is unwise about an image: its evidence put together, findings waived for a while or not.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mvi_check::{CHECKPOINTS, Evidence, Finding, Level, Step, check as find};
use mvi_image::{ImageError, Location};

use super::examine::{Examined, Examiner};
use crate::config::WaiverConfig;
use crate::report::check::{CheckCounts, CheckNote, CheckReport, Checked, LapsedCheck, Unanswered, WaivedCheck};
use crate::report::{TOOL, instruction};

/// The checkpoint that an image alone cannot answer.
const SIGNED: &str = "CIS-DI-0005";

/// What is left out, and what is permitted.
pub(crate) struct CheckOptions<'a> {
    /// Waivers, whether they still hold or not.
    pub waivers: &'a [WaiverConfig],
    /// Codes of checkpoints that are left out.
    pub ignore: &'a [String],
    /// Now.
    pub now: Timestamp,
}

/// Reads the image and finds what is unwise about it.
///
/// # Errors
/// An image that cannot be read.
pub(crate) fn check(
    examiner: &Examiner<'_>,
    location: &Location,
    options: &CheckOptions<'_>,
) -> Result<CheckReport, ImageError> {
    let examined = examiner.examine_one(location)?;
    Ok(CheckReport {
        schema: "mvi-check/1",
        tool: TOOL,
        image: examined.identity(),
        checked: checked(&examined, options),
        gaps: examined.gaps(),
    })
}

/// What is unwise about an image that was read with a [`mvi_check::CheckCollector`].
pub(super) fn checked(examined: &Examined, options: &CheckOptions<'_>) -> Checked {
    let (mut findings, public_secrets, more_secrets) = found(examined);
    findings.retain(|finding| !options.ignore.contains(&finding.code));
    let today = options.now.to_zoned(TimeZone::UTC).date();
    let lapsed = options.waivers.iter().filter(|waiver| waiver.until < today);
    let lapsed = lapsed.filter(|waiver| findings.iter().any(|finding| is_for(waiver, finding)));
    let lapsed = lapsed.map(|waiver| LapsedCheck {
        code: waiver.id.clone(),
        until: waiver.until.to_string(),
        reason: waiver.reason.clone(),
    });
    let lapsed = lapsed.collect();
    let (mut counting, mut waived) = (Vec::new(), Vec::new());
    for finding in findings {
        let holds = options.waivers.iter().find(|waiver| waiver.until >= today && is_for(waiver, &finding));
        let note = note(examined, finding);
        match holds {
            Some(waiver) => waived.push(WaivedCheck {
                finding: note,
                until: waiver.until.to_string(),
                reason: waiver.reason.clone(),
            }),
            None => counting.push(note),
        }
    }
    let unanswered = Unanswered { code: SIGNED, why: "signatures lie beside an image, not in it" };
    let is_wanted = !options.ignore.iter().any(|code| code == SIGNED);
    Checked {
        counts: counts(&counting),
        findings: counting,
        unanswered: is_wanted.then_some(unanswered).into_iter().collect(),
        waived,
        lapsed,
        public_secrets,
        more_secrets,
    }
}

fn found(examined: &Examined) -> (Vec<Finding>, usize, usize) {
    let config = &examined.image.config;
    let layer_of = |step: usize| {
        let layer = examined.image.layers.iter().position(|layer| layer.instruction == Some(step));
        layer.and_then(|layer| u32::try_from(layer).ok())
    };
    let steps = config.history.iter().enumerate().map(|(number, entry)| {
        let written = entry.created_by.clone().unwrap_or_default();
        Step { instruction: instruction(&written), written, layer: layer_of(number) }
    });
    let steps: Vec<Step> = steps.collect();
    let volumes: Vec<&str> = config.config.volumes.keys().map(String::as_str).collect();
    let asks = |test: &Vec<String>| test.first().is_some_and(|word| word != "NONE");
    find(&Evidence {
        tree: &examined.tree,
        inventory: examined.inventory(),
        user: &config.config.user,
        env: &config.config.env,
        volumes: &volumes,
        has_healthcheck: config.config.healthcheck.as_ref().is_some_and(|check| asks(&check.test)),
        reference: examined.image.reference.as_deref(),
        steps: &steps,
    })
}

fn note(examined: &Examined, finding: Finding) -> CheckNote {
    let config = &examined.image.config;
    let by_step = finding.step.and_then(|step| config.history.get(step)?.created_by.as_deref()).map(instruction);
    let by_layer = || finding.layer.and_then(|layer| examined.instruction(layer as usize));
    let is_secret = finding.secret.is_some() && finding.path.is_none();
    // The words of such a step are the secret.
    let instruction = if is_secret { None } else { by_step.or_else(by_layer) };
    let point = CHECKPOINTS.iter().find(|point| point.code == finding.code);
    CheckNote {
        instruction,
        title: point.map_or("", |point| point.title),
        fix: point.map_or("", |point| point.fix),
        finding,
    }
}

fn counts(findings: &[CheckNote]) -> CheckCounts {
    let mut counts = CheckCounts::default();
    for note in findings {
        *match note.finding.level {
            Level::Error => &mut counts.error,
            Level::Warning => &mut counts.warning,
            Level::Info => &mut counts.info,
        } += 1;
        counts.secrets += usize::from(note.finding.secret.is_some());
    }
    counts
}

fn is_for(waiver: &WaiverConfig, finding: &Finding) -> bool {
    let same_path = |path: &String| finding.path.as_deref() == Some(path.trim_start_matches('/'));
    waiver.id == finding.code && waiver.package.is_none() && waiver.path.as_ref().is_none_or(same_path)
}
