//! Where whole bodies of a layer go that somebody writes elsewhere, such as an unpacked root file system.

/// Takes file bodies as they go by, in archive order. It cannot fail: one that writes remembers what went wrong and
/// says so at the end.
pub trait BodySink: Sync {
    /// A file's body is next: `entry` is its index in the layer's table. False passes it over. Of sparse files (`sparse`)
    /// only the pieces that are stored would come.
    fn begin(&self, entry: u32, sparse: bool) -> bool;
    /// More of the body that was begun last.
    fn piece(&self, bytes: &[u8]);
}
