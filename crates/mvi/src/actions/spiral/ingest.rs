//! The third step: every build is an event of the fleet. Candidates are known for their lineage alone until one of them
//! is registered: what is only tried is no part of the fleet's score.

use anyhow::Context as _;
use mvi_fleet::Scope;
use mvi_standard::pressure::pressure;
use serde_json::json;

use super::Desk;
use super::entry::{Built, Entry, Ingested};
use crate::actions::audit::Statement;
use crate::actions::fleet::build_event::{EventPlan, build_event};
use crate::actions::fleet::recorded::Naming;
use crate::report::spiral::Stop;

impl Desk<'_, '_> {
    /// INGESTED.
    pub(super) fn ingest(&mut self) -> anyhow::Result<Vec<Stop>> {
        let built: Vec<Built> = self.known.built.values().cloned().collect();
        for built in built {
            if !self.known.ingested.contains_key(&built.base) {
                self.tell(&format!("records the build on {}", built.base));
                let ingested = self.ingest_one(&built)?;
                self.write(Entry::Ingested(ingested))?;
            }
        }
        Ok(Vec::new())
    }

    fn ingest_one(&mut self, built: &Built) -> anyhow::Result<Ingested> {
        let begun = self.begun()?;
        let number = self.known.candidate(&built.base).map_or(0, |candidate| candidate.number).to_string();
        let (examined, location) = (self.read_image(&number)?, self.location(&number)?);
        let measured = self.known.measured(&built.base);
        let naming = Naming {
            name: Some(format!("{}-{}", begun.name, slug(&built.base))),
            statement: self.statement(&built.base),
            gid: None,
        };
        let runs = self.known.ran.as_ref().and_then(|ran| ran.get(&built.base));
        let runs = runs.filter(|ran| !ran.startup_ms.is_empty());
        let probe = runs.map(|ran| {
            let (startup, memory) = (measured.get("startup_ms"), measured.get("mem_mb"));
            json!({"startup_ms": startup, "mem_mb": memory, "runs": ran.startup_ms.len(), "id": ran.id})
        });
        let record = json!({
            "schema": "mvi-spiral-build/1", "cycle": begun.id, "base": built.base, "log": built.log,
            "builder": built.builder, "seconds": built.seconds, "epoch": begun.epoch,
        });
        let key = format!("spiral/{}/{}", begun.id, built.base);
        let plan = EventPlan {
            naming: &naming,
            advisories: None,
            probe: probe.as_ref(),
            build: Some(&record),
            key: Some(&key),
            school: self.wish.card.school.as_deref(),
            before: None,
            nodes: 1,
            services: None,
        };
        let memory = self.memory.as_deref_mut().context("this step needs a fleet: --store")?;
        let told = build_event(memory, (&examined, &location), &plan)?;
        let mut facts = memory.store.facts(&told.image.digest)?;
        facts.scope = Scope::LineageOnly;
        facts.dimensions.extend(measured.iter().map(|(id, value)| (id.to_owned(), value)));
        let reference = facts.reference.clone();
        memory.tell(&[facts])?;
        let pressure = pressure(self.tools.standard, &measured);
        Ok(Ingested {
            base: built.base.clone(),
            reference,
            coverage: pressure.as_ref().map_or(0.0, |pressure| pressure.coverage),
            pressure: pressure.map(|pressure| pressure.value),
        })
    }

    /// What is stated of a candidate: what it stands on, and what it is for.
    pub(super) fn statement(&self, base: &str) -> Statement {
        let image = self.known.candidate(base).and_then(|candidate| candidate.image.as_ref());
        Statement {
            base: Some(base.to_owned()),
            base_layers: image.map(|image| image.layers),
            class: Some(self.wish.class.id.clone()),
            ..Statement::default()
        }
    }
}

/// The repository of `REPOSITORY:TAG`.
pub(super) fn repository(name: &str) -> &str {
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}

/// A reference as part of a tag.
fn slug(base: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' };
    let slug: String = base.chars().map(letter).collect();
    let start = slug.len().saturating_sub(80);
    slug[start..].trim_matches(['-', '.']).to_owned()
}
