//! What an image needs to run: its closure, its composition by the standard's tables, and the way to one path.

use std::collections::BTreeMap;

use mvi_closure::{
    Advice, Check, Closure, Composition, FloorBase, Ground, LayerShare, Presence, Rules, RulesError, Terms, close,
    compose, profile_id,
};
use mvi_image::{ImageError, Location, NodeId};
use mvi_standard::Standard;
use mvi_standard::base::BaseStanding;
use mvi_standard::standard::SizeBasis;

use super::audit::{Statement, runtime_of};
use super::evidence::base;
use super::examine::{Examined, Examiner};
use crate::report::needs::{
    AdviceNote, CategorySum, ComponentNote, EntryStep, FindingNote, NeededBy, NeedsReport, NeedsSizes,
};
use crate::report::{Megabytes, TOOL};

/// The empty base, as Dockerfiles call it.
const SCRATCH: &str = "scratch";
/// Components that are named with a category.
const NAMED: usize = 5;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NeedsError {
    /// The image cannot be read.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The standard's tables cannot be used.
    #[error(transparent)]
    Rules(#[from] RulesError),
}

/// Reads the image and takes it apart.
///
/// # Errors
/// Images that cannot be read, and standards whose tables about composition cannot.
pub(crate) fn needs(
    examiner: &Examiner<'_>,
    location: &Location,
    (standard, statement): (&Standard, &Statement),
) -> Result<NeedsReport, NeedsError> {
    let examined = examiner.examine_one(location)?;
    let (closure, composition) = composed(&examined, standard, statement)?;
    let categories = categories(standard, &composition);
    let findings = composition.findings.into_iter();
    let components = composition.components.into_iter();
    Ok(NeedsReport {
        schema: "mvi-needs/1",
        tool: TOOL,
        standard: standard.meta.id.clone(),
        image: examined.identity(),
        runtime: examined.runtime().profile.map(|profile| profile_id(profile).to_owned()),
        entry: entry(&examined),
        end: closure.end,
        sizes: NeedsSizes::of(composition.bytes),
        floor_estimate_mb: composition.floor_estimate_mb,
        floor_base: floor_base(&examined, standard, statement).1,
        floor_unknown: composition.floor_unknown,
        faults: composition.faults,
        unresolved: closure.lacks,
        categories,
        findings: findings
            .map(|finding| FindingNote {
                instruction: examined.instruction(finding.layer as usize),
                category: finding.category,
                risk: finding.risk,
                presence: finding.presence,
                decision: finding.decision,
                component: finding.component,
                purl: finding.package,
                inherited: finding.inherited,
                layer: finding.layer,
                files: finding.files,
                mb: Megabytes(finding.bytes),
                evidence: finding.evidence.into_iter().collect(),
                paths: finding.paths,
            })
            .collect(),
        advice: advice(&examined, composition.advice),
        mandatory: composition.mandatory,
        score: composition.score,
        components: components
            .map(|component| ComponentNote {
                instruction: examined.instruction(component.layer as usize),
                name: component.name,
                purl: component.purl,
                record: component.record,
                decision: component.decision,
                reason: component.reason,
                layer: component.layer,
                inherited: component.inherited,
                files: component.files,
                mb: Megabytes(component.bytes),
                prohibited_mb: Megabytes(component.prohibited_bytes),
            })
            .collect(),
        gaps: examined.gaps(),
    })
}

fn advice(examined: &Examined, advice: Vec<Advice>) -> Vec<AdviceNote> {
    let note = |advice: Advice| AdviceNote { instruction: examined.instruction(advice.layer as usize), advice };
    advice.into_iter().map(note).collect()
}

/// The closure and the composition of an image that was read.
///
/// # Errors
/// Standards whose tables cannot be used.
pub(crate) fn composed(
    examined: &Examined,
    standard: &Standard,
    statement: &Statement,
) -> Result<(Closure, Composition), RulesError> {
    let rules = Rules::of(standard.document())?;
    let ground = ground(examined);
    let closure = close(&ground);
    let by_transfer = standard.meta.size_basis == SizeBasis::Transfer;
    let layers: Vec<LayerShare> = examined
        .layers
        .iter()
        .map(|layer| {
            let share = |bytes: u64| bytes as f64 / (layer.facts.tar_bytes().max(1)) as f64;
            let compressed =
                if by_transfer { layer.transfer_bytes.map(|transfer| share(transfer.bytes)) } else { Some(1.0) };
            LayerShare { compressed }
        })
        .collect();
    let base = base(examined, statement);
    let is_registered = matches!(BaseStanding::of(standard, &base), BaseStanding::Registered { .. });
    let is_strict =
        standard.document().pointer("/policy/inherited_prohibited").and_then(|word| word.as_str()) == Some("fail");
    let (floor_base, _) = floor_base(examined, standard, statement);
    let user = examined.image.config.config.user.split(':').next().unwrap_or_default();
    let checks = checks(examined, standard);
    let terms = Terms {
        rules: &rules,
        layers: &layers,
        base_layers: statement.base_layers,
        base_is_registered: is_registered && !is_strict,
        runs_as_other: !matches!(user, "" | "root" | "0"),
        floor_base,
        checks: &checks,
    };
    let composition = compose(&ground, &closure, &terms);
    Ok((closure, composition))
}

fn ground(examined: &Examined) -> Ground<'_> {
    let config = &examined.image.config.config;
    Ground {
        tree: &examined.tree,
        inventory: examined.inventory(),
        runtime: examined.runtime(),
        environment: &config.env,
        working_dir: &config.working_dir,
        health: config.healthcheck.as_ref().map(|check| check.test.as_slice()).unwrap_or_default(),
        volumes: examined.volumes(),
    }
}

