//! `mvi crq`: what a user does with a change request, brought to the standard's state machine with the facts it asks for.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use mvi_fleet::Stamp;
use mvi_standard::Standard;
use mvi_standard::base::is_same_base;
use mvi_standard::crq::{
    Calendar, Crq, CrqId, CrqKind, Deed, Event, Guards, Organism, Proof, Refused, Request, Sealed, Subject, Workload,
    apply, at, unknown, unused,
};
use mvi_standard::crq::{Measured, Reason};
use mvi_standard::decision::{DecisionRecord, candidates};
use mvi_standard::feasibility::ReasonFacts;

use super::args::ShowFormat;
use super::args::crq::{CrqArgs, CrqVerb, ProofArgs, RecordArgs, RequestArgs};
use super::crq_seal::{activate, agree, organism, seals};
use super::crq_show;
use super::fleet::{crq_folder, ledger, open_or_create, store_file};
use super::look::{examine_options, location};
use super::output::{Exit, Failure};
use crate::actions::Examiner;
use crate::actions::crq::{Ledger, Seals, directory, interpreters, wheels_of_lock};
use crate::actions::known::known_organisms;
use crate::config::Config;
use crate::progress::Bars;
use crate::{settings, standards};

/// Everything a deed needs.
pub(super) struct Desk {
    pub(super) standard: Standard,
    pub(super) config: Config,
    pub(super) ledger: Ledger,
    /// Whose word needs a seal.
    pub(super) seals: Seals,
    /// The file of the fleet.
    pub(super) store: PathBuf,
    /// The moment that is looked at, or acted at.
    pub(super) now: Timestamp,
    /// The clock's moment; nothing is done later than that.
    present: Timestamp,
    pub(super) by: String,
}

/// What was found out for the guards of a deed.
#[derive(Default)]
pub(super) struct Found {
    pub(super) measured: Option<Measured>,
    pub(super) facts: Option<ReasonFacts>,
    pub(super) decision: Option<DecisionRecord>,
    pub(super) organism: Option<Organism>,
    pub(super) sealed: Option<Sealed>,
    pub(super) successor: Option<Crq>,
}

pub(super) fn run(args: &CrqArgs) -> Result<Exit, Failure> {
    let mut desk = desk(args)?;
    match &args.verb {
        CrqVerb::New { kind, image, digest, workload, max_replicas, request } => {
            let subject = Subject {
                image: image.clone(),
                digest: digest.clone(),
                workload: workload.as_deref().map(|text| parse_workload(text, *max_replicas)).transpose()?,
            };
            new(&mut desk, *kind, subject, request)
        }
        CrqVerb::Amend { id, request } => {
            let before = desk.crq(*id)?.request.clone();
            let request = requested(request, before);
            desk.act(*id, Deed::Amend { request }, &Found::default())
        }
        CrqVerb::File { id, proof } => {
            let found = prove(&desk, *id, proof)?;
            desk.act(*id, Deed::File, &found)
        }
        CrqVerb::Decide { id, record, proof } => {
            let mut found = prove(&desk, *id, proof)?;
            found.decision = Some(decision(&desk, *id, record, &found)?);
            desk.act(*id, Deed::Decide, &found)
        }
        CrqVerb::Log { id } => log(&mut desk, *id),
        CrqVerb::Approve { id, consent } => {
            let deed = Deed::Approve { role: consent.role.clone() };
            agree(&mut desk, *id, deed, (&Found::default(), consent))
        }
        CrqVerb::Reject { id, role, reason } => {
            desk.act(*id, Deed::Reject { role: role.clone(), reason: reason.clone() }, &Found::default())
        }
        CrqVerb::Register { id } => {
            let organism = organism(&desk, *id)?;
            desk.act(*id, Deed::Register, &Found { organism, ..Found::default() })
        }
        CrqVerb::Activate { id, key, rom_folder, password } => {
            activate(&mut desk, *id, key, rom_folder.as_deref(), password)
        }
        CrqVerb::Renew { id, consent, record, proof } => {
            let mut found = prove(&desk, *id, proof)?;
            found.decision = Some(decision(&desk, *id, record, &found)?);
            agree(&mut desk, *id, Deed::Renew { role: consent.role.clone() }, (&found, consent))
        }
        CrqVerb::Revoke { id, role, reason } => {
            desk.act(*id, Deed::Revoke { role: role.clone(), reason: reason.clone() }, &Found::default())
        }
        CrqVerb::Withdraw { id } => desk.act(*id, Deed::Withdraw, &Found::default()),
        CrqVerb::Supersede { id, with } => {
            let successor = Some(at(desk.crq(*with)?, &desk.calendar(), desk.now));
            desk.act(*id, Deed::Supersede { by: *with }, &Found { successor, ..Found::default() })
        }
        CrqVerb::Grandfather => grandfather(&mut desk),
        CrqVerb::List { format } => crq_show::list(&desk, *format),
        CrqVerb::Show { id, format } => crq_show::show(&desk, desk.crq(*id)?, *format),
        CrqVerb::Check { image, refers, format } => check(&desk, image, refers, *format),
    }
}

