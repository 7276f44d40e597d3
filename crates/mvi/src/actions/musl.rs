//! Whether an image can move to musl.

use mvi_image::{ImageError, Location};
use mvi_musl::{Answer, Evidence, Means, Subject, Verdict, WheelNames, judge};

use super::examine::{Examined, Examiner};
use crate::report::TOOL;
use crate::report::musl::{MuslCounts, MuslReport, MuslSubject};

/// Reads the image and judges its objects; `wheels` are distributions of Python that are to be had.
///
/// # Errors
/// An image that cannot be read.
pub(crate) fn musl(
    examiner: &Examiner<'_>,
    location: &Location,
    wheels: &WheelNames,
) -> Result<MuslReport, ImageError> {
    let examined = examiner.examine_one(location)?;
    let answer = answer(&examined, wheels);
    let counts = counts(&answer.subjects);
    let subjects = answer
        .subjects
        .into_iter()
        .map(|subject| MuslSubject { instruction: examined.instruction(subject.layer as usize), subject });
    Ok(MuslReport {
        schema: "mvi-musl/1",
        tool: TOOL,
        image: examined.identity(),
        verdict: answer.verdict,
        compared: answer.compared,
        counts: MuslCounts { glibc_objects: answer.glibc_objects, foreign_objects: answer.foreign_objects, ..counts },
        subjects: subjects.collect(),
        gaps: examined.gaps(),
        all: false,
    })
}

/// What musl means for every object of an image.
pub(super) fn answer(examined: &Examined, wheels: &WheelNames) -> Answer {
    let config = &examined.image.config;
    judge(&Evidence {
        inventory: examined.inventory(),
        tree: &examined.tree,
        env: &config.config.env,
        architecture: &config.architecture,
        wheels,
    })
}

fn counts(subjects: &[Subject]) -> MuslCounts {
    let mut counts = MuslCounts::default();
    for subject in subjects {
        *match subject.verdict {
            Verdict::Safe => &mut counts.safe,
            Verdict::NeedsWork => &mut counts.needs_work,
            Verdict::Blocked => &mut counts.blocked,
        } += 1;
        for object in &subject.objects {
            *match object.means {
                Means::Static => &mut counts.objects_static,
                Means::Musl => &mut counts.objects_musl,
                Means::Rebuild => &mut counts.objects_rebuild,
                Means::RebuildWith => &mut counts.objects_rebuild_with,
                Means::Port => &mut counts.objects_port,
                Means::Unknown => &mut counts.objects_unknown,
            } += 1;
        }
    }
    counts
}
