//! podman, which builds with what is in buildah.

use std::path::Path;

use super::builder::{Base, Builder, after_version};
use super::request::{Order, Request};
use super::steps::Words;

/// `podman build`.
pub(super) struct Podman;

impl Builder for Podman {
    fn name(&self) -> &'static str {
        "podman"
    }

    fn ask(&self) -> Vec<Order> {
        vec![self.containers(), Order::new("podman", &["--version"])]
    }

    fn version(&self, written: &str) -> Result<String, String> {
        after_version(written)
    }

    fn build(&self, request: &Request<'_>, id_file: &Path) -> Order {
        let mut order = Order::new("podman", &["build", "--layers", "--force-rm"]);
        order.asked(request, id_file);
        order
    }

    fn export(&self, id: &str, file: &Path) -> (Order, &'static str) {
        let mut order = Order::new("podman", &["save", "--quiet", "--format", "oci-archive"]);
        order.option("--output", file).word(id);
        (order, "oci-archive")
    }

    fn remove(&self, id: &str) -> Order {
        Order::new("podman", &["rmi", id])
    }

    fn containers(&self) -> Order {
        // Those of builds are not podman's own: external.
        Order::new("podman", &["ps", "--all", "--external", "--quiet", "--no-trunc"])
    }

    fn discard(&self, container: &str) -> Order {
        Order::new("podman", &["rm", "--force", container])
    }

    fn unnamed(&self) -> Order {
        Order::new("podman", &["images", "--all", "--quiet", "--no-trunc", "--filter", "dangling=true"])
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
