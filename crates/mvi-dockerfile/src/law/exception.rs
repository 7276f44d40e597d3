//! Change requests that except bases: which one is in force for a base, and whether a file says that it is meant.

use crate::law::{Image, View};
use crate::settings::LintSettings;
use crate::syntax::Body;

/// The label by which an image says which change request it relies on; Kubernetes objects say it by an annotation of the
/// same name. Image Standard V13, sovereignty.
pub(crate) const LABEL: &str = "mvi.io/crq";

/// What change requests say about a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exception<'a> {
    /// One in force excepts it, and the file names it.
    Named,
    /// One in force excepts it for some image, and the file does not say that it builds that one.
    Unnamed(&'a str),
    /// None does.
    Missing,
}

/// Looks for the change request that excepts a base.
pub(crate) fn exception<'a>(view: &View<'_>, settings: &'a LintSettings, image: &Image<'_>) -> Exception<'a> {
    let mut found = Exception::Missing;
    for excepted in settings.excepted_bases.iter().filter(|excepted| image.refines(&excepted.base)) {
        if names(view, &excepted.crq) {
            return Exception::Named;
        }
        found = Exception::Unnamed(&excepted.crq);
    }
    found
}

/// Whether a label of what ships names a change request.
pub(crate) fn names(view: &View<'_>, crq: &str) -> bool {
    values(view, LABEL).any(|value| value == crq)
}

/// The value of a label of what ships; the last counts.
pub(crate) fn label(view: &View<'_>, key: &str) -> Option<String> {
    values(view, key).last().map(str::to_owned)
}

fn values<'v>(view: &'v View<'_>, key: &'v str) -> impl Iterator<Item = &'v str> {
    view.shipped_instructions().flat_map(move |one| {
        let pairs = match &one.body {
            Body::Label(pairs) => pairs.as_slice(),
            _ => &[],
        };
        pairs.iter().filter(move |pair| pair.key.text == key).map(|pair| pair.value.text.as_str())
    })
}
