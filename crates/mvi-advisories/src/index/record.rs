//! What is known of one advisory, as bytes and as a finding on a package.

use std::collections::HashMap;

use super::build::Beside;
use super::bytes::{Reader, put, put_text};
use super::find::{Match, Verdict};
use crate::advisory::{Advisory, State};
use crate::feed::kev::Exploited;
use crate::severity::{Level, decisive};

/// How bad a finding is, and who says so.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Severity {
    /// The level that counts: the distribution's word on this package, else the record's CVSS score, else its word, else
    /// the same from another record of the same thing.
    pub level: Level,
    /// The id of the record that says so.
    pub from: Option<String>,
    /// The source's own word.
    pub word: Option<String>,
    /// CVSS base score, 0 to 10.
    pub score: Option<f64>,
    /// The vector that the score is of.
    pub vector: Option<String>,
}

/// What is known of one thing that concerns a package.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The id people know: a CVE where there is exactly one, else that of the first record.
    pub id: String,
    /// All other names, sorted.
    pub aliases: Vec<String>,
    /// CVEs that the records bundle without being one of them, sorted.
    pub bundles: Vec<String>,
    /// The feeds that tell of it, sorted.
    pub feeds: Vec<String>,
    /// Whether the package is affected.
    pub verdict: Verdict,
    /// What the source means to do about it.
    pub state: State,
    /// The nearest version above that is fixed.
    pub fixed_in: Option<String>,
    /// What one must have beside to get it.
    pub channel: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// How likely it is exploited within thirty days and how many CVEs are less so, each 0 to 1; of several CVEs the
    /// likeliest.
    pub epss: Option<(f32, f32)>,
    /// Known to be exploited: CISA's row on it, of several CVEs the earliest.
    pub exploited: Option<Exploited>,
    /// Not a vulnerability: `unmaintained`, `unsound`, `notice`.
    pub informational: Option<String>,
    /// A line about it.
    pub summary: String,
    /// Addresses with more.
    pub references: Vec<String>,
}

/// An advisory as the index has it.
pub(super) struct Record {
    pub(super) advisory: Advisory,
    feed: String,
    /// Severity of another record of the same thing: id, vectors, word.
    lent: Option<(String, Vec<String>, Option<String>)>,
    exploited: Option<Exploited>,
    epss: Option<(f32, f32)>,
}

/// An advisory that has a severity for those of its cluster that have none.
pub(super) struct Lender {
    pub(super) advisory: usize,
    rank: (bool, f64),
}

/// Of each cluster the advisory with the highest score, or with a word.
pub(super) fn borrowed(advisories: &[&Advisory], clusters: &[u32]) -> HashMap<u32, Lender> {
    let mut lenders: HashMap<u32, Lender> = HashMap::new();
    for ((number, advisory), cluster) in advisories.iter().enumerate().zip(clusters) {
        if advisory.withdrawn.is_some() {
            continue;
        }
        let score = decisive(&advisory.vectors).map(|(_, score)| score);
        let worded = advisory.word.as_deref().is_some_and(|word| Level::of_word(word) != Level::Unknown);
        if score.is_none() && !worded {
            continue;
        }
        let lender = Lender { advisory: number, rank: (score.is_some(), score.unwrap_or_default()) };
        match lenders.get(cluster) {
            Some(known) if known.rank >= lender.rank => {}
            _ => drop(lenders.insert(*cluster, lender)),
        }
    }
    lenders
}

fn put_option(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => {
            out.push(1);
            put_text(out, text);
        }
        None => out.push(0),
    }
}

fn put_list(out: &mut Vec<u8>, texts: &[String]) {
    put(out, texts.len() as u64);
    texts.iter().for_each(|text| put_text(out, text));
}

/// The bytes of an advisory.
pub(super) fn encode(advisory: &Advisory, feed: &str, lent: Option<&Advisory>, beside: &Beside<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    put_text(&mut out, &advisory.id);
    put_text(&mut out, feed);
    put_text(&mut out, &advisory.summary);
    for list in [&advisory.aliases, &advisory.upstream, &advisory.references, &advisory.vectors] {
        put_list(&mut out, list);
    }
    for text in [&advisory.withdrawn, &advisory.modified, &advisory.word, &advisory.informational] {
        put_option(&mut out, text.as_deref());
    }
    match lent {
        Some(lent) => {
            out.push(1);
            put_text(&mut out, &lent.id);
            put_list(&mut out, &lent.vectors);
            put_option(&mut out, lent.word.as_deref());
        }
        None => out.push(0),
    }
    let exploited = advisory.cves().filter_map(|cve| beside.exploited.get(cve));
    match exploited.min_by(|left, right| left.added.cmp(&right.added)) {
        Some(exploited) => {
            out.push(1);
            put_text(&mut out, &exploited.added);
            put_text(&mut out, &exploited.due);
            out.push(u8::from(exploited.ransomware));
        }
        None => out.push(0),
    }
    let scores = advisory.cves().filter_map(|cve| beside.scores.get(cve));
    match scores.max_by(|left, right| left.0.total_cmp(&right.0)) {
        Some((score, percentile)) => {
            out.push(1);
            out.extend_from_slice(&score.to_le_bytes());
            out.extend_from_slice(&percentile.to_le_bytes());
        }
        None => out.push(0),
    }
    out
}

