//! `mvi rom`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use mvi_fleet::{Fact, Stamp, Store};
use mvi_inventory::ProgramCollector;
use mvi_seal::{PublicKey, RomContent, RomFolder, RomName, Sealed, Verified, refusals};
use mvi_standard::Standard;

use super::args::ShowFormat;
use super::args::rom::{RomArgs, RomVerb, SealArgs};
use super::fleet::{known_fleet, store_file};
use super::key::{public_keys, signing_key};
use super::look::{collector_for, examine_options, location};
use super::output::{Exit, Failure};
use super::rom_registry;
use crate::actions::Examiner;
use crate::actions::audit::Statement;
use crate::actions::known::known_organisms;
use crate::actions::rom::{MeasuredFile, SealRequest, facts, prepare, render};
use crate::config::Config;
use crate::progress::Bars;
use crate::render::{Page, paint};
use crate::{settings, standards};

/// Where ROMs are, and whose seals count.
pub(super) struct Shelf {
    /// The folder.
    pub folder: RomFolder,
    /// Public keys that may seal.
    pub trusted: Vec<PublicKey>,
    /// The fleet's database, where there is one.
    pub store: Option<PathBuf>,
}

pub(super) fn run(args: &RomArgs) -> Result<Exit, Failure> {
    let shelf = shelf(args)?;
    match &args.verb {
        RomVerb::Seal(seal_args) => seal(shelf, seal_args),
        RomVerb::Verify { name: Some(name), format } => verify_one(&shelf, &parse(name)?, *format),
        RomVerb::Verify { name: None, format } => verify_all(&shelf, *format),
        RomVerb::List { format } => list(&shelf, *format),
        RomVerb::Show { name, format } => show(&shelf.verified(&parse(name)?)?, *format),
        RomVerb::Render { name } => {
            let verified = shelf.verified(&parse(name)?)?;
            let platform = mvi_image::Platform::host().to_string();
            let text = render(&verified.content, &verified.seal, &platform);
            let text = text.ok_or_else(|| Failure::usage(format!("{name} is an exception and has no template")))?;
            anstream::stdout().write_all(text.as_bytes())?;
            Ok(Exit::Fine)
        }
        RomVerb::Push(push) => rom_registry::push(&shelf, push),
        RomVerb::Pull(fetch) => rom_registry::pull(&shelf, &fetch.reference, &fetch.read),
    }
}

impl Shelf {
    /// A ROM that verified.
    pub(super) fn verified(&self, name: &RomName) -> Result<Verified, Failure> {
        if self.trusted.is_empty() {
            return Err(Failure::usage(
                "whose seals count? name a public key with --trust, or in mvi.toml: [rom] trusted = [\"ada.key.pub\"]",
            ));
        }
        Ok(self.folder.verify(name, &self.trusted)?)
    }
}

fn shelf(args: &RomArgs) -> Result<Shelf, Failure> {
    let config = Config::find(&settings::working_dir()?)?;
    let folder = args.folder.clone().or_else(|| config.rom.folder.as_deref().map(|folder| config.path(folder)));
    let folder = folder.or_else(|| settings::data_dir().map(|data| data.join("rom")));
    let folder =
        folder.ok_or_else(|| Failure::usage("there is no home folder; name the ROMs' folder with --folder"))?;
    let trusted: Vec<PathBuf> = match args.trust.as_slice() {
        [] => config.rom.trusted.iter().map(|key| config.path(key)).collect(),
        stated => stated.to_vec(),
    };
    let store = store_file(None, &config)?.filter(|store| store.exists());
    Ok(Shelf { folder: RomFolder::new(folder), trusted: public_keys(&trusted)?, store })
}

pub(super) fn parse(name: &str) -> Result<RomName, Failure> {
    Ok(name.parse::<RomName>()?)
}

