//! What the inventory says about small images, from layers to packages and runtimes.
#![allow(clippy::unwrap_used)] // a test that cannot build its image should stop

mod facts;
mod image;
mod languages;
mod locks;
mod noise;
mod packages;
mod pacman;
mod programs;
mod requests;
mod rpm;
mod runtime;
