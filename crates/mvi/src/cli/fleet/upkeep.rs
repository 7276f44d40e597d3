//! Verbs that look after the store itself.

use std::io::Write as _;
use std::path::Path;

use mvi_fleet::{CheckFault, Event, EventKind, Store};

use super::{Desk, told};
use crate::cli::args::ShowFormat;
use crate::cli::args::fleet::{LogArgs, ShowArgs};
use crate::cli::output::{Exit, Failure};
use crate::report::fleet::{FleetReport, LogReport, LoggedEvent};

pub(super) fn backup(desk: &Desk, file: &Path) -> Result<Exit, Failure> {
    let store = desk.read()?;
    store.backup(file)?;
    writeln!(anstream::stdout(), "{} events are in `{}`", store.last_seq()?, file.display())?;
    Ok(Exit::Fine)
}

pub(super) fn restore(desk: &Desk, file: &Path) -> Result<Exit, Failure> {
    let store = Store::restore(file, &desk.store)?;
    writeln!(anstream::stdout(), "{} events are in `{}` again", store.last_seq()?, store.path().display())?;
    Ok(Exit::Fine)
}

pub(super) fn rebuild(desk: &Desk) -> Result<Exit, Failure> {
    let replayed = desk.write()?.rebuild()?;
    writeln!(anstream::stdout(), "{replayed} events replayed; everything that follows from them is made again")?;
    Ok(Exit::Fine)
}

pub(super) fn check(desk: &Desk, args: &ShowArgs) -> Result<Exit, Failure> {
    let report = desk.read()?.check()?;
    let mut out = anstream::stdout();
    match args.format {
        ShowFormat::Json => {
            let value = serde_json::json!({
                "schema": "mvi-fleet-check/1", "whole": report.is_whole(), "events": report.events, "head": report.head,
                "clock_went_back": report.clock_went_back, "faults": report.faults,
            });
            writeln!(out, "{value:#}")?;
        }
        ShowFormat::Text => {
            writeln!(out, "{} events, the last is {}", report.events, report.head)?;
            if report.clock_went_back > 0 {
                writeln!(out, "time went back {} times; events keep their order", report.clock_went_back)?;
            }
            for fault in &report.faults {
                writeln!(out, "{}", fault_text(fault))?;
            }
            writeln!(out, "{}", if report.is_whole() { "all is whole" } else { "the store is damaged" })?;
        }
    }
    Ok(if report.is_whole() { Exit::Fine } else { Exit::Failed })
}

fn fault_text(fault: &CheckFault) -> String {
    let (what, next) = match fault {
        CheckFault::File { reason } => (format!("the file: {reason}"), "restore a backup"),
        CheckFault::Event { seq, reason } => (format!("event {seq}: {reason}"), "restore a backup"),
        CheckFault::Projection { table } => {
            (format!("the table {table} is not what the events say"), "mvi fleet rebuild mends it")
        }
    };
    format!("{}; {next}", crate::render::harmless(&what))
}

pub(super) fn log(desk: &Desk, args: &LogArgs) -> Result<Exit, Failure> {
    let kind = args.kind.as_deref().map(kind).transpose()?;
    let store = desk.read()?;
    let wanted = |event: &Event| event.seq > args.after && kind.is_none_or(|kind| event.kind == kind);
    let mut events = std::collections::VecDeque::new();
    let mut left_out = 0;
    let mut take = |event: Event| {
        if wanted(&event) {
            events.push_back(LoggedEvent::of(&event));
        }
        if args.limit > 0 && events.len() > args.limit {
            events.pop_front();
            left_out += 1;
        }
        true
    };
    match &args.subject {
        Some(subject) => store.events_of(subject)?.into_iter().for_each(|event| {
            take(event);
        }),
        None => store.events(args.after, take)?,
    }
    let report = LogReport { schema: "mvi-fleet-log/1", left_out, events: events.into() };
    told(&FleetReport::Log(report), args.show.format)
}

fn kind(text: &str) -> Result<EventKind, Failure> {
    EventKind::of_code(text).ok_or_else(|| {
        let kinds: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.code()).collect();
        Failure::usage(format!("`{text}` is no kind of event; there are {}", kinds.join(", ")))
    })
}