fn seal(mut shelf: Shelf, args: &SealArgs) -> Result<Exit, Failure> {
    let standard = standards::load(args.standard.as_deref())?;
    let text = fs::read_to_string(&args.measured);
    let text = text.with_context(|| format!("cannot read `{}`", args.measured.display()))?;
    let measured: MeasuredFile =
        toml::from_str(&text).with_context(|| format!("`{}` is not valid", args.measured.display()))?;
    let prepared = prepare_record(&shelf, &standard, args, measured)?;
    let refused = refusals(&prepared.content, &prepared.facts);
    if !refused.is_empty() {
        let mut out = anstream::stdout().lock();
        let mut page = Page::new(&mut out, settings::width());
        page.line(&[(paint::BAD, &format!("{} is not sealed", prepared.content.name))])?;
        for refusal in refused {
            page.wrapped(paint::PLAIN, &format!("  {:<14}", refusal.code), 16, &refusal.text)?;
        }
        return Ok(Exit::Failed);
    }
    let Some(key) = &args.key else {
        writeln!(anstream::stdout(), "nothing keeps {} from being sealed", prepared.content.name)?;
        return Ok(Exit::Fine);
    };
    let key = signing_key(key, &args.password)?;
    if !shelf.trusted.contains(&key.public()) {
        shelf.trusted.push(key.public());
    }
    let (sequence, previous) = shelf.folder.next_link(&shelf.trusted)?;
    let content = RomContent { sequence, previous, ..prepared.content };
    let sealed = shelf.folder.seal(&content, &[&key])?;
    let verified = sealed.verify(&[key.public()])?;
    record(shelf.store.as_deref(), &sealed, &verified)?;
    writeln!(anstream::stdout(), "{} sealed {}", content.name, verified.seal)?;
    Ok(Exit::Fine)
}

/// Tells the fleet of a sealed ROM; saying it twice is saying it once.
pub(super) fn record(store: Option<&Path>, sealed: &Sealed, verified: &Verified) -> Result<(), Failure> {
    let Some(path) = store else { return Ok(()) };
    let mut store = Store::open(path)?;
    let fact = Fact::Rom(facts(sealed, verified)?);
    let actor = settings::user_name().unwrap_or_else(|| "unknown".to_owned());
    let mut stamp = Stamp::new(settings::now(), actor, settings::seed()?);
    store.append(&mut stamp, &fact, Some(&format!("rom/{}", verified.seal)))?;
    Ok(())
}

fn prepare_record(
    shelf: &Shelf,
    standard: &Standard,
    args: &SealArgs,
    measured: MeasuredFile,
) -> Result<crate::actions::rom::Prepared, Failure> {
    let image = location(&args.image)?;
    let options = examine_options(&args.read)?;
    let bars = Bars::new(args.read.quiet);
    let collector = collector_for(&options, &ProgramCollector);
    let examiner = Examiner { options: &options, collector, estimate: true, progress: &bars };
    let examined = examiner.examine_one(&image);
    bars.clear();
    let examined = examined.map_err(|error| Failure::image(&args.image, error))?;
    let statement = Statement { base: args.base.clone(), base_layers: args.base_layers, ..Statement::default() };
    let fleet = known_fleet(None)?;
    let request = SealRequest {
        standard,
        row: &args.row,
        statement,
        measured,
        sealed: &shelf.folder.names()?,
        known: &known_organisms(standard, fleet.as_ref())?,
        crqs: &super::crq::in_force(None, None)?,
        now: settings::now(),
    };
    Ok(prepare(&examined, request)?)
}

fn verify_one(shelf: &Shelf, name: &RomName, format: ShowFormat) -> Result<Exit, Failure> {
    let result = shelf.verified(name);
    if let (Err(Failure::Seal(error)), ShowFormat::Json) = (&result, format) {
        let broken = [serde_json::json!({"name": name, "code": error.code(), "text": error.to_string()})];
        print_json(&serde_json::json!({"schema": "mvi-rom-verify/1", "sound": [], "broken": broken}))?;
        return Ok(Exit::Failed);
    }
    match result {
        Ok(verified) if format == ShowFormat::Json => {
            print_json(
                &serde_json::json!({"schema": "mvi-rom-verify/1", "sound": [summary(&verified)], "broken": []}),
            )?;
            Ok(Exit::Fine)
        }
        Ok(verified) => {
            writeln!(
                anstream::stdout(),
                "{name} holds: sealed {} by {}",
                verified.seal,
                verified.signed_by.join(", ")
            )?;
            Ok(Exit::Fine)
        }
        Err(Failure::Seal(error)) if !error.is_usage() => {
            writeln!(anstream::stdout(), "{name} does not hold: {error}")?;
            Ok(Exit::Failed)
        }
        Err(other) => Err(other),
    }
}

