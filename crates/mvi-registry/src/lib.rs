//! Images that live elsewhere.