fn desk(args: &CrqArgs) -> Result<Desk, Failure> {
    let config = Config::find(&settings::working_dir()?)?;
    let homeless = || Failure::usage("there is no home folder; name --folder and --store");
    let folder = crq_folder(args.folder.as_deref(), &config).ok_or_else(homeless)?;
    let path = store_file(args.store.as_deref(), &config)?.ok_or_else(homeless)?;
    let store = open_or_create(&path)?;
    let seals = seals(&config)?;
    let ledger = Ledger::open(folder, Some(store), &seals).map_err(anyhow::Error::from)?;
    let by = args.by.clone().or_else(settings::user_name).unwrap_or_else(|| "unknown".to_owned());
    let present = settings::now();
    let now = args.at.unwrap_or(present);
    Ok(Desk {
        standard: standards::load(args.standard.as_deref())?,
        config,
        ledger,
        seals,
        store: path,
        now,
        present,
        by,
    })
}

/// The change requests that an audit goes by.
///
/// # Errors
/// A ledger that cannot be read, or whose two halves contradict each other.
pub(super) fn in_force(folder: Option<&Path>, store: Option<&str>) -> Result<Vec<Crq>, Failure> {
    let config = Config::find(&settings::working_dir()?)?;
    match store_file(store, &config)? {
        Some(store) => ledger(folder, &store, &config),
        None => Ok(Vec::new()),
    }
}

impl Desk {
    pub(super) fn crq(&self, id: CrqId) -> Result<&Crq, Failure> {
        let found = self.ledger.get(id);
        found.ok_or_else(|| Failure::usage(format!("there is no {id}; `mvi crq list` lists what there is")))
    }

    /// Refuses to act at a moment that is still to come: an approval of tomorrow would last a day too long.
    fn expect_past(&self) -> Result<(), Failure> {
        if self.now <= self.present {
            return Ok(());
        }
        Err(Failure::usage(format!("{} is still to come; --at looks ahead with list, show and check only", self.now)))
    }

    pub(super) fn calendar(&self) -> Calendar {
        Calendar::of(&self.standard, &[])
    }

    /// Lets the state machine decide, keeps what became of the request, and says so.
    pub(super) fn act(&mut self, id: CrqId, deed: Deed, found: &Found) -> Result<Exit, Failure> {
        match self.decide(id, deed, found)? {
            Ok(after) => self.keep(&after),
            Err(refused) => refusal(&refused),
        }
    }

    /// What the state machine makes of a deed; nothing is kept yet.
    pub(super) fn decide(&self, id: CrqId, deed: Deed, found: &Found) -> Result<Result<Crq, Refused>, Failure> {
        self.expect_past()?;
        let before = self.crq(id)?;
        let calendar = self.calendar();
        let known = known_organisms(&self.standard, self.ledger.store())?;
        let directory = directory(&self.standard, before, (&known, &self.config.approvers));
        let guards = Guards {
            measured: found.measured,
            facts: found.facts.as_ref(),
            decision: found.decision.as_ref(),
            organism: found.organism.as_ref(),
            sealed: found.sealed,
            successor: found.successor.as_ref(),
            ..Guards::new(&self.standard, &directory, &calendar)
        };
        let event = Event { by: self.by.clone(), at: self.now, deed };
        Ok(apply(before, &event, &guards))
    }

