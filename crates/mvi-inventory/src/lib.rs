//! What is inside an image.