/// Nothing where the bytes are damaged.
pub(super) fn decode(bytes: &[u8]) -> Option<Record> {
    let mut reader = Reader::new(bytes);
    let text = |reader: &mut Reader<'_>| reader.text().map(str::to_owned);
    let list = |reader: &mut Reader<'_>| (0..reader.count()?).map(|_| text(reader)).collect::<Option<Vec<_>>>();
    let option = |reader: &mut Reader<'_>| match reader.byte()? {
        0 => Some(None),
        _ => text(reader).map(Some),
    };
    let (id, feed, summary) = (text(&mut reader)?, text(&mut reader)?, text(&mut reader)?);
    let advisory = Advisory {
        id,
        summary,
        aliases: list(&mut reader)?,
        upstream: list(&mut reader)?,
        references: list(&mut reader)?,
        vectors: list(&mut reader)?,
        withdrawn: option(&mut reader)?,
        modified: option(&mut reader)?,
        word: option(&mut reader)?,
        informational: option(&mut reader)?,
        entries: Vec::new(),
    };
    let lent = match reader.byte()? {
        0 => None,
        _ => Some((text(&mut reader)?, list(&mut reader)?, option(&mut reader)?)),
    };
    let exploited = match reader.byte()? {
        0 => None,
        _ => Some(Exploited { added: text(&mut reader)?, due: text(&mut reader)?, ransomware: reader.byte()? != 0 }),
    };
    let epss = match reader.byte()? {
        0 => None,
        _ => Some((reader.f32()?, reader.f32()?)),
    };
    Some(Record { advisory, feed, lent, exploited, epss })
}

/// The finding that a match and its records make; nothing for a match of no record.
pub(super) fn finding(found: &Match, records: &[Record]) -> Option<Finding> {
    let first = &records.first()?.advisory;
    let mut names: Vec<&str> = records.iter().flat_map(|record| record.advisory.names()).collect();
    names.sort_unstable();
    names.dedup();
    let mut cves = names.iter().filter(|name| name.starts_with("CVE-"));
    let id = match (cves.next(), cves.next()) {
        (Some(cve), None) => (*cve).to_owned(),
        _ => first.id.clone(),
    };
    let mut bundles: Vec<String> =
        records.iter().flat_map(|record| record.advisory.cves()).map(str::to_owned).collect();
    bundles.sort_unstable();
    bundles.dedup();
    bundles.retain(|cve| !names.contains(&cve.as_str()));
    let mut feeds: Vec<String> = records.iter().map(|record| record.feed.clone()).collect();
    feeds.sort_unstable();
    feeds.dedup();
    Some(Finding {
        aliases: names.iter().filter(|name| **name != id).map(|&name| name.to_owned()).collect(),
        bundles,
        feeds,
        verdict: found.verdict,
        state: found.state,
        fixed_in: found.fixed_in.clone(),
        channel: found.channel.clone(),
        severity: severity(found, records),
        epss: records.iter().filter_map(|record| record.epss).max_by(|left, right| left.0.total_cmp(&right.0)),
        exploited: records
            .iter()
            .filter_map(|record| record.exploited.clone())
            .min_by(|left, right| left.added.cmp(&right.added)),
        informational: records.iter().find_map(|record| record.advisory.informational.clone()),
        summary: records
            .iter()
            .map(|record| &record.advisory.summary)
            .find(|it| !it.is_empty())
            .cloned()
            .unwrap_or_default(),
        references: first.references.clone(),
        id,
    })
}

fn severity(found: &Match, records: &[Record]) -> Severity {
    let mut severity = Severity::default();
    let own = records.iter().filter_map(|record| {
        let (vector, score) = decisive(&record.advisory.vectors)?;
        Some((record.advisory.id.as_str(), vector, score))
    });
    let lent = records.iter().filter_map(|record| {
        let (id, vectors, _) = record.lent.as_ref()?;
        let (vector, score) = decisive(vectors)?;
        Some((id.as_str(), vector, score))
    });
    let highest = |left: &(&str, &str, f64), right: &(&str, &str, f64)| left.2.total_cmp(&right.2);
    if let Some((id, vector, score)) = own.max_by(highest).or_else(|| lent.max_by(highest)) {
        severity.level = Level::of_score(score);
        severity.from = Some(id.to_owned());
        (severity.score, severity.vector) = (Some(score), Some(vector.to_owned()));
    }
    let words =
        records.iter().filter_map(|record| Some((record.advisory.id.as_str(), record.advisory.word.as_deref()?)));
    let lent = records.iter().filter_map(|record| {
        let (id, _, word) = record.lent.as_ref()?;
        Some((id.as_str(), word.as_deref()?))
    });
    let mut words = words.chain(lent).filter(|(_, word)| Level::of_word(word) != Level::Unknown);
    let general = words.next();
    severity.word = found.word.clone().or_else(|| general.map(|(_, word)| word.to_owned()));
    // A distribution knows what it built.
    let package = found.word.as_deref().map_or(Level::Unknown, Level::of_word);
    if package != Level::Unknown {
        severity.level = package;
        severity.from = records.first().map(|record| record.advisory.id.clone());
    } else if let Some((id, word)) = general.filter(|_| severity.level == Level::Unknown) {
        severity.level = Level::of_word(word);
        severity.from = Some(id.to_owned());
    }
    severity
}
