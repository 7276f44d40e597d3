//! What a service is expected to measure on a base before anybody built it.

use mvi_standard::Standard;

use super::features::BaseFacts;

/// What the prior has to know of a service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Class<'a> {
    /// Its runtime profile.
    pub(super) runtime: &'a str,
    /// Whether it brings machine learning, which is a row of its own.
    pub(super) learns: bool,
}

/// What a service of a runtime adds to its base: MB, and milliseconds and MB of its start and memory.
struct Payload {
    mb: f64,
    startup_ms: f64,
    memory_mb: f64,
}

/// Medians of a class. Derived: the payloads of Image Standard V13's simulated fleet.
fn payload(runtime: &str) -> Option<Payload> {
    let (mb, startup_ms, memory_mb) = match runtime {
        "static-elf" => (8.0, 20.0, 10.0),
        "dynamic-elf" => (6.0, 15.0, 8.0),
        "python" => (40.0, 400.0, 60.0),
        "node" => (35.0, 350.0, 80.0),
        "java" => (45.0, 1700.0, 190.0),
        "erlang" => (30.0, 700.0, 80.0),
        "static-web" => (5.0, 30.0, 8.0),
        _ => return None,
    };
    Some(Payload { mb, startup_ms, memory_mb })
}

/// Layers that a service adds.
const LAYERS: f64 = 3.0;
/// Vulnerabilities that its dependencies add.
const VULNERABILITIES: f64 = 3.0;

/// The prior of each dimension of a standard: the base's fact and the payload of the class. Image Standard V13, forecasting:
/// prior.
///
/// # Errors
/// What is not known, in words.
pub(super) fn prior(standard: &Standard, class: &Class<'_>, base: &BaseFacts) -> Result<Vec<f64>, Vec<String>> {
    let Some(payload) = payload(class.runtime) else {
        return Err(vec![format!("what a service of {} measures", class.runtime)]);
    };
    let mut missing = Vec::new();
    let mut known = |fact: Option<f64>, what: &str| fact.ok_or_else(|| missing.push(what.to_owned())).unwrap_or(0.0);
    let mb = known(base.transfer_mb, "its size (transfer_mb)");
    let typical = typical(base.libc.as_deref());
    let cves = known(base.cves.or(typical.map(|(cves, _)| cves)), "its vulnerabilities (cves, or libc)");
    let layers = known(base.layers.or(typical.map(|(_, layers)| layers)), "its layers (layers, or libc)");
    if !missing.is_empty() {
        return Err(missing);
    }
    let of = |id: &str| match id {
        "size_mb" => Some(mb + row_payload(standard, class).unwrap_or(payload.mb)),
        "startup_ms" => Some(payload.startup_ms),
        "mem_mb" => Some(payload.memory_mb),
        "cve_count" => Some(cves + VULNERABILITIES),
        "layer_count" => Some(layers + LAYERS),
        _ => None,
    };
    standard
        .dimensions
        .iter()
        .map(|dimension| of(&dimension.id).ok_or_else(|| vec![format!("anything about {}", dimension.id)]))
        .collect()
}

/// MB that a service of a class adds: the middle of its row's target without the row's own base. The first row of the
/// runtime, the largest for machine learning; nothing where that base was not measured.
fn row_payload(standard: &Standard, class: &Class<'_>) -> Option<f64> {
    let rows = || standard.rows.iter().filter(|row| row.runtime == class.runtime);
    let largest = || rows().max_by(|left, right| left.target_max_mb.total_cmp(&right.target_max_mb));
    let row = if class.learns { largest() } else { rows().next() }?;
    let fact = standard.base_facts.iter().find(|fact| fact.row_id.as_deref() == Some(&row.id))?;
    let middle = (row.target_min_mb + row.target_max_mb) / 2.0;
    Some(middle - fact.transfer_mb).filter(|payload| *payload > 0.0)
}

/// Vulnerabilities and layers of a base that nobody looked into, by its C library. Derived: medians of the bases of Image
/// Standard V13's simulated fleet.
fn typical(libc: Option<&str>) -> Option<(f64, f64)> {
    match libc? {
        "none" => Some((0.0, 0.0)),
        "musl" => Some((4.0, 4.0)),
        "glibc" => Some((38.0, 4.0)),
        _ => None,
    }
}
