//! buildah: no service, its own storage.

use std::path::Path;

use super::builder::{Base, Builder, after_version};
use super::request::{Order, Request};
use super::steps::Words;

/// `buildah`.
pub(super) struct Buildah;

impl Builder for Buildah {
    fn name(&self) -> &'static str {
        "buildah"
    }

    fn ask(&self) -> Vec<Order> {
        // A storage that cannot be opened shows at once.
        vec![self.containers(), Order::new("buildah", &["--version"])]
    }

    fn version(&self, written: &str) -> Result<String, String> {
        after_version(written)
    }

    fn build(&self, request: &Request<'_>, id_file: &Path) -> Order {
        let mut order = Order::new("buildah", &["build", "--layers", "--force-rm"]);
        order.asked(request, id_file);
        order
    }

    fn export(&self, id: &str, file: &Path) -> (Order, &'static str) {
        let mut order = Order::new("buildah", &["push", "--quiet", id]);
        let mut to = std::ffi::OsString::from("oci-archive:");
        to.push(file);
        order.word(to);
        (order, "oci-archive")
    }

    fn remove(&self, id: &str) -> Order {
        Order::new("buildah", &["rmi", id])
    }

    fn containers(&self) -> Order {
        Order::new("buildah", &["containers", "--quiet", "--notruncate"])
    }

    fn discard(&self, container: &str) -> Order {
        Order::new("buildah", &["rm", container])
    }

    fn unnamed(&self) -> Order {
        Order::new("buildah", &["images", "--all", "--quiet", "--no-trunc", "--filter", "dangling=true"])
    }

    fn dated(&self, epoch: u64) -> Vec<String> {
        vec!["--timestamp".to_owned(), epoch.to_string()]
    }

    fn base_of_archive(&self, name: &str, archive: &Path) -> Option<Base> {
        let image = format!("{name}=container-image://oci-archive:{}", archive.to_str()?);
        Some(Base::Options(vec!["--build-context".to_owned(), image]))
    }

    fn words(&self) -> Words {
        Words::Buildah
    }
}
