//! What of a database was read: damaged ones lead in circles, and say the same bytes over and over.

/// A mark for every page, and how many bytes may still be given out.
#[derive(Debug)]
pub(super) struct Visited {
    pages: Vec<bool>,
    left: usize,
}

impl Visited {
    /// For a database of `bytes` in pages of `page_size`.
    pub(super) fn new(bytes: &[u8], page_size: usize) -> Self {
        Self { pages: vec![false; bytes.len() / page_size.max(1)], left: bytes.len() }
    }

    /// True the first time a page of the file is asked for; false ever after, and for pages that there are not.
    pub(super) fn first(&mut self, page: usize) -> bool {
        self.pages.get_mut(page).is_some_and(|seen| !std::mem::replace(seen, true))
    }

    /// True as long as all that was given out, these bytes included, comes to no more than the file.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        let enough = bytes <= self.left;
        self.left = self.left.saturating_sub(bytes);
        enough
    }
}
