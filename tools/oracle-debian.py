#!/usr/bin/env python3
"""Hold mvi's answers on Debian packages against a second way to them: oracle-debian.py [--count N] [--seed S] OSV.zip [TRACKER.json…]

The second way shares nothing with mvi: records are read here with Python's json, packages out of dpkg's status with Python's
tarfile, and versions are compared by `dpkg --compare-versions`. OSV.zip is osv.dev's export of Debian; trackers are documents as
the security tracker publishes them, and one more is made from the export's packages with states drawn at random. Judged are the
Debian images of the corpus (MVI_CORPUS) and N (2000) made packages, with versions at, just below and just above fixed versions,
epochs and binary rebuilds among them, whose source often has a version of its own. Compared are package, architecture, advisory
and whether it is affected or undecided. Every difference is told, and ends with 1."""
import argparse, glob, json, os, random, re, subprocess, sys, tarfile, tempfile, zipfile
from collections import Counter
from functools import lru_cache

folder = lambda variable, name: os.environ.get(variable) or os.path.join(tempfile.gettempdir(), name)
MVI = os.environ.get("MVI_BIN", "mvi")
NUMBERS = {"bullseye": "11", "bookworm": "12", "trixie": "13", "buster": "10", "stretch": "9", "jessie": "8", "forky": "14"}
INSTALLED = "install ok installed"


@lru_cache(maxsize=None)
def is_below(left, right):
    done = subprocess.run(["dpkg", "--compare-versions", left, "lt", right], stderr=subprocess.PIPE)
    if done.returncode > 1:
        sys.exit("dpkg: %s %s: %s" % (left, right, done.stderr.decode()))
    return done.returncode == 0


def stanzas(text):
    for block in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", block, re.M))
        if "Package" in fields:
            yield fields


def packages_of(text, whole):
    """(package, architecture, source, source's version) of what is installed; files of status.d name no status."""
    for fields in stanzas(text):
        if fields.get("Status", "" if whole else INSTALLED).split()[-1:] != ["installed"]:
            continue
        said = re.fullmatch(r"(\S+)(?:\s+\((\S+)\))?", fields.get("Source", fields["Package"]))
        yield fields["Package"], fields.get("Architecture", ""), said[1], said[2] or fields["Version"]


def read_image(path):
    """Release and packages of a docker-archive, layer by layer; none where it is not Debian."""
    files = {}
    with tarfile.open(path) as outer:
        for name in json.load(outer.extractfile("manifest.json"))[0]["Layers"]:
            with tarfile.open(fileobj=outer.extractfile(name)) as layer:
                for entry in layer:
                    member = entry.name.removeprefix("./").rstrip("/")
                    place, _, base = member.rpartition("/")
                    if base.startswith(".wh."):
                        gone = (place + "/" if place else "") + base[4:]
                        files = {known: body for known, body in files.items() if known != gone and not known.startswith(gone + "/")}
                    elif entry.isfile() and (member in ("var/lib/dpkg/status", "etc/os-release", "usr/lib/os-release") or place == "var/lib/dpkg/status.d"):
                        files[member] = layer.extractfile(entry).read().decode(errors="replace")
    release = files.get("etc/os-release", files.get("usr/lib/os-release", ""))
    says = dict(line.replace('"', "").split("=", 1) for line in release.splitlines() if "=" in line)
    if says.get("ID") != "debian":
        return None, []
    packages = list(packages_of(files.get("var/lib/dpkg/status", ""), True))
    for member, body in files.items():
        if "/status.d/" in member and not member.endswith(".md5sums"):
            packages += packages_of(body, False)
    return says["VERSION_ID"], packages


def claims_of_osv(archive):
    """source → [(id, names, release, events, versions)]"""
    claims = {}
    for name in archive.namelist():
        record = json.loads(archive.read(name))
        if "withdrawn" in record:
            continue
        for one in record.get("affected", []):
            ecosystem, _, release = one["package"]["ecosystem"].partition(":")
            if ecosystem == "Debian":
                events = [span["events"] for span in one.get("ranges", []) if span["type"] == "ECOSYSTEM"]
                claims.setdefault(one["package"]["name"], []).append((record["id"], release, events, one.get("versions", []), "affected"))
    return claims


