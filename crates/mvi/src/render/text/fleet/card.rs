//! The card of an organism or an image.

use std::io;

use anstyle::Style;
use mvi_fleet::Ring;
use mvi_standard::evidence::BaseSource;

use super::{findings, table};
use crate::render::text::audit::verdict_style;
use crate::render::text::page::{Page, cut, layers, paint};
use crate::report::Megabytes;
use crate::report::fleet::{CardReport, ImageCard, OrganismCard};

/// Where the texts of a card begin.
const INDENT: usize = 14;

pub(super) fn write(report: &CardReport, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(organism) = &report.organism {
        write_organism(organism, page)?;
    }
    match &report.image {
        Some(image) => {
            if report.organism.is_some() {
                page.blank()?;
            }
            write_image(image, page)
        }
        None => page.line(&[(paint::DIM, "no image of it is known")]),
    }
}

fn write_organism(card: &OrganismCard, page: &mut Page<'_>) -> io::Result<()> {
    let facts = &card.organism.facts;
    let status = match (&card.organism.retired, facts.provisional) {
        (Some(_), _) => "RETIRED".to_owned(),
        (None, true) => format!("{}, provisional", facts.status),
        (None, false) => facts.status.to_string(),
    };
    page.both(paint::BOLD, &facts.gid, &status)?;
    field(page, "line", &facts.reference)?;
    field(page, "owner", &facts.owner)?;
    field(page, "school", &facts.school)?;
    field(page, "role", &format!("{} · {}", facts.vsm, facts.role.code()))?;
    field(page, "exposure", &format!("{} to {}", facts.sostle.min, facts.sostle.max))?;
    if let Some(segment) = facts.segment {
        field(page, "segment", &segment.to_string())?;
    }
    let services = match (card.services, card.reproduction) {
        (Some(services), Some(word)) => format!("{} · {services} services", format!("{word:?}").to_lowercase()),
        _ => "unknown while no image of it was measured".to_owned(),
    };
    field(page, "reproduction", &services)?;
    if let Some(pressure) = &card.expected_pressure {
        let text = format!("{} {} expected, from its class's band", pressure.printed(), pressure.band_text());
        field(page, "pressure", &text)?;
    }
    if !card.organism.roms.is_empty() {
        field(page, "sealed as", &card.organism.roms.join(", "))?;
    }
    if let Some(crq) = &facts.crq {
        field(page, "permitted by", crq)?;
    }
    field(page, "events", &format!("{} registered, {} the latest", card.organism.created, card.organism.updated))?;
    if let Some(reason) = &card.organism.retired {
        field(page, "retired", reason)?;
    }
    rings(&card.organism.rings, page)?;
    if !card.findings.is_empty() {
        page.heading("Findings", "")?;
    }
    findings::list(&card.findings, 2, page)
}