/// The way from the entry point to a path.
pub(super) fn needed_by(examined: &Examined, node: NodeId) -> NeededBy {
    let ground = ground(examined);
    let closure = close(&ground);
    // A folder is needed as the first file in it that is.
    let mut left = vec![node];
    let mut chain = None;
    while let Some(node) = left.pop().filter(|_| chain.is_none()) {
        chain = closure.chain(&ground, node);
        let mut children: Vec<NodeId> = examined.tree.children(node).collect();
        children.sort_by_key(|child| std::cmp::Reverse(examined.tree.node(*child).name()));
        left.extend(children);
    }
    NeededBy { chain: chain.unwrap_or_default(), end: closure.end }
}

/// What the image would stand on: the floor base of the stated class, or of the first row for this runtime that anybody may
/// use; nothing where the standard has no row for its runtime. Its published size, and its name.
fn floor_base(examined: &Examined, standard: &Standard, statement: &Statement) -> (FloorBase, Option<String>) {
    let by_transfer = standard.meta.size_basis == SizeBasis::Transfer;
    let of_row = |row: &str| {
        let fact = standard.base_facts.iter().find(|fact| fact.row_id.as_deref() == Some(row))?;
        let mb = if by_transfer { Some(fact.transfer_mb) } else { fact.unpacked_mb }?;
        Some((FloorBase::OfClass(mb), Some(fact.reference.clone())))
    };
    let unknown = (FloorBase::Unknown, None);
    if let Some(class) = &statement.class {
        return of_row(class).unwrap_or(unknown);
    }
    let Some(runtime) = runtime_of(examined) else { return unknown };
    let mut rows = standard.rows.iter().filter(|row| row.runtime == runtime).peekable();
    if rows.peek().is_none() {
        return (FloorBase::Scratch, Some(SCRATCH.to_owned()));
    }
    rows.filter(|row| !row.needs_justification).find_map(|row| of_row(&row.id)).unwrap_or(unknown)
}

/// What the standard's acceptance gates say of size and layers: scalability.
fn checks(examined: &Examined, standard: &Standard) -> Vec<(&'static str, Check)> {
    let sizes = examined.sizes();
    let measured = |id: &str| match id {
        "AC-SIZE" => sizes.transfer_mb.map(Megabytes::value),
        "AC-LAYERS" => Some(examined.layers.len() as f64),
        _ => None,
    };
    let gates = standard.acceptance.iter().filter_map(|gate| Some((gate, measured(&gate.id)?)));
    gates
        .map(|(gate, value)| {
            let what = format!("{} {} {} {}", gate.criterion, gate.op.as_str(), gate.threshold, gate.unit);
            ("D6", Check { what: what.trim_end().to_owned(), passed: gate.op.holds(value, gate.threshold) })
        })
        .collect()
}

fn entry(examined: &Examined) -> Vec<EntryStep> {
    let steps = examined.runtime().entry.iter();
    let path = |path: &String| format!("/{path}");
    steps.map(|step| EntryStep { word: step.word.clone(), path: step.path.as_ref().map(path) }).collect()
}

/// Findings summed up, the worst first.
fn categories(standard: &Standard, composition: &Composition) -> Vec<CategorySum> {
    let title = |id: &str| {
        let rows = standard.document().get("prohibited").and_then(|rows| rows.as_array()).into_iter().flatten();
        let mut named = rows.filter(|row| row.get("id").and_then(|own| own.as_str()) == Some(id));
        let title = named.next().and_then(|row| row.get("category")?.as_str());
        title.unwrap_or(id).to_owned()
    };
    let mut sums: BTreeMap<(Presence, String), CategorySum> = BTreeMap::new();
    for finding in &composition.findings {
        let key = (finding.presence, finding.category.clone());
        let sum = sums.entry(key).or_insert_with(|| CategorySum {
            category: finding.category.clone(),
            title: title(&finding.category),
            risk: finding.risk,
            presence: finding.presence,
            inherited: true,
            files: 0,
            mb: Megabytes(0),
            components: Vec::new(),
            component_count: 0,
        });
        sum.risk = sum.risk.max(finding.risk);
        sum.inherited &= finding.inherited;
        sum.files += finding.files;
        sum.mb = Megabytes(sum.mb.0 + finding.bytes);
        sum.component_count += 1;
        if sum.components.len() < NAMED && !sum.components.contains(&finding.component) {
            sum.components.push(finding.component.clone());
        }
    }
    let mut sums: Vec<_> = sums.into_values().collect();
    sums.sort_by_key(|sum| (sum.presence, std::cmp::Reverse((sum.risk, sum.mb))));
    sums
}