def claims_of_tracker(document):
    claims = {}
    for source, vulnerabilities in document.items():
        for name, said in vulnerabilities.items():
            if not isinstance(said.get("releases", {}), dict):
                continue  # the sample has one that is no record; mvi rejects it by name
            for release, found in said.get("releases", {}).items():
                number, fixed = NUMBERS.get(release, release), found.get("fixed_version")
                if found["status"] == "resolved" and fixed == "0":
                    state, events = "not", []
                elif found["status"] == "resolved":
                    state, events = "affected", [[{"introduced": "0"}, {"fixed": fixed}]]
                else:
                    state, events = ("undecided" if found["status"] == "undetermined" else "affected"), [[{"introduced": "0"}]]
                claims.setdefault(source, []).append(("DEBIAN-" + name, number, events, [], state))
    return claims


def holds(version, events):
    """OSV's evaluation: the last event at or below the version decides."""
    inside = False
    for event in events:
        (kind, at), = event.items()
        if kind == "introduced" and (at == "0" or not is_below(version, at)):
            inside = True
        elif kind == "fixed" and not is_below(version, at):
            inside = False
        elif kind == "last_affected" and is_below(at, version):
            inside = False
    return inside


def expected(release, packages, claims):
    """{(package, architecture): {id: verdict}}"""
    answers = {}
    for package, architecture, source, version in packages:
        for identity, number, events, listed, state in claims.get(source, []):
            if number == release and state != "not" and (version in listed or any(holds(version, one) for one in events)):
                answers.setdefault((package, architecture), {})[identity] = state
    return answers


def compare(name, wanted, place, index, counts):
    done = subprocess.run([MVI, "vulns", place, "--db", index, "--format", "json", "--quiet", "--cache-dir", os.path.join(os.path.dirname(index), "cache")], stdout=subprocess.PIPE)
    found = json.loads(done.stdout)
    wrong, seen = [], set()
    for one in found["findings"]:
        if not one["package"]["purl"].startswith("pkg:deb/"):
            continue
        architecture = re.search(r"[?&]arch=([^&]+)", one["package"]["purl"])
        key = one["package"]["name"], architecture[1] if architecture else ""
        same = [known for known in (one["id"], *one["aliases"]) if known in wanted.get(key, {})]
        verdict = wanted.get(key, {}).get(same[0]) if same else None
        seen |= {(key, known) for known in same}
        if verdict != one["verdict"]:
            counts["only mvi"] += 1
            wrong.append("%s: only mvi: %s %s %s (%s)" % (name, "/".join(key), one["package"]["version"], one["id"], one["verdict"]))
    for key, identities in wanted.items():
        for identity in identities:
            if (key, identity) in seen:
                counts["both"] += 1
            else:
                counts["only the other"] += 1
                wrong.append("%s: only the other: %s %s" % (name, "/".join(key), identity))
    counts["sets"] += 1
    return wrong


def around(version, chance):
    """A version at or beside one."""
    epoch, _, rest = version.rpartition(":")
    number = list(re.finditer(r"\d+", rest))[chance.choice((0, -1))] if re.search(r"\d", rest) else None
    moved = lambda by: rest if number is None else rest[:number.start()] + str(max(0, int(number[0]) + by)) + rest[number.end():]
    rest = chance.choice((rest, rest, rest + "~", rest + "+b1", rest + "~deb12u1", rest + "+deb12u2", rest + ".1", moved(1), moved(-1), moved(9)))
    epoch = chance.choice((epoch, epoch, epoch, "0", "1", ""))
    return (epoch + ":" if epoch else "") + rest


def fixes(claims):
    for source, ones in claims.items():
        for _, number, events, _, _ in ones:
            for event in sum(events, []):
                if "fixed" in event and number in ("11", "12", "13"):
                    yield source, number, event["fixed"]