fn rings(rings: &[Ring], page: &mut Page<'_>) -> io::Result<()> {
    if rings.is_empty() {
        return Ok(());
    }
    page.heading("Rings", "")?;
    let column = |head, right, cuts| table::Column { head, right, cuts };
    let columns = [
        column("", true, false),
        column("GREW", false, false),
        column("MB", true, false),
        column("WIDTH", true, false),
        column("P", true, false),
        column("DIGEST", false, false),
        column("PLATFORM", false, false),
    ];
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
    let rows: Vec<Vec<(Style, String)>> = rings
        .iter()
        .map(|ring| {
            let grown = ring.width_mb.map_or_else(|| "–".to_owned(), |width| format!("{width:+.2}"));
            let style = if ring.width_mb.is_some_and(|width| width > 0.0) { paint::WARN } else { paint::GOOD };
            vec![
                (paint::DIM, ring.n.to_string()),
                (paint::PLAIN, ring.at.to_string()),
                (paint::PLAIN, number(ring.size_mb)),
                (style, grown),
                (paint::PLAIN, ring.pressure.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"))),
                (paint::DIM, cut(&ring.digest.to_string(), 20)),
                (paint::DIM, ring.platform.clone()),
            ]
        })
        .collect();
    table::write(page, &columns, &rows).map(|_| ())
}

fn write_image(image: &ImageCard, page: &mut Page<'_>) -> io::Result<()> {
    let row = &image.row;
    page.both(paint::BOLD, &row.reference, &row.platform)?;
    page.line(&[(paint::DIM, &row.digest)])?;
    if image.superseded {
        page.line(&[(paint::WARN, "a newer image took its reference")])?;
    }
    page.blank()?;
    if let Some(verdict) = row.effective {
        let style = verdict_style(verdict);
        let action = row.action.map_or("", |action| action.code());
        let rule = row.rule.map(|rule| rule.to_string()).unwrap_or_default();
        page.line(&[(style, verdict.code()), (paint::PLAIN, &format!("  {action} by {rule}"))])?;
    }
    page.wrapped(paint::PLAIN, "", 0, &image.reason)?;
    page.blank()?;
    field(page, "size", &sizes(image))?;
    field(page, "class", image.class.as_deref().unwrap_or("none"))?;
    field(page, "base", &base(image))?;
    if let Some(pressure) = &image.pressure {
        let [low, high] = pressure.interval;
        let observed = pressure.observed.join(", ");
        let text =
            format!("{} {}, within {low:.4} and {high:.4}; of {observed}", pressure.printed(), pressure.band_text());
        field(page, "pressure", &text)?;
    }
    if let Some(pressure) = &image.pressure_in_class {
        let text = format!("{} {} above the floor of its class", pressure.printed(), pressure.band_text());
        field(page, "", &text)?;
    }
    field(page, "segment", &format!("{}, {}", image.placement.segment, image.placement.why))?;
    if let Some(gid) = &row.gid {
        field(page, "organism", gid)?;
    }
    if let Some(coverage) = &image.coverage {
        field(page, "exception", &format!("{} {:?}", coverage.crq, coverage.state))?;
    }
    lineage(image, page)?;
    if !image.findings.is_empty() {
        page.heading("Findings", "")?;
        findings::list(&image.findings, 2, page)?;
    }
    page.heading("Next", "")?;
    for (number, step) in image.next_steps.iter().enumerate() {
        page.wrapped(paint::PLAIN, &format!("  {}. ", number + 1), 5, step)?;
    }
    Ok(())
}

fn sizes(image: &ImageCard) -> String {
    let part = |name: &str, bytes: Option<u64>| bytes.map(|bytes| format!("{} {name}", Megabytes(bytes)));
    let sizes = &image.sizes;
    let parts = [
        image.row.size_mb.map(|size| format!("{size:.2} MB judged")),
        part("to transfer", sizes.transfer),
        part("unpacked", sizes.unpacked),
        part("wasted", sizes.wasted),
        image.unneeded_mb.map(|unneeded| format!("{unneeded:.2} MB not needed")),
        image.floor_estimate_mb.map(|floor| format!("floor {floor:.2} MB")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "unknown".to_owned() } else { parts.join(", ") }
}

fn base(image: &ImageCard) -> String {
    let how = match image.base_source {
        BaseSource::Stated => "as stated",
        BaseSource::Annotation => "by its annotation",
        BaseSource::Label => "by its label",
        BaseSource::Layers => "by its layers",
        BaseSource::Unknown => "",
    };
    image.base.as_ref().map_or_else(|| "unknown".to_owned(), |base| format!("{base} {how}"))
}

fn lineage(image: &ImageCard, page: &mut Page<'_>) -> io::Result<()> {
    if !image.lineage.bases.is_empty() {
        let names: Vec<&str> = image.lineage.bases.iter().map(|base| base.image.reference.as_str()).collect();
        field(page, "stands on", &names.join(" ← "))?;
    }
    if image.row.layers == 0 {
        return field(page, "layers", "never read; `mvi fleet record` reads it");
    }
    let split = &image.split;
    let part = |bytes: Option<u64>| bytes.map_or_else(|| "unknown".to_owned(), |bytes| Megabytes(bytes).to_string());
    let text = format!(
        "{}; {} and {} packages of its own, {} and {} of its base",
        layers(image.row.layers),
        part(split.own.unpacked),
        split.own.packages.len(),
        part(split.base.unpacked),
        split.base.packages.len()
    );
    field(page, "layers", &text)
}

fn field(page: &mut Page<'_>, name: &str, text: &str) -> io::Result<()> {
    page.wrapped(paint::PLAIN, &format!("  {name}"), INDENT + 2, text)
}
