//! A bar a layer, or one for many images, on a terminal; nothing on a pipe.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use mvi_image::Progress;

use crate::render::harmless;

/// Bars on standard error.
pub(crate) struct Bars {
    all: MultiProgress,
    layers: Mutex<HashMap<usize, ProgressBar>>,
}

/// Smaller layers are done before anybody could read their bar.
const WORTH_A_BAR: u64 = 4_000_000;

impl Bars {
    /// Bars that draw only where standard error is a terminal, and never when `quiet`.
    #[must_use]
    pub(crate) fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self { all: MultiProgress::with_draw_target(target), layers: Mutex::new(HashMap::new()) }
    }

    /// Takes all bars off the screen.
    pub(crate) fn clear(&self) {
        // A terminal that is gone needs no clearing.
        let _ = self.all.clear();
    }

    fn with(&self, layer: usize, act: impl FnOnce(&ProgressBar)) {
        if let Some(bar) = self.layers.lock().unwrap_or_else(PoisonError::into_inner).get(&layer) {
            act(bar);
        }
    }
}

/// One bar for many places.
pub(crate) struct Tally {
    bar: ProgressBar,
}

impl Tally {
    /// A bar that draws only where standard error is a terminal, and never when `quiet`.
    #[must_use]
    pub(crate) fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len}, {eta} left  {wide_msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: ProgressBar::with_draw_target(Some(0), target).with_style(style) }
    }

    /// There are so many places.
    pub(crate) fn start(&self, places: usize) {
        self.bar.set_length(places as u64);
    }

    /// One more is done.
    pub(crate) fn done(&self, place: &str) {
        self.bar.set_message(harmless(place).into_owned());
        self.bar.inc(1);
    }

    /// Takes the bar off the screen.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bars {
    fn start(&self, layer: usize, bytes: u64) {
        if bytes < WORTH_A_BAR {
            return;
        }
        let style =
            ProgressStyle::with_template("layer {prefix:>2} {bar:30} {decimal_bytes:>10} of {decimal_total_bytes:>10}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = self.all.add(ProgressBar::new(bytes).with_style(style).with_prefix(layer.to_string()));
        self.layers.lock().unwrap_or_else(PoisonError::into_inner).insert(layer, bar);
    }

    fn advance(&self, layer: usize, bytes: u64) {
        self.with(layer, |bar| bar.inc(bytes));
    }

    fn finish(&self, layer: usize, _: bool) {
        self.with(layer, |bar| {
            bar.finish_and_clear();
            self.all.remove(bar);
        });
    }
}

/// One bar for the runs of a probe.
pub(crate) struct Runs {
    bar: ProgressBar,
}

impl Runs {
    /// A bar that draws only where standard error is a terminal, and never when `quiet`.
    #[must_use]
    pub(crate) fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let style = ProgressStyle::with_template("{bar:30} run {pos} of {len}, {eta} left");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: ProgressBar::with_draw_target(Some(0), target).with_style(style) }
    }

    /// Takes the bar off the screen.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl mvi_probe::run::Progress for Runs {
    fn advance(&mut self, done: usize, of: usize) {
        self.bar.set_length(of as u64);
        self.bar.set_position(done as u64);
    }
}
