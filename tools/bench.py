#!/usr/bin/env python3
"""Measure mvi beside other programs and write the tables. Called by bench.sh, which prepares what is needed.

Runs of all programs on an image are interleaved; a figure is the median of its runs; files are read into the page cache
before each. CPU is user and system time of all processes (wait4). Peak is the largest resident set of a process in the
first run, which GNU time starts; the time that this takes itself, a millisecond or two, is in no other run, and the first
one counts for CPU and wall time only where it is the only one."""
import argparse, datetime, json, os, platform, shutil, statistics, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--runs", type=int, default=5, help="runs of mvi and of the floor (default 5)")
parser.add_argument("--peer-runs", type=int, default=3, help="runs of syft and dive (default 3)")
parser.add_argument("--images", help="comma-separated names; those too small for a table are left out of it (default: all)")
parser.add_argument("--tables", default="gzip,plain,trusting,layers,second,growth,tiny", help="comma-separated (default all)")
parser.add_argument("--peers-on-tiny", action="store_true", help="syft on 3,000,000 files as well; ten minutes or more")
parser.add_argument("--out", help="file to write (default: standard output)")
options = parser.parse_args()

folder = lambda variable, name: os.environ.get(variable) or os.path.join(tempfile.gettempdir(), name)
CORPUS, BENCH, PEERS = folder("MVI_CORPUS", "mvi-corpus"), folder("MVI_BENCH", "mvi-bench"), folder("MVI_PEERS", "mvi-peers")
MVI = os.environ.get("MVI_BIN") or shutil.which("mvi") or sys.exit("MVI_BIN is not set and there is no mvi")
SYFT, DIVE = os.path.join(PEERS, "bin", "syft"), os.path.join(PEERS, "bin", "dive")
SCRATCH = tempfile.mkdtemp(prefix="mvi-bench-")
PLAIN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": SCRATCH, "TMPDIR": SCRATCH, "SYFT_CHECK_FOR_APP_UPDATE": "false", "CI": "true"}


class Run:
    def __init__(self, cpu, wall, peak, code):
        self.cpu, self.wall, self.peak, self.code = cpu, wall, peak, code


def run(command, environment=None, peak=False):
    """One run. For its peak GNU time starts the program: else it would be that of this interpreter."""
    peak_file = os.path.join(SCRATCH, "peak")
    timed = ["/usr/bin/time", "-q", "-f", "%M", "-o", peak_file] if peak else []
    with open(os.path.join(SCRATCH, "stdout"), "wb") as out, open(os.path.join(SCRATCH, "stderr"), "wb") as err:
        start = time.monotonic()
        child = subprocess.Popen([*timed, *command], stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                                 env={**PLAIN_ENVIRONMENT, **(environment or {})}, cwd=SCRATCH)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
    most = int(open(peak_file).read().split()[-1]) * 1024 / 1e6 if peak else None
    return Run(used.ru_utime + used.ru_stime, wall, most, child.returncode)


def median(runs):
    """Of runs of which the first, or each, was for the peak."""
    peaks = [one.peak for one in runs if one.peak is not None]
    timed = [one for one in runs if one.peak is None] or runs
    middle = lambda field: statistics.median(getattr(one, field) for one in timed)
    return Run(middle("cpu"), middle("wall"), statistics.median(peaks) if peaks else 0, max(one.code for one in runs))


def measure(programs, files):
    """programs: name -> (command, environment, runs, exit codes that are fine). Interleaved; name -> median or None."""
    runs = {name: [] for name in programs}
    for turn in range(max(program[2] for program in programs.values())):
        for name, (command, environment, wanted, fine) in programs.items():
            if turn < wanted and runs[name] is not None:
                warm(*files)
                one = run(command, environment, peak=turn == 0)
                if one.code in fine:
                    runs[name].append(one)
                else:
                    print("  %s: exit %d: %s" % (name, one.code, open(os.path.join(SCRATCH, "stderr"), "rb").read()[-200:]), file=sys.stderr)
                    runs[name] = None
    return {name: median(found) if found else None for name, found in runs.items()}


def mvi(image, *more):
    return ([MVI, "audit", image, "--quiet", "--format", "json", *more], None, options.runs, (0, 1))


def syft(image, parallelism):
    return ([SYFT, "-q", "-o", "syft-json", image], {"SYFT_PARALLELISM": str(parallelism)}, options.peer_runs, (0,))


def shell(script, *arguments):
    return (["bash", "-c", "set -o pipefail; " + script, "floor", *arguments], None, options.runs, (0,))


