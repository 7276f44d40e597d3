//! One run of one container: made, started, watched until it is ready, counted, taken away.

use std::io::PipeReader;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::bell::Bell;
use super::cgroup::Cgroup;
use super::driver::{Driver, Job};
use super::error::ProbeError;
use super::net::{Question, ask};
use super::output::{OnLine, Output};
use super::ready::Ready;
use super::record::{Ended, Run, Verdict};
use super::wait;

/// Time between two looks at counters that may be gone at the next.
const LOOK: Duration = Duration::from_millis(10);
/// Time between two health checks: each is a program that is started.
const CHECK: Duration = Duration::from_millis(20);
/// Time to read what a container wrote before it ended.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// How long one health check may take.
const CHECK_PATIENCE: Duration = Duration::from_secs(30);

/// When somebody else may look at a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// It is made, its program not yet started.
    Created,
    /// Its processes are gone, its root is still there.
    Ended,
}

/// Runs a container until `ready`, and `settle` longer if it is one that stays.
pub(super) fn run(driver: &dyn Driver, job: &Job<'_>, ready: &Ready, settle: Duration) -> Result<Run, ProbeError> {
    run_with(driver, job, (ready, settle), &mut |_| Ok(()))
}

/// The same, with somebody who looks at it; told of its end whenever it was made.
pub(super) fn run_with(
    driver: &dyn Driver,
    job: &Job<'_>,
    (ready, settle): (&Ready, Duration),
    look: &mut dyn FnMut(Moment) -> Result<(), ProbeError>,
) -> Result<Run, ProbeError> {
    let begun = Instant::now();
    let created = driver.create(job);
    let create_ms = millis(begun.elapsed());
    let result = match created {
        Ok(created) => {
            let seen = look(Moment::Created).and_then(|()| {
                let mut watch = Watch::new(driver, &job.id, ready)?;
                watch.cgroup = created.cgroup;
                watch.pid = created.pid;
                watch.run(created.streams, job.limits.patience, settle)
            });
            look(Moment::Ended).and(seen)
        }
        Err(error) => Err(error),
    };
    let removed = driver.remove(&job.id);
    let mut seen = match result {
        Ok(seen) => seen,
        Err(ProbeError::Runtime { message, .. }) => Seen::not_started(message),
        Err(error) => return Err(error),
    };
    removed?;
    if let Some(output) = seen.output.take() {
        // Its last writer is gone now.
        seen.run.tail = output.finish();
        seen.run.output_bytes = seen.run.tail.total;
    }
    seen.run.create_ms = create_ms;
    Ok(seen.run)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// A run, and its output while somebody may still write.
struct Seen {
    run: Run,
    output: Option<Output>,
}

impl Seen {
    fn not_started(message: String) -> Self {
        Self { run: Run::blank(Verdict::NotStarted { message }), output: None }
    }
}

/// A container being watched.
struct Watch<'a> {
    driver: &'a dyn Driver,
    id: &'a str,
    ready: &'a Ready,
    pid: Option<u32>,
    cgroup: Option<Cgroup>,
    bell: Bell,
    rung: PipeReader,
    stop: Arc<AtomicBool>,
    watchers: Vec<JoinHandle<()>>,
    /// The last counts, for groups that go with their container.
    last: Counts,
}

#[derive(Default, Clone, Copy)]
struct Counts {
    cpu_ns: Option<u64>,
    peak: Option<u64>,
    oom_kills: u64,
    refused: u64,
}

/// What ended the wait.
enum Event {
    Ready(Instant),
    Ended(Instant, Option<i32>),
    Time,
}

impl<'a> Watch<'a> {
    fn new(driver: &'a dyn Driver, id: &'a str, ready: &'a Ready) -> Result<Self, ProbeError> {
        let (bell, rung) = Bell::new()?;
        let stop = Arc::new(AtomicBool::new(false));
        let last = Counts::default();
        Ok(Self { driver, id, ready, pid: None, cgroup: None, bell, rung, stop, watchers: Vec::new(), last })
    }