    pub(super) fn keep(&mut self, crq: &Crq) -> Result<Exit, Failure> {
        let mut stamp = self.stamp()?;
        self.ledger.save(crq, &mut stamp).map_err(anyhow::Error::from)?;
        writeln!(anstream::stdout(), "{} {}", crq.id, crq_show::word(crq.state))?;
        Ok(Exit::Fine)
    }

    fn stamp(&self) -> Result<Stamp, Failure> {
        let seed = settings::seed()?;
        let stamp = Stamp::new(self.now, self.by.clone(), seed);
        let digest = self.standard.digest().parse().map_err(|error| anyhow!("the standard's digest: {error}"))?;
        Ok(stamp.under(digest))
    }
}

/// Says why a deed was refused.
pub(super) fn refusal(refused: &Refused) -> Result<Exit, Failure> {
    writeln!(anstream::stdout(), "refused: {refused}")?;
    Ok(Exit::Failed)
}

fn parse_workload(text: &str, max_replicas: Option<u32>) -> Result<Workload, Failure> {
    let (namespace, name) =
        text.split_once('/').ok_or_else(|| Failure::usage(format!("`{text}` is not NAMESPACE/NAME")))?;
    Ok(Workload { namespace: namespace.to_owned(), name: name.to_owned(), max_replicas })
}

fn new(desk: &mut Desk, kind: CrqKind, subject: Subject, request: &RequestArgs) -> Result<Exit, Failure> {
    desk.expect_past()?;
    let year = u16::try_from(desk.now.to_zoned(jiff::tz::TimeZone::UTC).year()).unwrap_or(0);
    let id = desk.ledger.next_id(year);
    let mut crq = Crq::draft(id, kind, subject, &desk.by, desk.now);
    let before = Request { image_name: Some(crq.subject.image.clone()), ..Request::default() };
    crq.request = requested(request, before);
    crq.standard_version = u32::try_from(desk.standard.meta.version).unwrap_or(0);
    desk.keep(&crq)
}

/// What is asked for: what was said now, and of the rest what was said before.
fn requested(args: &RequestArgs, before: Request) -> Request {
    let reason = |code: &mvi_standard::crq::GlibcReason| Reason {
        code: code.clone(),
        proof: Proof::Unverified,
        detail: String::new(),
    };
    let reasons: Vec<Reason> = args.reason.iter().map(reason).collect();
    Request {
        image_name: before.image_name,
        size_mb: args.size.or(before.size_mb),
        base: args.base.clone().or(before.base),
        constraint: args.constraint.clone().or(before.constraint),
        reasons: if reasons.is_empty() { before.reasons } else { reasons },
    }
}

/// Reads the image and the lock file that a request is checked against.
fn prove(desk: &Desk, id: CrqId, args: &ProofArgs) -> Result<Found, Failure> {
    let request = &desk.crq(id)?.request;
    let mut facts = ReasonFacts::default();
    let mut found = Found::default();
    if let Some(image) = &args.image {
        let options = examine_options(&args.read)?;
        let bars = Bars::new(args.read.quiet);
        let collector = &mvi_inventory::InventoryCollector;
        let examiner = Examiner { options: &options, collector, estimate: true, progress: &bars };
        let examined = examiner.examine_one(&location(image)?);
        bars.clear();
        let examined = examined.map_err(|error| Failure::image(image, error))?;
        facts.interpreters = interpreters(&examined, &request.reasons);
        facts.runtime = crate::actions::audit::runtime_of(&examined);
        let size = crate::actions::audit::judged_size(&desk.standard, &examined);
        found.measured = size.map(|size_mb| Measured { size_mb, at: desk.now });
    }
    if let Some(lock) = &args.lock {
        let text = fs::read_to_string(lock).with_context(|| format!("cannot read `{}`", lock.display()))?;
        facts.wheels = Some(wheels_of_lock(&text).with_context(|| format!("`{}`", lock.display()))?);
    }
    found.facts = Some(facts);
    Ok(found)
}

