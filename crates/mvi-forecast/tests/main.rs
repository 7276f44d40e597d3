//! The laws of forecasts, on a small world whose truth is known and on the synthetic fleet of the standard.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot make its world should stop

#[path = "laws/decision.rs"]
mod decision;
#[path = "laws/learning.rs"]
mod learning;
#[path = "laws/models.rs"]
mod models;
#[path = "laws/synthetic.rs"]
mod synthetic;
#[path = "laws/world.rs"]
mod world;