def made(claims, count, chance):
    """(release, packages, text of dpkg's status), 100 packages each."""
    by_source = {}
    for source, number, fixed in sorted(set(fixes(claims))):
        by_source.setdefault(number, {}).setdefault(source, []).append(fixed)
    for start in range(0, count, 100):
        release = chance.choice(sorted(by_source))
        packages, status = [], []
        for number in range(min(100, count - start)):
            source = chance.choice(sorted(by_source[release]))
            version = around(chance.choice(by_source[release][source]), chance)
            package, own = "made%d" % number, chance.choice((version, version, "7:1.0-1", version + "+b2"))
            says = source if own == version else "%s (%s)" % (source, version)
            packages.append((package, "amd64", source, version))
            status.append("Package: %s\nStatus: %s\nArchitecture: amd64\nVersion: %s\nSource: %s\n" % (package, INSTALLED, own, says))
        yield release, packages, "\n".join(status)


def drawn(claims, chance):
    """A tracker on the export's packages with states as they come."""
    document, numbers = {}, {number: name for name, number in NUMBERS.items()}
    for source, ones in claims.items():
        for identity, number, events, _, _ in ones:
            if identity.startswith("DEBIAN-CVE-") and number in numbers and chance.random() < 0.2:
                fixed = [event["fixed"] for event in sum(events, []) if "fixed" in event]
                found = chance.choice(([{"status": "resolved", "fixed_version": fixed[0]}] * 3 if fixed else []) + [
                    {"status": "resolved", "fixed_version": "0"}, {"status": "open", "urgency": "unimportant"}, {"status": "undetermined"},
                    {"status": "open", "nodsa": "Minor issue", "nodsa_reason": ""}, {"status": "open", "nodsa": "", "nodsa_reason": "ignored"}])
                document.setdefault(source, {}).setdefault(identity[7:], {"releases": {}})["releases"][numbers[number]] = found
    return document


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("export")
    arguments.add_argument("trackers", nargs="*")
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=1)
    said = arguments.parse_args()
    chance, wrong, table = random.Random(said.seed), [], []
    with zipfile.ZipFile(said.export) as archive:
        osv = claims_of_osv(archive)
    images = []
    for path in sorted(glob.glob(os.path.join(folder("MVI_CORPUS", "mvi-corpus"), "docker-archive", "*.tar"))):
        # One archive holds several images, which the others have one by one.
        if path.count(".") == 1 and not path.endswith("fleet-all.tar"):
            release, packages = read_image(path)
            if packages:
                images.append((os.path.basename(path)[:-4], release, packages, "docker-archive:" + path))
    with tempfile.TemporaryDirectory() as desk:
        made_up = os.path.join(desk, "drawn.json")
        with open(made_up, "w") as out:
            json.dump(drawn(osv, chance), out)
        feeds = [("export of osv.dev", said.export, osv)]
        for place in [*said.trackers, made_up]:
            with open(place) as file:
                feeds.append(("drawn tracker" if place == made_up else "tracker", place, claims_of_tracker(json.load(file))))
        for number, (title, place, claims) in enumerate(feeds):
            index = os.path.join(desk, "index%d" % number)
            subprocess.run([MVI, "db", "import", "--db", index, "--quiet", place], stdout=subprocess.DEVNULL)
            counts = Counter()
            for name, release, packages, image in images:
                counts["packages"] += len(packages)
                wrong += compare(name, expected(release, packages, claims), image, index, counts)
            table.append((title, "images", counts))
            counts = Counter()
            for turn, (release, packages, status) in enumerate(made(claims, said.count, chance) if any(True for _ in fixes(claims)) else ()):
                root = os.path.join(desk, "%d-%d" % (number, turn))
                os.makedirs(os.path.join(root, "etc"))
                os.makedirs(os.path.join(root, "var/lib/dpkg"))
                for member, text in (("etc/os-release", 'ID=debian\nVERSION_ID="%s"\n' % release), ("var/lib/dpkg/status", status)):
                    with open(os.path.join(root, member), "w") as out:
                        out.write(text)
                counts["packages"] += len(packages)
                wrong += compare("made %d" % turn, expected(release, packages, claims), "dir:" + root, index, counts)
            table.append((title, "made", counts))
    columns = ("sets", "packages", "both", "only mvi", "only the other")
    print("| feed | packages of | %s |\n|---|---|%s" % (" | ".join(columns), "---:|" * len(columns)))
    for title, kind, counts in table:
        print("| %s | %s | %s |" % (title, kind, " | ".join(str(counts[column]) for column in columns)))
    print("\n%d pairs of versions were compared by dpkg." % is_below.cache_info().currsize)
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