/// The decision record that was given or that the fleet keeps, or the one that hard rules make from the facts at hand.
fn decision(desk: &Desk, id: CrqId, given: &RecordArgs, found: &Found) -> Result<DecisionRecord, Failure> {
    if let Some(path) = &given.record {
        let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let document = serde_json::from_slice(&bytes);
        let document = document.with_context(|| format!("`{}` is no decision record", path.display()))?;
        let record = record_of(document).with_context(|| format!("`{}` is no decision record", path.display()))?;
        return Ok(record);
    }
    let crq = desk.crq(id)?;
    let requested = crq.request.base.clone().unwrap_or_default();
    if let Some(key) = &given.decision {
        let missing = || Failure::usage(format!("the fleet knows no decision {key}; mvi fleet decisions lists them"));
        let store = desk.ledger.store().ok_or_else(missing)?;
        let row = store.decisions(None)?.into_iter().find(|row| row.id == *key).ok_or_else(missing)?;
        let about = &crq.subject.image;
        if repository(about) != repository(&row.service) {
            return Err(Failure::usage(format!("{key} is about `{}`, and {id} about `{about}`", row.service)));
        }
        if !is_same_base(&desk.standard, &row.requested, &requested) {
            let text = format!("{key} is about the base `{}`, and {id} asks for `{requested}`", row.requested);
            return Err(Failure::usage(text));
        }
        return Ok(record_of(row.document).with_context(|| format!("{key} holds no decision record"))?);
    }
    let facts = found.facts.clone().unwrap_or_default();
    let candidates = candidates(&desk.standard, crq.kind, &requested, &facts);
    Ok(DecisionRecord {
        id: format!("{}/{}/hard-rules", crq.id, crq.revision),
        requested,
        requested_pressure: None,
        candidates,
    })
}

/// A decision record by itself, or in the decision of a spiral.
fn record_of(document: serde_json::Value) -> anyhow::Result<DecisionRecord> {
    let inner = document.get("record").cloned();
    Ok(serde_json::from_value(inner.unwrap_or(document))?)
}

/// A reference without its tag and digest.
fn repository(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or(name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        Some(_) | None => name,
    }
}

fn log(desk: &mut Desk, id: CrqId) -> Result<Exit, Failure> {
    desk.expect_past()?;
    let crq = desk.crq(id)?.clone();
    let mut stamp = desk.stamp()?;
    // What is logged is the request as it stands; saying it twice is saying it once.
    let event = desk.ledger.log(&crq, &mut stamp).map_err(anyhow::Error::from)?;
    let event = event.ok_or_else(|| Failure::usage("the fleet has no log; name its database with --store"))?;
    desk.act(id, Deed::Log { event }, &Found::default())
}

fn grandfather(desk: &mut Desk) -> Result<Exit, Failure> {
    desk.expect_past()?;
    let mut stamp = desk.stamp()?;
    let taken = desk.ledger.grandfather(&desk.standard, &mut stamp, |_| true).map_err(anyhow::Error::from)?;
    for crq in taken {
        writeln!(anstream::stdout(), "{} {}", crq.id, crq_show::word(crq.state))?;
    }
    Ok(Exit::Fine)
}

fn check(desk: &Desk, images: &[String], refers: &[CrqId], format: ShowFormat) -> Result<Exit, Failure> {
    let all = desk.ledger.all();
    let images: Vec<(&str, Option<&str>)> = images.iter().map(|image| (image.as_str(), None)).collect();
    let unused: Vec<String> = unused(&desk.standard, &all, &desk.calendar(), &images, desk.now)
        .into_iter()
        .map(|crq| crq.id.to_string())
        .collect();
    let unknown: Vec<String> = unknown(&all, refers.iter().copied()).into_iter().map(|id| id.to_string()).collect();
    let mut out = anstream::stdout();
    if format == ShowFormat::Json {
        let value = serde_json::json!({"schema": "mvi-crq-check/1", "unused": unused, "unknown": unknown});
        writeln!(out, "{value:#}")?;
    } else {
        unused.iter().try_for_each(|id| writeln!(out, "{id} is in force, and no image needs it"))?;
        unknown.iter().try_for_each(|id| writeln!(out, "{id} is referred to, and there is no such request"))?;
    }
    Ok(if unused.is_empty() && unknown.is_empty() { Exit::Fine } else { Exit::Failed })
}
