//! Ceilings that keep a hostile image from taking the machine.

/// Ceilings on what one image may make us read or hold. The defaults pass real images of tens of gigabytes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Uncompressed bytes of one layer.
    pub layer_bytes: u64,
    /// Tar entries of all layers of one image together.
    pub files: u64,
    /// Bytes of one manifest, index or config.
    pub document_bytes: u64,
    /// Bytes of wanted file bodies kept per layer.
    pub body_bytes: u64,
    /// Bytes of one PAX header or GNU long name.
    pub header_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            layer_bytes: 64 << 30,
            files: 20_000_000,
            document_bytes: 32 << 20,
            body_bytes: 256 << 20,
            header_bytes: 1 << 20,
        }
    }
}

/// Index levels followed from the top of a layout: real ones have at most three.
pub(crate) const INDEX_DEPTH: usize = 16;

/// Links followed inside a tree before a path counts as a loop, as Linux does (path_resolution(7)).
pub(crate) const LINK_DEPTH: usize = 40;
