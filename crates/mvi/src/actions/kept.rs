//! What an audit and the fleet keep of a composition: two numbers, remembered beside the layers they come from.

use mvi_closure::End;
use mvi_image::{Algorithm, Digest};
use mvi_standard::Standard;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::evidence::Statement;
use super::examine::{Examined, Examiner};
use super::needs::composed;

/// Changes with everything that changes a composition of the same layers: [`mvi_closure`], the collector, this question.
const VERSION: u32 = 1;

/// What is kept of a composition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Bytes that are there and not needed; none where nobody can tell what the image needs.
    pub unneeded: Option<u64>,
    /// Compressed size that the included closure would have on its class's floor base, MB.
    pub floor_estimate_mb: Option<f64>,
}

/// The composition of an image in two numbers, as far as they are known.
pub(crate) fn kept(examined: &Examined, standard: &Standard, statement: &Statement) -> Kept {
    let Ok((closure, composition)) = composed(examined, standard, statement) else { return Kept::default() };
    let is_known = closure.end == End::Known;
    Kept { unneeded: is_known.then(|| composition.bytes.unneeded()), floor_estimate_mb: composition.floor_estimate_mb }
}

/// The same, from the layer memory where it was asked before. Bytes that nobody verified neither ask nor answer.
pub(crate) fn recalled(
    examiner: &Examiner<'_>,
    examined: &Examined,
    standard: &Standard,
    statement: &Statement,
) -> Kept {
    let memory = examiner.options.cache.as_ref().filter(|_| examined.verified);
    let question = || question(examiner.collector.version(), examined, standard, statement);
    let Some((memory, question)) = memory.and_then(|memory| Some((memory, question()?))) else {
        return kept(examined, standard, statement);
    };
    if let Some(known) = memory.answer(&question).and_then(|answer| serde_json::from_str(&answer).ok()) {
        return known;
    }
    let kept = kept(examined, standard, statement);
    if let Ok(answer) = serde_json::to_string(&kept) {
        memory.keep_answer(&question, &answer);
    }
    kept
}

/// Everything that the composition depends on, as one digest; none where something of it has no digest itself, or was
/// cut short.
fn question(collector: u32, examined: &Examined, standard: &Standard, statement: &Statement) -> Option<Digest> {
    let image = &examined.image;
    let layers: Option<Vec<_>> = image
        .layers
        .iter()
        .zip(&examined.layers)
        .map(|(layer, scanned)| {
            let transfer = scanned.transfer_bytes.map(|transfer| (transfer.bytes, transfer.estimated));
            let whole = scanned.gaps.is_empty() && scanned.facts.gaps().is_empty();
            layer.diff_id.as_ref().filter(|_| whole).map(|diff_id| (diff_id.to_string(), transfer))
        })
        .collect();
    let asked = json!({
        "version": [VERSION, collector],
        "program": env!("CARGO_PKG_VERSION"),
        "layers": layers?,
        "config": image.config_digest.as_ref()?.to_string(),
        "annotations": image.annotations,
        "standard": standard.digest(),
        "class": statement.class,
        "base": statement.base,
        "base_layers": statement.base_layers,
    });
    Some(Digest::of(Algorithm::Sha256, asked.to_string().as_bytes()))
}
