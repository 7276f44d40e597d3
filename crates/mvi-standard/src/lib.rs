//! The written image standard.
