//! Settings of loaders and imports of Python files, of any bytes.

use mvi_closure::{Environment, File, Loader, Objects};
use mvi_inventory::parse::erlang_app::parse_release_applications;
use mvi_inventory::parse::python_imports::parse_python_imports;

/// A system in which every file of settings holds the same bytes.
struct Same<'b>(&'b [u8]);

impl Objects for Same<'_> {
    fn find(&self, _: &str) -> Option<File> {
        None
    }

    fn is_folder(&self, _: &str) -> bool {
        true
    }

    fn text(&self, _: &str) -> Option<Vec<u8>> {
        Some(self.0.to_vec())
    }

    fn names(&self, _: &str) -> Vec<String> {
        ["a.conf", "b.conf"].map(str::to_owned).to_vec()
    }
}

/// The bytes as the loader's cache, and as its settings where they are no cache.
pub fn loader_settings(bytes: &[u8]) {
    let loading = Loader::new(&Same(bytes), Environment::default()).load("/bin/program", &[]);
    assert!(loading.objects.is_empty(), "what is not there is not loaded");
}

/// The bytes as a Python file, and as the list of a release's applications.
pub fn python_imports(bytes: &[u8]) {
    let imports = parse_python_imports(bytes);
    assert!(imports.modules.windows(2).all(|pair| pair[0] < pair[1]), "modules are sorted, and each is there once");
    let _ = parse_release_applications(bytes);
}