    fn run(mut self, streams: Vec<PipeReader>, patience: Duration, settle: Duration) -> Result<Seen, ProbeError> {
        let is_reset = self.cgroup.as_ref().is_some_and(Cgroup::reset_peak);
        let cpu_before = self.cgroup.as_ref().and_then(Cgroup::cpu_ns).unwrap_or(0);
        self.ask_early()?;
        let mut command = self.driver.start(self.id);
        let (mut streams, attaches) = (streams, self.driver.attaches());
        if attaches {
            let pipe = || std::io::pipe().map_err(ProbeError::system("make a pipe"));
            let ((out, out_end), (err, err_end)) = (pipe()?, pipe()?);
            command.stdout(Stdio::from(out_end)).stderr(Stdio::from(err_end));
            streams = vec![out, err];
        }
        let begun = Instant::now();
        let until = begun + patience;
        let mut start = command.spawn().map_err(ProbeError::system("start the container"))?;
        drop(command);
        let output = self.read(streams);
        let event = self.wait(&mut start, until);
        self.count();
        let cpu_at = self.last.cpu_ns;
        let mut run = Run::blank(self.verdict(&event));
        if let Event::Ready(moment) | Event::Ended(moment, _) = event
            && run.verdict == Verdict::Ready
        {
            run.startup_ms = Some(millis(moment.saturating_duration_since(begun)));
            run.cpu_ms = cpu_at.map(|after| after.saturating_sub(cpu_before) as f64 / 1e6);
        }
        if let Event::Ready(_) = event {
            self.settle(&mut run, settle);
        }
        self.count();
        (run.oom_kills, run.refused_processes) = (self.last.oom_kills, self.last.refused);
        (run.peak_mb, run.peak_includes_runtime) = (self.last.peak.map(mb), !is_reset);
        self.finish(&mut start)?;
        Ok(Seen { run, output: Some(output) })
    }

    /// Starts asking over the network before there is anybody to answer.
    fn ask_early(&mut self) -> Result<(), ProbeError> {
        let (Some(pid), Some((port, question))) = (self.pid, self.question()) else { return Ok(()) };
        let bell = self.bell.clone();
        let asking = ask(pid, port, question, self.stop.clone(), move || bell.ring());
        self.watchers.push(asking.map_err(ProbeError::system("enter the container's network"))?);
        Ok(())
    }

    fn question(&self) -> Option<(u16, Question)> {
        match self.ready {
            Ready::Tcp(port) => Some((*port, Question::Tcp)),
            Ready::Http { port, path, status } => Some((*port, Question::Http(path.clone(), *status))),
            Ready::Exit(_) | Ready::Log(_) | Ready::Health(_) | Ready::Running => None,
        }
    }

    fn read(&self, streams: Vec<PipeReader>) -> Output {
        let bell = self.bell.clone();
        match self.ready {
            Ready::Log(regex) => Output::read(streams, Some((regex, &(Arc::new(move || bell.ring()) as OnLine)))),
            _ => Output::read(streams, None),
        }
    }

    /// Waits for the sign, the end, or until the time is up; meets a container that is known only once it runs.
    fn wait(&mut self, start: &mut Child, until: Instant) -> Event {
        let attaches = self.driver.attaches();
        let started = wait::handle(start.id());
        let mut init = self.pid.and_then(wait::handle);
        let mut has_started = false;
        loop {
            if let Some(moment) = self.bell.moment() {
                return Event::Ready(moment);
            }
            let now = Instant::now();
            if now >= until {
                return Event::Time;
            }
            if attaches && init.is_none() {
                init = self.meet();
                has_started |= init.is_some();
                if has_started {
                    self.greet();
                }
            }
            let mut fds = vec![self.rung.as_fd()];
            let watched: Option<&OwnedFd> = if attaches { started.as_ref() } else { init.as_ref() };
            fds.extend(watched.map(OwnedFd::as_fd));
            if !attaches && !has_started {
                fds.extend(started.as_ref().map(OwnedFd::as_fd));
            }
            let next = if attaches { until.min(now + LOOK) } else { until };
            let seen = wait::any(&fds, next);
            let now = Instant::now();
            if attaches {
                self.count();
            }
            if watched.is_some() && seen.get(1) == Some(&true) {
                // What it wrote last may still be read.
                if matches!(self.ready, Ready::Log(_)) {
                    wait::any(&[self.rung.as_fd()], now + LAST_WORDS);
                }
                return self.bell.moment().map_or_else(|| self.ended(start, now), Event::Ready);
            }
            if seen.get(2) == Some(&true) {
                has_started = true;
                match start.try_wait() {
                    Ok(Some(status)) if status.success() => self.greet(),
                    // Why is in the runtime's log; the end of the container follows.
                    _ => return Event::Ended(now, None),
                }
            }
        }
    }

