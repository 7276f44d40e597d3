//! docker's three ways to build: the buildx plugin, BuildKit in the service of docker before version 23, and the old
//! builder.

use std::path::Path;

use super::builder::{Base, Builder};
use super::request::{Order, Request};
use super::steps::Words;

/// `docker buildx build`.
pub(super) struct Buildx;
/// `docker build` with BuildKit, without the plugin.
pub(super) struct Buildkit;
/// `docker build` as it was.
pub(super) struct Classic;

/// The client's and the service's version, which only answers where there is one.
fn versions() -> Order {
    Order::new("docker", &["version", "--format", "{{.Client.Version}} {{.Server.Version}}"])
}

/// The service's version.
fn of_service(written: &str) -> Result<String, String> {
    let version = written.split_whitespace().nth(1).map(str::to_owned);
    version.ok_or_else(|| "the service does not say its version".to_owned())
}

fn saved(id: &str, file: &Path) -> (Order, &'static str) {
    let mut order = Order::new("docker", &["save"]);
    order.option("--output", file).word(id);
    (order, "docker-archive")
}

fn order(words: &[&str], variables: &[(&'static str, &'static str)], request: &Request<'_>, id_file: &Path) -> Order {
    let mut order = Order::new("docker", words);
    order.variables.extend_from_slice(variables);
    order.asked(request, id_file);
    order
}

/// What is the same for all three.
macro_rules! of_docker {
    () => {
        fn export(&self, id: &str, file: &Path) -> (Order, &'static str) {
            saved(id, file)
        }

        fn remove(&self, id: &str) -> Order {
            Order::new("docker", &["rmi", id])
        }

        fn containers(&self) -> Order {
            Order::new("docker", &["ps", "--all", "--quiet", "--no-trunc"])
        }

        fn discard(&self, container: &str) -> Order {
            Order::new("docker", &["rm", "--force", container])
        }

        fn unnamed(&self) -> Order {
            Order::new("docker", &["images", "--quiet", "--no-trunc", "--filter", "dangling=true"])
        }

        // What the files of a layer are dated by is BuildKit's own affair, by the build argument.
        fn dated(&self, _: u64) -> Vec<String> {
            Vec::new()
        }

        // Its service reads no files of the client but the context.
        fn base_of_archive(&self, _: &str, archive: &Path) -> Option<Base> {
            let mut order = Order::new("docker", &["load", "--quiet"]);
            order.option("--input", archive);
            Some(Base::Loaded(order))
        }
    };
}

impl Builder for Buildx {
    fn name(&self) -> &'static str {
        "buildx"
    }

    fn ask(&self) -> Vec<Order> {
        vec![Order::new("docker", &["buildx", "version"]), versions()]
    }

    fn version(&self, written: &str) -> Result<String, String> {
        of_service(written)
    }

    fn build(&self, request: &Request<'_>, id_file: &Path) -> Order {
        order(&["buildx", "build", "--load", "--progress", "plain"], &[], request, id_file)
    }

    fn words(&self) -> Words {
        Words::Buildkit
    }

    of_docker!();
}

impl Builder for Buildkit {
    fn name(&self) -> &'static str {
        "buildkit"
    }

    fn ask(&self) -> Vec<Order> {
        vec![versions()]
    }

    fn version(&self, written: &str) -> Result<String, String> {
        let client = written.split('.').next().and_then(|major| major.parse::<u32>().ok());
        match client {
            Some(..23) => of_service(written),
            Some(_) => {
                Err("docker from version 23 on has BuildKit in its plugin buildx, which is not installed".into())
            }
            None => Err("docker does not say its version".into()),
        }
    }

    fn build(&self, request: &Request<'_>, id_file: &Path) -> Order {
        order(&["build", "--progress", "plain"], &[("DOCKER_BUILDKIT", "1")], request, id_file)
    }

    fn words(&self) -> Words {
        Words::Buildkit
    }

    of_docker!();
}

impl Builder for Classic {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn ask(&self) -> Vec<Order> {
        vec![versions()]
    }

    fn version(&self, written: &str) -> Result<String, String> {
        of_service(written)
    }

    fn build(&self, request: &Request<'_>, id_file: &Path) -> Order {
        order(&["build", "--force-rm"], &[("DOCKER_BUILDKIT", "0")], request, id_file)
    }

    fn words(&self) -> Words {
        Words::Classic
    }

    of_docker!();
}