# What any program must do that checks both digests of a gzip layer, or the one digest of a plain one.
GZIP_FLOOR = 'for blob; do openssl dgst -sha256 "$blob" >/dev/null; igzip -dc <"$blob" | openssl dgst -sha256 >/dev/null; done'
PLAIN_FLOOR = 'cat "$1" | openssl dgst -sha256 >/dev/null'


def layers_of(layout):
    blob = lambda digest: os.path.join(layout, "blobs", *digest.split(":"))
    index = json.load(open(os.path.join(layout, "index.json")))
    return [blob(layer["digest"]) for layer in json.load(open(blob(index["manifests"][0]["digest"])))["layers"]]


def warm(*files):
    for file in files:
        subprocess.run(["cat", file], stdout=subprocess.DEVNULL, check=True)


def better(found):
    """The better of syft's two settings."""
    both = [one for one in (found.pop("syft 1", None), found.pop("syft 2", None)) if one]
    found["syft"] = min(both, key=lambda one: one.cpu) if both else None
    return found


def compare(title, note, images, programs, rivals, beside=None):
    """One table: a row an image, medians of the ratios to each rival below. What is beside is held against the first rival."""
    rows, ratios = [], {rival: [] for rival in rivals}
    own = []
    for name, size, files in images:
        print("%s: %s" % (title, name), file=sys.stderr)
        found = better(measure(programs(name), files))
        ours = found["mvi"]
        row = [name, "%.0f" % size, *figures(ours)]
        for rival in rivals:
            theirs = found.get(rival)
            row += figures(theirs) if rival != "floor" else [seconds(theirs.cpu) if theirs else "–"]
            ratio = ours.cpu / theirs.cpu if ours and theirs else None
            row.append("%.3f" % ratio if ratio else "–")
            ratios[rival] += [ratio] if ratio else []
        if beside:
            one, theirs = found.get(beside), found.get(rivals[0])
            ratio = one.cpu / theirs.cpu if one and theirs else None
            row += [seconds(one.cpu) if one else "–", "%.3f" % ratio if ratio else "–"]
            own += [ratio] if ratio else []
        rows.append(row)
    head = ["image", "MB", "mvi CPU s", "wall s", "peak MB"]
    for rival in rivals:
        head += [rival + " CPU s"] + (["wall s", "peak MB"] if rival != "floor" else []) + ["mvi / " + rival]
    head += [beside + " CPU s", beside + " / " + rivals[0]] if beside else []
    lines = ["## " + title, "", note, "", *table(head, rows), ""]
    for rival in rivals:
        if ratios[rival]:
            lines.append("Median of mvi / %s, CPU: **%.3f** (%d images, %.3f to %.3f)." % (
                rival, statistics.median(ratios[rival]), len(ratios[rival]), min(ratios[rival]), max(ratios[rival])))
    if own:
        lines.append("Median of mvi %s / %s, CPU: **%.3f** (%d images, %.3f to %.3f)." % (
            beside, rivals[0], statistics.median(own), len(own), min(own), max(own)))
    return lines + [""]


def figures(one):
    return [seconds(one.cpu), seconds(one.wall), "%.0f" % one.peak] if one else ["–"] * 3


def seconds(value):
    return ("%.3f" if value < 1 else "%.2f") % value


def table(head, rows):
    line = lambda cells: "| " + " | ".join(cells) + " |"
    return [line(head), "|" + "---|" + "---:|" * (len(head) - 1)] + [line(row) for row in rows]


def corpus(least):
    names = options.images.split(",") if options.images else None
    for line in open(os.path.join(CORPUS, "corpus.tsv")).read().splitlines()[1:]:
        name, size = line.split("\t")[0], int(line.split("\t")[3]) / 1e6
        if size >= least and (not names or name in names):
            yield name, size


def at(*path):
    return os.path.join(CORPUS, *path)


def gzip_table():
    images = [(name, size, layers_of(at("oci", name))) for name, size in corpus(100)]
    programs = lambda name: {
        "mvi": ([MVI, "sbom", *mvi("oci:" + at("oci", name), "--no-cache")[0][2:]], None, options.runs, (0, 1)),
        "audit": mvi("oci:" + at("oci", name), "--no-cache"), "syft 1": syft("oci-dir:" + at("oci", name), 1),
        "syft 2": syft("oci-dir:" + at("oci", name), 2), "floor": shell(GZIP_FLOOR, *layers_of(at("oci", name)))}
    return compare("OCI layouts, gzip, every digest checked",
                   "mvi: `mvi sbom`, which does the job of syft; `mvi audit` judges beside it, and finds out what the image needs. Floor: `igzip -dc | openssl dgst "
                   "-sha256` of every layer and `openssl dgst -sha256` of every blob. Syft checks no digest. MB: unpacked.",
                   images, programs, ["syft", "floor"], "audit")


