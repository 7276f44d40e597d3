#!/usr/bin/env python3
"""Hold mvi's answers on Cargo.lock files against cargo-audit's: oracle-cargo-audit.py [--count N] [--seed S] OSV.zip [FOLDER…]

OSV.zip is the export of crates.io as osv.dev publishes it. cargo-audit reads RustSec's own form, so every record is written
as one: what its ranges leave out is `unaffected` below the first and `patched` above. Lock files are those below the folders,
each content once, and generated ones: crates with versions at, just below and just above every bound of every record, pre-releases
and builds among them, until there are N (300). Compared are triples of crate, version and RUSTSEC id, warnings (unmaintained,
unsound, notice) included. What cargo-audit finds and mvi does not ends with 1, and so does what only mvi finds without a
reason in CLASSES. cargo-audit stands in MVI_PEERS (peers.sh puts it there), mvi in MVI_BIN."""
import argparse, hashlib, json, os, random, re, subprocess, sys, tempfile, tomllib, zipfile
from collections import Counter

PEERS = os.environ.get("MVI_PEERS") or os.path.join(tempfile.gettempdir(), "mvi-peers")
MVI = os.environ.get("MVI_BIN", "mvi")
CRATES_IO = ("registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates" + ".io/")
# Why mvi may find what cargo-audit does not: a name, what it means, and how it is known from the lock file's entry.
CLASSES = [
    ("fork", "definition: the crate comes from git or another registry; cargo-audit asks only about crates.io, mvi about the name and version it has",
     lambda source: source is not None and source not in CRATES_IO),
]


def bounds(record):
    """Pairs of introduced and fixed, in their order; fixed may be missing."""
    pairs = []
    for affected in record["affected"]:
        for one in affected["ranges"]:
            for event in one["events"]:
                if "introduced" in event:
                    pairs.append([event["introduced"], None])
                elif "fixed" in event:
                    pairs[-1][1] = event["fixed"]
                else:
                    sys.exit("%s: an event that RustSec has no word for: %s" % (record["id"], event))
    return pairs


def versions_of(record):
    """What is patched and what is unaffected, as RustSec says it."""
    patched, unaffected, pairs = [], [], bounds(record)
    if pairs[0][0] not in ("0", "0.0.0-0"):
        unaffected.append("< " + pairs[0][0])
    for (_, fixed), following in zip(pairs, pairs[1:] + [None]):
        if fixed is not None:
            patched.append(">= " + fixed + (", < " + following[0] if following else ""))
    return patched, unaffected


def write_database(records, folder):
    text = json.dumps  # a string of JSON without anything odd is one of TOML
    for record in records:
        affected = record["affected"][0]
        about, place = affected["database_specific"], os.path.join(folder, "crates", affected["package"]["name"])
        lines = ["[advisory]", "id = " + text(record["id"]), "package = " + text(affected["package"]["name"]),
                 "date = " + text(record["published"][:10]), "aliases = " + text(record.get("aliases", []))]
        lines += ["informational = " + text(about["informational"])] if about.get("informational") else []
        lines += ["withdrawn = " + text(record["withdrawn"][:10])] if "withdrawn" in record else []
        patched, unaffected = versions_of(record)
        lines += ["[versions]", "patched = " + text(patched), "unaffected = " + text(unaffected)]
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, record["id"] + ".md"), "w") as out:
            out.write("```toml\n%s\n```\n\n# %s\n\n%s\n" % ("\n".join(lines), record["summary"].replace("\n", " "), "As its record says."))


def around(version, chance):
    """Versions at and beside one."""
    core = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    major, minor, patch = map(int, core.groups())
    plain = "%d.%d.%d" % (major, minor, patch)
    beside = {version, plain, plain + "-0", plain + "-alpha.1", plain + "-rc.1", plain + "-rc.2.x", plain + "+build.5", "%d.%d.%d" % (major, minor, patch + 1),
              "%d.%d.0" % (major, minor + 1), "%d.0.0" % (major + 1), "%d.%d.%d-beta.3" % (major, minor, patch + 1), "%d.%d.%d" % (major, minor, patch + 11)}
    beside |= {"%d.%d.%d" % (major, minor, patch - 1)} if patch else set()
    beside |= {"%d.%d.%d" % (major, minor - 1, chance.randrange(30))} if minor else set()
    beside |= {"%d.%d.%d" % (major - 1, chance.randrange(30), chance.randrange(9))} if major else set()
    return beside


