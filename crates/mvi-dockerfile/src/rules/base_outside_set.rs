//! SOV-1: a runtime on a base outside the set.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::exception::{Exception, LABEL, exception, label};
use crate::law::image::exactly;
use crate::law::{Image, View};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::{AllowedBase, LintSettings, SealedClass};
use crate::stages::ImageName;
use crate::syntax::Dockerfile;

pub(crate) struct BaseOutsideSet;

/// The label by which a file says the class of what it builds, a row of the standard.
const CLASS_LABEL: &str = "mvi.io/class";

static META: RuleMeta = RuleMeta {
    code: "SOV-1",
    name: "base-outside-set",
    level: Level::Error,
    group: Group::Sovereignty,
    why: "The set of bases is what is measured, sealed and rebuilt when a hole is found. A service on another base is \
          rebuilt by nobody: it needs one of the set, or a CRQ that says why not and until when. Where the class of the \
          service is known, by the label `mvi.io/class` or `--class`, and a ROM is sealed for it, that one's base is the set.",
    bad: "FROM alpine:3.20.3\nRUN echo hello\n",
    good: "FROM alpine:3.21.3\nRUN echo hello\n",
    fixes: Fixes::Unsafe,
    beside: &["REC-04"],
    settings: |settings| settings.allowed_bases = vec![AllowedBase::new("alpine:3.21")],
    ..RuleMeta::PLAIN
};

impl Rule for BaseOutsideSet {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if settings.allowed_bases.is_empty() && settings.sealed_classes.is_empty() {
            return Vec::new();
        }
        let view = View::new(file, settings);
        let sealed = sealed_class(&view, settings);
        view.shipped_bases().filter_map(|base| finding(&view, settings, (base, sealed.as_ref()))).collect()
    }
}

/// The class of what the file builds, and what was sealed for it: all that are of a class start from its ROM.
fn sealed_class<'s>(view: &View<'_>, settings: &'s LintSettings) -> Option<(String, &'s SealedClass)> {
    let class = label(view, CLASS_LABEL).or_else(|| settings.class.clone())?;
    let sealed = settings.sealed_classes.get(&class)?;
    Some((class, sealed))
}

fn finding(
    view: &View<'_>,
    settings: &LintSettings,
    (base, sealed): (&ImageName, Option<&(String, &SealedClass)>),
) -> Option<Finding> {
    let name = base.resolved.as_ref()?;
    let image = Image::parse(name);
    let is_listed =
        settings.allowed_bases.is_empty() || settings.allowed_bases.iter().any(|allowed| image.is_of(allowed));
    let other = sealed.filter(|(_, sealed)| !is_base(settings, &image, &sealed.base));
    let is_allowed = is_listed && other.is_none();
    let (file, exception) = (view.file, exception(view, settings, &image));
    // A ban says more than that it is not in the set.
    let is_banned = settings.bans.iter().any(|ban| image.is_banned_by(ban));
    if is_allowed || exception == Exception::Named || is_banned {
        return None;
    }
    let message = match other {
        Some((class, SealedClass { rom, base })) => {
            format!(
                "`{name}` is not `{base}`, on which {rom} seals what is of class {class}, and no active CRQ excepts it"
            )
        }
        None => format!("`{name}` is not in the set of bases, and no active CRQ excepts it"),
    };
    let mut finding = Finding::new(&META, base.span, message);
    if let Exception::Unnamed(crq) = exception {
        finding = finding.note(format!("{crq} excepts it for one image; if this is that one: LABEL {LABEL}=\"{crq}\""));
    }
    let same = |allowed: &&AllowedBase| Image::parse(&allowed.reference).repository == image.repository;
    let of_set = || settings.allowed_bases.iter().find(same).map(|allowed| allowed.reference.as_str());
    let other = other.map(|(_, sealed)| sealed.base.as_str()).or_else(of_set);
    let Some(other) = other.filter(|_| base.span.of(file.text()) == base.text) else { return Some(finding) };
    let other = exactly(settings, other);
    let edits = vec![Edit { span: base.span, text: other.clone() }];
    Some(finding.fix(Fix { title: format!("build on `{other}`"), safety: Safety::Unsafe, edits }))
}

/// Whether an image is a base that was sealed, by what the set says of its names.
fn is_base(settings: &LintSettings, image: &Image<'_>, base: &str) -> bool {
    let listed = settings.allowed_bases.iter().find(|allowed| allowed.reference == base);
    listed.map_or_else(|| image.refines(base), |allowed| image.is_of(allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, class: Option<&str>, expected: &[&str]) {
        let sealed = SealedClass { rom: "ROM-GO-V13".into(), base: "alpine:3.21".into() };
        let settings = LintSettings {
            allowed_bases: ["alpine:3.21", "python:3.12-alpine"].map(AllowedBase::new).into(),
            sealed_classes: [("go-static".to_owned(), sealed)].into(),
            class: class.map(str::to_owned),
            ..LintSettings::default()
        };
        let found = BaseOutsideSet.check(&Dockerfile::parse(text.as_bytes()), &settings);
        let told: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn what_is_of_a_sealed_class_starts_from_its_base() {
        let other = "`python:3.12-alpine` is not `alpine:3.21`, on which ROM-GO-V13 seals what is of class go-static, and \
                     no active CRQ excepts it";
        check("FROM python:3.12-alpine\n", None, &[]);
        check("FROM python:3.12-alpine\n", Some("go-static"), &[other]);
        check("FROM python:3.12-alpine\nLABEL mvi.io/class=go-static\n", None, &[other]);
        check("FROM python:3.12-alpine\nLABEL mvi.io/class=python-service\n", Some("go-static"), &[]);
        check("FROM alpine:3.21.3\n", Some("go-static"), &[]);
        check("FROM golang:1 AS build\nFROM alpine:3.21\nCOPY --from=build /a /a\n", Some("go-static"), &[]);
    }
}