def docker(name):
    return at("docker-archive", name + ".tar")


def plain_table():
    images = [(name, size, [docker(name)]) for name, size in corpus(100)]
    programs = lambda name: {
        "mvi": mvi("docker-archive:" + docker(name), "--no-cache"), "syft 1": syft("docker-archive:" + docker(name), 1),
        "syft 2": syft("docker-archive:" + docker(name), 2), "floor": shell(PLAIN_FLOOR, docker(name)),
        "dive": ([DIVE, "docker-archive://" + docker(name)], None, options.peer_runs, (0, 1))}
    return compare("Docker archives, plain layers, every digest checked",
                   "Floor: `cat | openssl dgst -sha256` of the archive. Syft and dive check no digest.", images, programs, ["syft", "dive", "floor"])


def trusting_table():
    """A row for every verb that lists packages: a bill as syft writes one, an audit without and with what the image needs."""
    verbs = {"sbom": ["sbom"], "audit --no-needs": ["audit", "--no-needs"], "audit": ["audit"]}
    rows, ratios = [], {verb: [] for verb in verbs}
    for name, size in corpus(400):
        print("trusting: " + name, file=sys.stderr)
        image = "docker-archive:" + docker(name)
        ours = lambda words: ([MVI, *words, image, "--quiet", "--format", "json", "--no-cache", "--no-verify"], None, options.runs, (0, 1))
        found = better(measure({**{verb: ours(words) for verb, words in verbs.items()}, "syft 1": syft(image, 1), "syft 2": syft(image, 2)}, [docker(name)]))
        theirs = found["syft"]
        for verb in verbs:
            times = theirs.cpu / found[verb].cpu if theirs and found[verb] else None
            ratios[verb] += [times] if times else []
            rows.append([name, "%.0f" % size, verb, *figures(found[verb]), *figures(theirs), "%.0f" % times if times else "–"])
    head = ["image", "MB", "mvi", "CPU s", "wall s", "peak MB", "syft CPU s", "wall s", "peak MB", "syft / mvi"]
    lines = ["## Docker archives of 400 MB or more, digests trusted", "",
             "`mvi sbom --no-verify` does the job of syft; `mvi audit` judges beside it, and finds out what the image needs unless `--no-needs`.", "",
             *table(head, rows), ""]
    return lines + ["Median of syft / mvi %s, CPU: **%.0f** (%.0f to %.0f)." % (verb, statistics.median(found), min(found), max(found))
                    for verb, found in ratios.items() if found] + [""]


def evidence_table():
    """All that an audit can find out in one pass, beside a list of packages; remembered, the image is not read again."""
    index = os.environ.get("MVI_DB")
    words = ["audit", "--checks", *(["--db", index, "--max-age", "36500"] if index else []), "--quiet", "--format", "json"]
    rows, ratios = [], []
    for name, size in corpus(800):
        print("evidence: " + name, file=sys.stderr)
        image, cache = "docker-archive:" + docker(name), os.path.join(SCRATCH, "evidence-" + name)
        run([MVI, *words, image, "--cache-dir", cache])
        ours = lambda *more: ([MVI, *words, image, *more], None, options.runs, (0, 1))
        found = better(measure({"verified": ours("--no-cache"), "trusted": ours("--no-cache", "--no-verify"),
                                "remembered": ours("--cache-dir", cache), "syft 1": syft(image, 1), "syft 2": syft(image, 2)}, [docker(name)]))
        shutil.rmtree(cache)
        theirs = found.pop("syft")
        for kind, one in found.items():
            times = [theirs.cpu / one.cpu, theirs.wall / one.wall] if theirs and one else []
            ratios += times[:1] if kind == "verified" else []
            rows.append([name, "%.0f" % size, kind, *figures(one), *figures(theirs), *("%.1f" % ratio for ratio in times)])
    head = ["image", "MB", "mvi", "CPU s", "wall s", "peak MB", "syft CPU s", "wall s", "peak MB", "CPU", "wall"]
    what = "packages, ELF, composition, secrets and the other checks" + (", advisories" if index else "; no advisories, as `MVI_DB` names no index")
    lines = ["## Full evidence of docker archives of 800 MB or more", "", "`mvi audit --checks`: %s. syft: packages." % what, "", *table(head, rows), ""]
    return lines + (["Median of syft / mvi, digests verified, CPU: **%.0f** (%.0f to %.0f)." % (statistics.median(ratios), min(ratios), max(ratios)), ""] if ratios else [])


