#!/usr/bin/env python3
"""Measure `mvi lint` beside hadolint over a folder of Dockerfiles: bench-lint.py [OPTIONS] FOLDER

Both get the same files, some at a time, one program after the other, and answer in JSON to nowhere. CPU is user and
system time of all processes (wait4), peak the largest resident set (GNU time). A file that stops hadolint is left out
for both. MVI_BIN is the program, a release build; hadolint is in MVI_PEERS."""
import argparse, datetime, json, os, platform, shutil, statistics, subprocess, sys, tempfile, time

folder = lambda variable, name: os.environ.get(variable) or os.path.join(tempfile.gettempdir(), name)
MVI = os.path.abspath(os.environ.get("MVI_BIN") or shutil.which("mvi") or sys.exit("MVI_BIN is not set and there is no mvi"))
HADOLINT = os.path.join(folder("MVI_PEERS", "mvi-peers"), "bin", "hadolint")
COMMANDS = {"hadolint": [HADOLINT, "-f", "json", "--no-fail"],
            "mvi": [MVI, "lint", "--format", "json", "--fail-on", "never", "--no-shellcheck"]}
AT_ONCE = 260
MANY = 10_000


class Run:
    def __init__(self, cpu, wall, peak, code):
        self.cpu, self.wall, self.peak, self.code = cpu, wall, peak, code