fn verify_all(shelf: &Shelf, format: ShowFormat) -> Result<Exit, Failure> {
    let (sound, broken) = shelf.folder.verify_all(&shelf.trusted)?;
    let exit = if broken.is_empty() { Exit::Fine } else { Exit::Failed };
    if format == ShowFormat::Json {
        let broken: Vec<_> = broken
            .iter()
            .map(|broken| serde_json::json!({"name": broken.name, "code": broken.error.code(), "text": broken.error.to_string()}))
            .collect();
        let sound: Vec<_> = sound.iter().map(summary).collect();
        print_json(&serde_json::json!({"schema": "mvi-rom-verify/1", "sound": sound, "broken": broken}))?;
        return Ok(exit);
    }
    let mut out = anstream::stdout().lock();
    let mut page = Page::new(&mut out, settings::width());
    for verified in &sound {
        page.line(&[(paint::GOOD, "holds   "), (paint::PLAIN, &verified.content.name.to_string())])?;
    }
    for broken in &broken {
        page.line(&[(paint::BAD, "broken  "), (paint::PLAIN, &broken.name)])?;
        page.wrapped(paint::PLAIN, "", 8, &broken.error.to_string())?;
    }
    page.line(&[(paint::DIM, &format!("{} hold, {} broken", sound.len(), broken.len()))])?;
    Ok(exit)
}

fn list(shelf: &Shelf, format: ShowFormat) -> Result<Exit, Failure> {
    let (sound, broken) = shelf.folder.verify_all(&shelf.trusted)?;
    if format == ShowFormat::Json {
        let all: Vec<_> = sound.iter().map(summary).collect();
        print_json(&serde_json::json!({"schema": "mvi-roms/1", "roms": all, "unverified": broken.len()}))?;
        return Ok(Exit::Fine);
    }
    let mut out = anstream::stdout().lock();
    let mut page = Page::new(&mut out, settings::width());
    for verified in &sound {
        let content = &verified.content;
        let left = format!("{:<24} {}", content.name.to_string(), content.base);
        page.both(paint::PLAIN, &left, &content.sealed_at.strftime("%F %R").to_string())?;
    }
    // A record shows nothing until it is verified, not even its name.
    if !broken.is_empty() {
        page.line(&[(paint::WARN, &format!("{} that do not verify: mvi rom verify says why", broken.len()))])?;
    }
    Ok(Exit::Fine)
}

fn show(verified: &Verified, format: ShowFormat) -> Result<Exit, Failure> {
    let content = &verified.content;
    if format == ShowFormat::Json {
        let (seal, by) = (&verified.seal, &verified.signed_by);
        print_json(&serde_json::json!({"schema": "mvi-rom/1", "seal": seal, "signed_by": by, "content": content}))?;
        return Ok(Exit::Fine);
    }
    let mut out = anstream::stdout().lock();
    let mut page = Page::new(&mut out, settings::width());
    page.both(paint::BOLD, &content.name.to_string(), &content.sealed_at.strftime("%F %R UTC").to_string())?;
    let mut fact = |name: &str, text: &str| page.wrapped(paint::PLAIN, &format!("  {name:<12}"), 14, text);
    fact("seal", &verified.seal.to_string())?;
    fact("signed by", &verified.signed_by.join(", "))?;
    fact("standard", &content.standard)?;
    fact("base", &content.base)?;
    for base in &content.base_digests {
        fact("", &format!("{} {}", base.platform, base.digest))?;
    }
    for (id, dimension) in content.dimensions.each() {
        if let Some(dimension) = dimension {
            fact(id, &format!("{}  {}", dimension.value, dimension.method))?;
        }
    }
    if let Some(pressure) = content.pressure {
        fact("pressure", &format!("{pressure:.4}, coverage {:.2}", content.coverage))?;
    }
    if let Some(exception) = &content.exception {
        fact(
            "exception",
            &format!("{} for {}, review due {}", exception.crq, exception.subject, exception.review_due),
        )?;
    }
    if let Some(previous) = &content.previous {
        fact("previous", &previous.to_string())?;
    }
    Ok(Exit::Fine)
}

fn summary(verified: &Verified) -> serde_json::Value {
    let content = &verified.content;
    serde_json::json!({
        "name": content.name, "seal": verified.seal, "signed_by": verified.signed_by, "row": content.row,
        "base": content.base, "sequence": content.sequence, "sealed_at": content.sealed_at,
    })
}

fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    Ok(writeln!(anstream::stdout(), "{value:#}")?)
}
