#!/usr/bin/env python3
"""Compare mvi's package lists with syft's, image by image: compare-syft.py [--json] [--all] [--keep FOLDER] [IMAGE.tar…]

Images are docker-archives; without any, those of the corpus. Compared are installed packages of the kinds below by name and
version, each once. Syft is no truth: compare-syft-classes.tsv beside this file says of every difference who is wrong, or that
both are right by their own words. A difference without a row ends with 1, and is shown; --all shows the others too. Recall is
the share of syft's packages that mvi has, precision the share of mvi's that syft has; judged, syft's errors are none of mvi's,
and what is a matter of words does not count. --keep spares syft's minutes: its answers are kept there."""
import argparse, glob, json, os, re, subprocess, sys, tempfile

folder = lambda variable, name: os.environ.get(variable) or os.path.join(tempfile.gettempdir(), name)
MVI = os.environ.get("MVI_BIN", "mvi")
SYFT = os.path.join(folder("MVI_PEERS", "mvi-peers"), "bin", "syft")
KINDS = {"deb": "deb", "apk": "apk", "rpm": "rpm", "alpm": "alpm", "python": "pypi", "npm": "npm", "erlang-otp": "otp", "lua-rocks": "luarocks",
         "go-module": "golang", "rust-crate": "cargo", "java-archive": "maven", "gem": "gem", "php-composer": "composer", "dotnet": "nuget",
         "R-package": "cran", "conda": "conda", "binary": "generic"}


def key(kind, name, version):
    version = version.removeprefix("go") if kind == "golang" else version
    # PEP 503: the spelling of a Python name does not matter. An epoch of 0 is none.
    version = version.removeprefix("0:") if kind == "rpm" else version
    return kind, re.sub(r"[-_.]+", "-", name).lower() if kind == "pypi" else name, version


def output(command, fine):
    done = subprocess.run(command, stdout=subprocess.PIPE, env={**os.environ, "SYFT_CHECK_FOR_APP_UPDATE": "false"})
    if done.returncode not in fine:
        sys.exit("%s: exit %d" % (" ".join(command), done.returncode))
    return done.stdout


def mvis(image):
    report = json.loads(output([MVI, "audit", "docker-archive:" + image, "--no-cache", "--quiet", "--format", "json"], (0, 1)))
    return {key(one["ecosystem"], one["name"], one["version"]): one["record"] for one in report["images"][0]["packages"]}


def syfts(image, keep):
    place = os.path.join(keep, os.path.basename(image)[:-4] + ".json") if keep else None
    if place and os.path.exists(place):
        with open(place) as file:
            found = file.read()
    else:
        found = output([SYFT, "-q", "-o", "syft-json", "docker-archive:" + image], (0,)).decode()
        if place:
            os.makedirs(keep, exist_ok=True)
            with open(place, "w") as file:
                file.write(found)
    packages = {}
    for one in json.loads(found)["artifacts"]:
        if one["type"] not in KINDS:
            continue
        artifact = re.match(r"pkg:maven/([^/]+)/([^/@]+)@", one["purl"])
        name = "%s:%s" % artifact.groups() if artifact else one["name"]
        packages[key(KINDS[one["type"]], name, one["version"])] = one["locations"][0]["path"] if one["locations"] else ""
    return packages


def rows():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare-syft-classes.tsv")) as file:
        for line in file:
            if not line.startswith("#"):
                columns = line.rstrip("\n").split("\t")
                assert len(columns) == 8 and columns[6] in ("theirs", "ours", "definition"), line
                yield columns


def classify(who, one, path, other, classes):
    same = lambda found: found[0] == one[0] and found[1].rpartition(":")[2] == one[1].rpartition(":")[2] and found[2] == one[2]
    for only, kind, name, version, place, beside, class_, why in classes:
        texts = ((name, one[1]), (version, one[2]), (place, path))
        if only == who and kind == one[0] and all(wanted == "-" or re.fullmatch(wanted, text) for wanted, text in texts):
            if beside == "-" or any(map(same, other)):
                return class_, why
    return "unclassified", ""


def share(part, whole):
    return "–" if not whole else "%.2f %%" % (100 * part / whole)


def table(rows, label):
    print("| %s | mvi | syft | both | recall | precision | only mvi | only syft | judged recall | judged precision |\n|---|%s" % (label, "---:|" * 9))
    for row in rows:
        both, a, b = row["both"], row["mvi"], row["syft"]
        lacking, wrong = (row["classes"].get(who + " ours", 0) + row["classes"].get(who + " unclassified", 0) for who in ("syft", "mvi"))
        right = both + row["classes"].get("mvi theirs", 0)
        says = lambda who: ", ".join("%d %s" % (row["classes"][who + " " + one], one) for one in ("theirs", "ours", "definition", "unclassified") if row["classes"].get(who + " " + one)) or "–"
        print("| %s | %d | %d | %d | %s | %s | %s | %s | %s | %s |" % (row["name"], a, b, both, share(both, b), share(both, a), says("mvi"), says("syft"),
                                                                     share(right, right + lacking), share(right, right + wrong)))


def summed(rows, name):
    total = {"name": name, "mvi": 0, "syft": 0, "both": 0, "classes": {}}
    for row in rows:
        for column in ("mvi", "syft", "both"):
            total[column] += row[column]
        for one, count in row["classes"].items():
            total["classes"][one] = total["classes"].get(one, 0) + count
    return total


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("images", nargs="*")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--all", action="store_true")
    arguments.add_argument("--keep")
    said = arguments.parse_args()
    images = said.images or [path for path in sorted(glob.glob(os.path.join(folder("MVI_CORPUS", "mvi-corpus"), "docker-archive", "*.tar")))
                             if path.count(".") == 1 and not path.endswith("fleet-all.tar")]
    found, differences, classes = [], [], list(rows())
    for image in images:
        ours, theirs, name = mvis(image), syfts(image, said.keep), os.path.basename(image)[:-4]
        for kind in sorted({one[0] for one in ours | theirs}):
            a, b = {one for one in ours if one[0] == kind}, {one for one in theirs if one[0] == kind}
            row = {"image": name, "kind": kind, "mvi": len(a), "syft": len(b), "both": len(a & b), "classes": {}}
            for who, only, own, other in (("mvi", a - b, ours, b), ("syft", b - a, theirs, a)):
                for one in sorted(only):
                    class_, why = classify(who, one, own[one], other, classes)
                    row["classes"][who + " " + class_] = row["classes"].get(who + " " + class_, 0) + 1
                    differences.append({"image": name, "only": who, "kind": kind, "name": one[1], "version": one[2], "path": own[one], "class": class_, "why": why})
            found.append(row)
    unclassified = [one for one in differences if one["class"] == "unclassified"]
    if said.json:
        json.dump({"images": found, "differences": differences}, sys.stdout, indent=1)
    else:
        kinds = [summed([row for row in found if row["kind"] == kind], kind) for kind in sorted({row["kind"] for row in found})]
        table(kinds + [summed(kinds, "all")], "kind")
        print("\n%d images, %d differences, %d of them unclassified.\n" % (len(images), len(differences), len(unclassified)))
        table([{**row, "name": "%(image)s, %(kind)s" % row} for row in found], "image, kind")
        for one in differences if said.all else unclassified:
            print(("%(image)s: only %(only)s: %(kind)s %(name)s %(version)s %(path)s: %(class)s %(why)s" % one).rstrip())
    sys.exit(1 if unclassified else 0)


main()
