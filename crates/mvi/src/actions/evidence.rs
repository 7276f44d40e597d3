//! From what was found in an image to the plain evidence a standard judges.

use mvi_closure::profile_id;
use mvi_inventory::{Inventory, Libc as FoundLibc, RequestedAbove};
use mvi_standard::evidence::{
    BaseSource, DirectBase, Evidence, Libc, Role, RuntimePackages, Sizes as JudgedSizes, TransferSize,
};

use super::examine::Examined;
use super::subject::Subject;
use crate::report::Sizes;

const BASE_NAME: &str = "org.opencontainers.image.base.name";

/// What the user states of an image.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statement {
    /// Name of the image, for justifications that name it.
    pub name: Option<String>,
    /// Its direct base.
    pub base: Option<String>,
    /// How many of its layers are the base's.
    pub base_layers: Option<u32>,
    /// Its use class.
    pub class: Option<String>,
    /// True when others are built on it.
    pub is_base: bool,
}

/// The evidence of one image.
pub(super) fn evidence(examined: &Examined, sizes: &Sizes, stated: &Statement) -> Evidence {
    let inventory = examined.inventory();
    let image = &examined.image;
    let foreign = image.layers.iter().any(mvi_image::Layer::is_absent);
    let transfer = sizes.transfer_mb.map(|mb| TransferSize { value: mb.value(), estimated: sizes.transfer_estimated });
    Evidence {
        image: stated.name.clone().or_else(|| image.reference.clone()),
        digest: image.digest().map(ToString::to_string),
        platform: Some(image.platform().to_string()),
        sizes: JudgedSizes {
            transfer_mb: transfer,
            unpacked_mb: (!foreign).then(|| sizes.unpacked_mb.value()),
            effective_mb: (!foreign).then(|| sizes.effective_mb.value()),
            wasted_mb: (!foreign).then(|| sizes.wasted_mb.value()),
        },
        layer_count: u32::try_from(image.layers.len()).ok(),
        base: base(examined, stated),
        class: stated.class.clone(),
        runtimes: runtimes(examined),
        libc: libc(examined),
        entrypoint: entrypoint(examined),
        role: if stated.is_base { Role::Base } else { Role::Service },
        contents_known: !foreign
            && inventory.gaps.is_empty()
            && (inventory.os.is_some() || !inventory.packages.is_empty()),
        runtime_packages: runtime_packages(inventory, stated, named_base(examined)),
        ..Evidence::default()
    }
}

/// The evidence of what only a list of packages is known of: no size, no layers, nothing that runs.
pub(super) fn listed_evidence(subject: &dyn Subject, stated: &Statement) -> Evidence {
    let identity = subject.identity();
    Evidence {
        image: stated.name.clone().or(identity.reference),
        digest: identity.manifest_digest,
        base: direct_base(subject.inventory(), stated, None),
        class: stated.class.clone(),
        role: if stated.is_base { Role::Base } else { Role::Service },
        runtime_packages: runtime_packages(subject.inventory(), stated, None),
        ..Evidence::default()
    }
}

pub(super) fn base(examined: &Examined, stated: &Statement) -> DirectBase {
    direct_base(examined.inventory(), stated, named_base(examined))
}

/// The base that the image itself names. Builders write an empty name where there is none.
fn named_base(examined: &Examined) -> Option<(&String, BaseSource)> {
    let image = &examined.image;
    let annotation = || image.annotations.get(BASE_NAME).map(|name| (name, BaseSource::Annotation));
    let label = || image.config.config.labels.get(BASE_NAME).map(|name| (name, BaseSource::Label));
    annotation().filter(|(name, _)| !name.is_empty()).or_else(|| label().filter(|(name, _)| !name.is_empty()))
}

fn direct_base(inventory: &Inventory, stated: &Statement, named: Option<(&String, BaseSource)>) -> DirectBase {
    let stated = stated.base.as_ref().map(|base| (base, BaseSource::Stated));
    let (reference, source) = match stated.or(named) {
        Some((base, source)) => (Some(base.clone()), source),
        None => (None, BaseSource::Unknown),
    };
    let os = inventory.os.as_ref();
    DirectBase {
        reference,
        source,
        os_release_id: os.and_then(|os| os.id.clone()),
        os_codename: os.and_then(|os| os.version_codename.clone()),
    }
}

/// The standard's ids of the runtime the image starts, or of those that lie in it when that is not known.
pub(super) fn runtimes(examined: &Examined) -> Vec<String> {
    let runtime = examined.runtime();
    match runtime.profile {
        Some(profile) => vec![profile_id(profile).to_owned()],
        None => runtime.traces.iter().map(|trace| profile_id(trace.profile).to_owned()).collect(),
    }
}

fn libc(examined: &Examined) -> Option<Libc> {
    let runtime = examined.runtime();
    let found = match (runtime.libc, runtime.libcs.as_slice()) {
        (Some(libc), _) => Some(libc),
        (None, [only]) => Some(*only),
        (None, []) => return Some(Libc::None),
        (None, _) => None,
    };
    found.map(|libc| match libc {
        FoundLibc::Glibc => Libc::Glibc,
        FoundLibc::Musl => Libc::Musl,
    })
}

fn entrypoint(examined: &Examined) -> Option<String> {
    let last = examined.runtime().entry.last()?;
    let path = last.path.as_deref().unwrap_or(&last.word);
    path.rsplit('/').next().map(str::to_owned)
}

/// Packages asked for above the base. Without the base's layers there are only bounds: any named base but `scratch`
/// has at least one layer.
fn runtime_packages(
    inventory: &Inventory,
    stated: &Statement,
    named: Option<(&String, BaseSource)>,
) -> RuntimePackages {
    let base = direct_base(inventory, stated, named).reference;
    let (layers, exact) = match (stated.base_layers, base.as_deref()) {
        (Some(layers), _) => (layers, true),
        (None, Some("scratch")) => (0, true),
        (None, Some(_)) => (1, false),
        (None, None) => (0, false),
    };
    let count = |names: &std::collections::BTreeSet<String>| u32::try_from(names.len()).unwrap_or(u32::MAX);
    match inventory.requested_above(layers) {
        RequestedAbove::Known(names) if exact || names.is_empty() => RuntimePackages::Known { count: count(&names) },
        RequestedAbove::Known(names) => RuntimePackages::Between {
            low: 0,
            high: count(&names),
            reason: "which layers are the base's is not known; --base-layers N says it".into(),
        },
        RequestedAbove::AtMost(names) => RuntimePackages::Between {
            low: 0,
            high: count(&names),
            reason: "the image does not say which packages came only as dependencies".into(),
        },
    }
}