def layers_table():
    images = [(name, size, [docker(name)]) for name, size in corpus(400)]
    layers = lambda name: [MVI, "layers", "docker-archive:" + docker(name), "--quiet", "--format", "json", "--no-cache", "--no-verify"]
    programs = lambda name: {
        "mvi": (layers(name), None, options.runs, (0,)), "dive": ([DIVE, "docker-archive://" + docker(name)], None, options.peer_runs, (0, 1))}
    return compare("Layers of docker archives of 400 MB or more, digests trusted", "`mvi layers --no-verify` beside dive: the same job.",
                   images, programs, ["dive"])


def second_table():
    image = "oci:" + os.path.join(BENCH, "layers20")
    warm(*layers_of(os.path.join(BENCH, "layers20")))
    first, second = [], []
    for turn in range(options.runs):
        cache = os.path.join(SCRATCH, "cache-%d" % turn)
        first.append(run(mvi(image, "--cache-dir", cache)[0], peak=True))
        second += [run(mvi(image, "--cache-dir", cache)[0], peak=once) for once in (True, False, False)]
        shutil.rmtree(cache)
    peers = [run(*syft("oci-dir:" + os.path.join(BENCH, "layers20"), jobs)[:2], peak=True) for jobs in (1, 2) for _ in range(options.peer_runs)]
    best = min(peers, key=lambda one: one.cpu)
    times = "second scan (syft: %.0f× the CPU, %.0f× the wall time)" % (best.cpu / median(second).cpu, best.wall / median(second).wall)
    rows = [[name, *("%.3f" % value for value in (one.cpu, one.wall)), "%.0f" % one.peak]
            for name, one in (("first scan", median(first)), (times, median(second)), ("syft", best))]
    return ["## Second scan of an image of twenty layers", "", "The files of `python-service` in twenty gzip layers; the second scan finds them remembered (medians, three scans of each memory).", "",
            *table(["", "CPU s", "wall s", "peak MB"], rows), ""]


def alone(title, note, names):
    rows = []
    for name in names:
        layout = os.path.join(BENCH, name)
        programs = {"mvi": mvi("oci:" + layout, "--no-cache")}
        if name == "tiny" and options.peers_on_tiny:
            programs["syft"] = syft("oci-dir:" + layout, 2)[:2] + (1, (0,))
        rows += [[name + ("" if program == "mvi" else ", " + program), *figures(one)] for program, one in measure(programs, layers_of(layout)).items()]
    return ["## " + title, "", note, "", *table(["", "CPU s", "wall s", "peak MB"], rows), ""]


def growth_table():
    return (alone("Growth in bytes", "1,000 files of 64 kB, 256 kB and 1 MB each, gzip.", ["bytes-1", "bytes-4", "bytes-16"]) +
            alone("Growth in files", "62,000, 250,000 and 1,000,000 files of eleven bytes, gzip.", ["files-1", "files-4", "files-16"]))


def tiny_table():
    return alone("Three million files", "3,000,000 files of eleven bytes in three gzip layers.", ["tiny"])


def version(*command):
    text = subprocess.run(command, capture_output=True, env=PLAIN_ENVIRONMENT, text=True).stdout
    return text.strip().splitlines()[0] if text.strip() else "?"


TABLES = {"gzip": gzip_table, "plain": plain_table, "trusting": trusting_table, "evidence": evidence_table, "layers": layers_table, "second": second_table, "growth": growth_table, "tiny": tiny_table}
try:
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    load = os.getloadavg()[0]
    lines = ["# Benchmarks", "", "Written by `make bench` on %s: %s, %d processors, load %.1f at the start. %s, %s, %s. Median of %d runs "
             "(syft, dive: %d; of syft the better of `SYFT_PARALLELISM` 1 and 2), interleaved, files in the page cache." % (
                 datetime.date.today(), processor, os.cpu_count(), load, version(MVI, "--version"), version(SYFT, "--version"),
                 version(DIVE, "--version"), options.runs, options.peer_runs), ""]
    for name in options.tables.split(","):
        lines += TABLES[name]()
    text = "\n".join(lines).rstrip() + "\n"
    if options.out:
        open(options.out, "w").write(text)
    sys.stdout.write(text)
finally:
    shutil.rmtree(SCRATCH, ignore_errors=True)