def generate(records, count, chance):
    """So many lock files that hold every crate at every version of interest once, and some at random."""
    pairs = set()
    for record in records:
        name = record["affected"][0]["package"]["name"]
        for pair in bounds(record):
            for bound in pair:
                if bound is not None:
                    pairs |= {(name, version) for version in around("0.0.0" if bound == "0" else bound, chance)}
    pairs = sorted(pairs)
    chance.shuffle(pairs)
    size = -(-len(pairs) // max(count, 1))
    for start in range(0, len(pairs), size):
        lines = ["# made\nversion = 4\n"]
        for name, version in sorted(pairs[start:start + size]):
            lines.append('[[package]]\nname = "%s"\nversion = "%s"\nsource = "%s"\n' % (name, version, CRATES_IO[0]))
        yield "\n".join(lines).encode()


def real(folders):
    seen = set()
    for folder in folders:
        for place, _, names in sorted(os.walk(folder)):
            if "Cargo.lock" in names:
                with open(os.path.join(place, "Cargo.lock"), "rb") as file:
                    body = file.read()
                digest = hashlib.sha256(body).digest()
                if digest not in seen:
                    seen.add(digest)
                    yield body


def run(command, cwd):
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return done.stderr.decode(errors="replace").strip()


def theirs(desk):
    found = run([os.path.join(PEERS, "bin", "cargo-audit"), "audit", "--db", "db", "--no-fetch", "--json", "-f", "Cargo.lock"], desk)
    if isinstance(found, str):
        return found
    listed = found["vulnerabilities"]["list"] + [one for kind in found["warnings"].values() for one in kind if one.get("advisory")]
    return {(one["package"]["name"], one["package"]["version"], one["advisory"]["id"]): one["package"].get("source") for one in listed}


def ours(desk):
    found = run([MVI, "vulns", "lock:Cargo.lock", "--db", "index", "--format", "json", "--quiet"], desk)
    if isinstance(found, str):
        sys.exit("mvi: " + found)
    for one in found["findings"]:
        if one["verdict"] != "affected":
            sys.exit("%s %s: undecided on %s" % (one["package"]["name"], one["package"]["version"], one["id"]))
    return {(one["package"]["name"], one["package"]["version"]): [] for one in found["findings"]} | group(
        ((one["package"]["name"], one["package"]["version"]), frozenset([one["id"], *one["aliases"]])) for one in found["findings"])


def group(pairs):
    grouped = {}
    for key, value in pairs:
        grouped.setdefault(key, []).append(value)
    return grouped


def compare(desk, counts, kind):
    reference = theirs(desk)
    if isinstance(reference, str):
        counts[kind, "refused by cargo-audit"] += 1
        print("refused by cargo-audit: " + reference.splitlines()[-1], file=sys.stderr)
        return []
    answers, wrong = ours(desk), []
    with open(os.path.join(desk, "Cargo.lock"), "rb") as file:
        packages = tomllib.load(file).get("package", [])
    sources = group(((one["name"], one["version"]), one.get("source")) for one in packages)
    counts[kind, "files"] += 1
    counts[kind, "crates"] += len(packages)
    for name, version, identity in reference:
        if any(identity in names for names in answers.get((name, version), [])):
            counts[kind, "both"] += 1
        else:
            counts[kind, "only cargo-audit"] += 1
            wrong.append("only cargo-audit: %s %s %s" % (name, version, identity))
    for (name, version), found in answers.items():
        for names in found:
            if not any((name, version, identity) in reference for identity in names):
                reasons = [reason for reason, _, holds in CLASSES if all(holds(source) for source in sources.get((name, version), [None]))]
                counts[kind, "only mvi: " + (reasons[0] if reasons else "unclassified")] += 1
                if not reasons:
                    wrong.append("only mvi: %s %s %s" % (name, version, sorted(names)))
    return wrong


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("export")
    arguments.add_argument("folders", nargs="*")
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=1)
    said = arguments.parse_args()
    chance, counts, wrong = random.Random(said.seed), Counter(), []
    with zipfile.ZipFile(said.export) as archive:
        records = [json.loads(archive.read(name)) for name in archive.namelist()]
    with tempfile.TemporaryDirectory() as desk:
        write_database(records, os.path.join(desk, "db"))
        os.makedirs(os.path.join(desk, ".cargo"))
        with open(os.path.join(desk, ".cargo", "audit.toml"), "w") as out:
            out.write("[yanked]\nenabled = false\n")
        subprocess.run([MVI, "db", "import", "--db", os.path.join(desk, "index"), "--quiet", said.export], check=True, stdout=subprocess.DEVNULL)
        found = list(real(said.folders))[:said.count // 2]
        made = list(generate(records, said.count - len(found), chance))
        for kind, bodies in (("real", found), ("generated", made)):
            for body in bodies:
                with open(os.path.join(desk, "Cargo.lock"), "wb") as out:
                    out.write(body)
                wrong += compare(desk, counts, kind)
    columns = ["files", "crates", "both", "only cargo-audit"] + ["only mvi: " + name for name, _, _ in CLASSES] + ["only mvi: unclassified", "refused by cargo-audit"]
    print("%d records.\n\n| lock files | %s |\n|---|%s" % (len(records), " | ".join(columns), "---:|" * len(columns)))
    for kind in ("real", "generated"):
        print("| %s | %s |" % (kind, " | ".join(str(counts[kind, column]) for column in columns)))
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
