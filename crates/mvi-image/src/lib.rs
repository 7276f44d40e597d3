//! Reads container images.