    /// The first process of a container that an engine has started by now.
    fn meet(&mut self) -> Option<OwnedFd> {
        let pid = self.driver.process(self.id)?;
        self.pid = Some(pid);
        self.cgroup = Some(Cgroup::of_process(pid));
        // One that is gone again is seen by the command that is attached.
        let _ = self.ask_early();
        wait::handle(pid)
    }

    /// What can be done only once the container runs.
    fn greet(&mut self) {
        match self.ready {
            Ready::Running => self.bell.ring(),
            Ready::Health(argv) if self.watchers.is_empty() => {
                let (bell, stop) = (self.bell.clone(), self.stop.clone());
                let mut commands = self.driver.exec(self.id, argv);
                self.watchers.push(std::thread::spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        let healthy =
                            commands.spawn().ok().and_then(|mut child| wait::child(&mut child, CHECK_PATIENCE));
                        if healthy.is_some_and(|status| status.success()) {
                            return bell.ring();
                        }
                        std::thread::sleep(CHECK);
                    }
                }));
            }
            _ => {}
        }
    }

    fn ended(&self, start: &mut Child, moment: Instant) -> Event {
        if self.driver.attaches() {
            return Event::Ended(moment, start.wait().ok().and_then(|status| status.code()));
        }
        // A zombie is seen before it can be asked; and nobody but its parent may ask.
        let code = (0..50).find_map(|_| {
            let code = self.pid.and_then(wait::status);
            if code.is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            code
        });
        Event::Ended(moment, code)
    }

    fn verdict(&self, event: &Event) -> Verdict {
        match (event, self.ready) {
            (Event::Ready(_), _) => Verdict::Ready,
            (Event::Ended(_, Some(code)), Ready::Exit(wanted)) if code == wanted => Verdict::Ready,
            (Event::Ended(_, None), _) => match self.driver.complaint(self.id) {
                Some(message) => Verdict::NotStarted { message },
                None => Verdict::Ended(Ended { code: None }),
            },
            (Event::Ended(_, code), _) => Verdict::Ended(Ended { code: *code }),
            (Event::Time, _) => Verdict::TimedOut,
        }
    }

    /// Lets a container that is ready come to rest and looks at its memory.
    fn settle(&mut self, run: &mut Run, settle: Duration) {
        let init = self.pid.and_then(wait::handle);
        let fds: Vec<_> = init.iter().map(OwnedFd::as_fd).collect();
        if !fds.is_empty() && wait::any(&fds, Instant::now() + settle).contains(&true) {
            return;
        }
        let Some(cgroup) = &self.cgroup else { return };
        if let Some(memory) = cgroup.memory() {
            run.steady_mb = Some(mb(memory.charged));
            run.steady_anonymous_mb = Some(mb(memory.anonymous));
        }
        run.processes = Some(cgroup.processes().len());
    }

    fn count(&mut self) {
        let Some(cgroup) = &self.cgroup else { return };
        let last = &mut self.last;
        last.cpu_ns = cgroup.cpu_ns().or(last.cpu_ns);
        last.peak = cgroup.peak().or(last.peak);
        last.oom_kills = cgroup.oom_kills().max(last.oom_kills);
        last.refused = cgroup.refused().max(last.refused);
    }

    /// Ends those who watch, and the container.
    fn finish(self, start: &mut Child) -> Result<(), ProbeError> {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(init) = self.pid.and_then(wait::handle) {
            wait::kill(&init);
            // Adopted children are ours to bury.
            wait::any(&[init.as_fd()], Instant::now() + Duration::from_secs(5));
            self.pid.and_then(wait::status);
        }
        for watcher in self.watchers {
            // One that panicked watches no more.
            let _ = watcher.join();
        }
        wait::child(start, Duration::from_secs(30));
        Ok(())
    }
}
