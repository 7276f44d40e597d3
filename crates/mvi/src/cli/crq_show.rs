//! Change requests as text and JSON.

use std::io::Write as _;

use mvi_standard::crq::{Crq, Proof, State, at, due, lapses};

use super::args::ShowFormat;
use super::crq::Desk;
use super::output::{Exit, Failure};
use crate::render::{Page, paint};
use crate::settings;

/// The word of a state: `REVIEW_DUE`.
pub(super) fn word(state: State) -> String {
    serde_json::to_value(state).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn style(state: State) -> anstyle::Style {
    match state {
        State::Active | State::Grandfathered => paint::FAIR,
        State::ReviewDue => paint::WARN,
        State::Lapsed | State::Revoked | State::Rejected | State::GbmRefuted => paint::BAD,
        State::Draft
        | State::Filed
        | State::GbmConfirmed
        | State::GbmUndecided
        | State::Logged
        | State::Approved
        | State::Registered
        | State::Superseded
        | State::Withdrawn => paint::PLAIN,
    }
}

pub(super) fn list(desk: &Desk, format: ShowFormat) -> Result<Exit, Failure> {
    let calendar = desk.calendar();
    let all: Vec<Crq> = desk.ledger.all().iter().map(|crq| at(crq, &calendar, desk.now)).collect();
    if format == ShowFormat::Json {
        let crqs: Vec<_> = all.iter().map(|crq| value(desk, crq)).collect();
        writeln!(
            anstream::stdout(),
            "{:#}",
            serde_json::json!({"schema": "mvi-crqs/1", "at": desk.now, "crqs": crqs})
        )?;
        return Ok(Exit::Fine);
    }
    let mut out = anstream::stdout().lock();
    let mut page = Page::new(&mut out, settings::width());
    for crq in &all {
        let due = due(crq, &calendar).map_or_else(String::new, |due| format!("  due {}", due.strftime("%F %R")));
        page.line(&[
            (paint::BOLD, &format!("{}  ", crq.id)),
            (style(crq.state), &format!("{:<14}", word(crq.state))),
            (paint::PLAIN, &format!("{:<15} {}", crq.kind.as_str(), crq.subject.image)),
            (paint::DIM, &due),
        ])?;
    }
    Ok(Exit::Fine)
}

/// A request as it stands, with the moments that follow from the clock.
fn value(desk: &Desk, crq: &Crq) -> serde_json::Value {
    let calendar = desk.calendar();
    serde_json::json!({
        "crq": crq, "in_force": crq.state.is_in_force(), "due": due(crq, &calendar), "lapses": lapses(crq, &calendar),
    })
}

pub(super) fn show(desk: &Desk, crq: &Crq, format: ShowFormat) -> Result<Exit, Failure> {
    let calendar = desk.calendar();
    let crq = at(crq, &calendar, desk.now);
    if format == ShowFormat::Json {
        let mut value = value(desk, &crq);
        value["schema"] = "mvi-crq/1".into();
        writeln!(anstream::stdout(), "{value:#}")?;
        return Ok(Exit::Fine);
    }
    let mut out = anstream::stdout().lock();
    let mut page = Page::new(&mut out, settings::width());
    page.both(paint::BOLD, &format!("{} {}", crq.id, crq.kind.as_str()), &crq.subject.image)?;
    page.line(&[(style(crq.state), &word(crq.state))])?;
    let mut fact = |name: &str, text: &str| page.wrapped(paint::PLAIN, &format!("  {name:<10}"), 12, text);
    let mb = |mb: Option<f64>| mb.map(|mb| format!("{mb} MB"));
    for (name, text) in [
        ("size", mb(crq.request.size_mb)),
        ("base", crq.request.base.clone()),
        ("condition", crq.request.constraint.clone()),
        ("covers up to", mb(crq.cap_mb)),
        ("sealed", crq.rom.map(|rom| rom.to_string())),
        ("due", due(&crq, &calendar).map(|due| due.to_string())),
        ("lapses", lapses(&crq, &calendar).map(|lapses| lapses.to_string())),
    ] {
        text.map_or(Ok(()), |text| fact(name, &text))?;
    }
    for reason in &crq.request.reasons {
        let proof = match reason.proof {
            Proof::Verified => "verified",
            Proof::Refuted => "refuted",
            Proof::Unverified => "not verified",
        };
        fact(
            "reason",
            &format!("{} ({proof}{}{})", reason.code, if reason.detail.is_empty() { "" } else { ": " }, reason.detail),
        )?;
    }
    for approval in &crq.approvals {
        let sealed =
            crq.consents().any(|entry| entry.at == approval.at && entry.by == approval.by && entry.seal.is_some());
        let sealed = if sealed { ", sealed" } else { "" };
        fact("approved", &format!("{} as {}, {}{sealed}", approval.by, approval.role, approval.at))?;
    }
    for entry in &crq.history {
        fact("", &format!("{}  {:<14} {} {}", entry.at, word(entry.state), entry.by, entry.note))?;
    }
    Ok(Exit::Fine)
}