def run(name, paths, with_peak=False):
    """One run; the peak costs a process more, so that it is asked for only where it is wanted."""
    with tempfile.NamedTemporaryFile("r") as peak:
        around = ["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name] if with_peak else []
        start = time.monotonic()
        child = subprocess.Popen(around + COMMANDS[name] + paths, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        size = int(peak.read().split()[-1]) * 1024 / 1e6 if with_peak else None
    return Run(used.ru_utime + used.ru_stime, wall, size, child.returncode)


def stoppers(paths):
    """Files at which hadolint ends without an answer."""
    done = subprocess.run(COMMANDS["hadolint"] + paths, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        json.loads(done.stdout)
        return []
    except ValueError:
        if len(paths) == 1:
            return paths
        half = len(paths) // 2
        return stoppers(paths[:half]) + stoppers(paths[half:])


def side_by_side(paths):
    """CPU and wall of both over all files, the largest peak of both, and the files that were left out."""
    sums = {name: Run(0.0, 0.0, 0.0, 0) for name in COMMANDS}
    left_out = []
    for start in range(0, len(paths), AT_ONCE):
        some = paths[start:start + AT_ONCE]
        first = run("hadolint", some, with_peak=True)
        if first.code != 0:
            bad = set(stoppers(some))
            left_out += bad
            some = [path for path in some if path not in bad]
            first = run("hadolint", some, with_peak=True)
        for name, one in (("hadolint", first), ("mvi", run("mvi", some, with_peak=True))):
            if one.code != 0:
                sys.exit("%s ended with %d at the files from %s on" % (name, one.code, some[0]))
            total = sums[name]
            sums[name] = Run(total.cpu + one.cpu, total.wall + one.wall, max(total.peak, one.peak), 0)
    return sums, left_out


def doubled(paths, into):
    """As many files as wanted: the folder, and copies of it."""
    many = [os.path.join(str(copy), path) for copy in range(1 + MANY // len(paths)) for path in paths][:MANY]
    for path in many:
        target = os.path.join(into, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(path.split(os.sep, 1)[1], target)
    return many


def single(path, times):
    """Median wall of one file for both, taking turns."""
    walls = {name: [] for name in COMMANDS}
    for _ in range(times):
        for name in COMMANDS:
            walls[name].append(run(name, [path]).wall)
    return {name: statistics.median(every) for name, every in walls.items()}


def processor():
    with open("/proc/cpuinfo") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return "%s, %d processors" % (models[0] if models else platform.machine(), os.cpu_count())


def page(parts):
    sums, left_out, count, bytes_, runs, walls, size, load = parts
    many, fastest = runs[len(runs) // 2], runs[0].wall
    theirs, mine = sums["hadolint"], sums["mvi"]
    times = lambda one, other: "%.0f ×" % (one / other)
    version = subprocess.run([HADOLINT, "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[-1]
    return f"""# `mvi lint` beside hadolint

hadolint {version}, {count} Dockerfiles of public repositories ({bytes_ / 1e6:.1f} MB), {AT_ONCE} at a time, one program after
the other; {len(left_out)} more that stop hadolint are left out for both. hadolint has ShellCheck built in and cannot do without;
mvi calls it as a program of its own, which is switched off here (`--no-shellcheck`), so that the ratios are those of the
rules for Dockerfiles against all that hadolint does. {processor()}, load {load[0]:.1f} before and {load[1]:.1f} after,
{datetime.date.today()}. Made by

    tools/gather-dockerfiles.sh FOLDER GITDIR...
    MVI_BIN=target/release/mvi python3 tools/bench-lint.py --markdown docs/benchmarks-lint.md FOLDER

| what | hadolint | mvi | ratio | target |
|---|---:|---:|---:|---:|
| CPU over all files | {theirs.cpu:.1f} s | {mine.cpu:.2f} s | {times(theirs.cpu, mine.cpu)} | 50 × |
| wall over all files | {theirs.wall:.1f} s | {mine.wall:.2f} s | {times(theirs.wall, mine.wall)} | |
| CPU of a file | {1000 * theirs.cpu / count:.1f} ms | {1000 * mine.cpu / count:.2f} ms | | |
| peak memory of {AT_ONCE} files | {theirs.peak:.0f} MB | {mine.peak:.0f} MB | {times(theirs.peak, mine.peak)} | |
| one file of {size} bytes, from start to exit | {1000 * walls["hadolint"]:.1f} ms | {1000 * walls["mvi"]:.1f} ms | {walls["hadolint"] / walls["mvi"]:.1f} × | 10 ms |
| {MANY} files at once, wall, median | | {many.wall:.2f} s | | 2 s |
| {MANY} files at once, wall, the fastest run | | {fastest:.2f} s | | |
| {MANY} files at once, CPU | | {many.cpu:.2f} s | | |
| {MANY} files at once, peak memory | | {many.peak:.0f} MB | | 60 MB |

The file is of the median size, and its time the median of turns. Of {MANY} files, all beyond {count} are copies; the run is
the median of its kind by wall.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--markdown", metavar="FILE", help="write the table here (default: standard output)")
    parser.add_argument("--times", type=int, default=50, help="runs of one file (default 50)")
    parser.add_argument("--many", type=int, default=5, help="runs of %d files (default 5)" % MANY)
    arguments = parser.parse_args()
    out = os.path.abspath(arguments.markdown) if arguments.markdown else None
    os.chdir(arguments.folder)
    paths = sorted(os.path.relpath(os.path.join(at, name)) for at, _, names in os.walk(".") for name in names)
    before = os.getloadavg()[0]
    sums, left_out = side_by_side(paths)
    good = [path for path in paths if path not in set(left_out)]
    middle = sorted(good, key=os.path.getsize)[len(good) // 2]
    walls = single(middle, arguments.times)
    with tempfile.TemporaryDirectory(prefix="mvi-bench-") as scratch:
        many = doubled(good, scratch)
        bytes_, size = sum(map(os.path.getsize, good)), os.path.getsize(middle)
        os.chdir(scratch)
        runs = sorted((run("mvi", many, with_peak=True) for _ in range(arguments.many)), key=lambda one: one.wall)
        os.chdir(os.sep)
    text = page((sums, left_out, len(good), bytes_, runs, walls, size, (before, os.getloadavg()[0])))
    if out is None:
        print(text, end="")
        return
    with open(out, "w") as file:
        file.write(text)


main()
