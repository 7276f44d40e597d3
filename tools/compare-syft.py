#!/usr/bin/env python3
"""Compare mvi's package lists with syft's, image by image: compare-syft.py [--json] IMAGE.tar…

Images are docker-archives; without any, those of the corpus. Compared are installed packages of the kinds below by name and
version, each once. Syft is no truth: every difference is listed, to be judged by a person. Recall is the share of
syft's packages that mvi has, precision the share of mvi's that syft has."""
import glob, json, os, re, subprocess, sys, tempfile

folder = lambda variable, name: os.environ.get(variable) or os.path.join(tempfile.gettempdir(), name)
MVI = os.environ.get("MVI_BIN", "mvi")
SYFT = os.path.join(folder("MVI_PEERS", "mvi-peers"), "bin", "syft")
KINDS = {"deb": "deb", "apk": "apk", "rpm": "rpm", "alpm": "alpm", "python": "pypi", "npm": "npm", "erlang-otp": "otp", "lua-rocks": "luarocks"}


def key(kind, name, version):
    # PEP 503: the spelling of a Python name does not matter. An epoch of 0 is none.
    version = version.removeprefix("0:") if kind == "rpm" else version
    return kind, re.sub(r"[-_.]+", "-", name).lower() if kind == "pypi" else name, version


def output(command, fine):
    done = subprocess.run(command, stdout=subprocess.PIPE, env={**os.environ, "SYFT_CHECK_FOR_APP_UPDATE": "false"})
    if done.returncode not in fine:
        sys.exit("%s: exit %d" % (" ".join(command), done.returncode))
    return json.loads(done.stdout)


def main():
    as_json = "--json" in sys.argv[1:]
    images = [one for one in sys.argv[1:] if one != "--json"]
    if "-h" in images or "--help" in images:
        sys.exit(__doc__)
    images = images or [path for path in sorted(glob.glob(os.path.join(folder("MVI_CORPUS", "mvi-corpus"), "docker-archive", "*.tar")))
                        if path.count(".") == 1 and not path.endswith("fleet-all.tar")]
    rows, differences = [], []
    for image in images:
        report = output([MVI, "audit", "docker-archive:" + image, "--no-cache", "--quiet", "--format", "json"], (0, 1))
        ours = {key(one["ecosystem"], one["name"], one["version"]) for one in report["images"][0]["packages"]}
        found = output([SYFT, "-q", "-o", "syft-json", "docker-archive:" + image], (0,))["artifacts"]
        theirs = {key(KINDS[one["type"]], one["name"], one["version"]): one["locations"][0]["path"] if one["locations"] else ""
                  for one in found if one["type"] in KINDS}
        name = os.path.basename(image)[:-4]
        for kind in sorted({one[0] for one in ours | theirs.keys()}):
            a, b = {one for one in ours if one[0] == kind}, {one for one in theirs if one[0] == kind}
            rows.append({"image": name, "kind": kind, "mvi": len(a), "syft": len(b), "both": len(a & b),
                         "recall": round(len(a & b) / len(b), 4) if b else None, "precision": round(len(a & b) / len(a), 4) if a else None})
            differences += [{"image": name, "only": who, "kind": kind, "name": one[1], "version": one[2], "path": theirs.get(one, "")}
                            for who, only in (("mvi", a - b), ("syft", b - a)) for one in sorted(only)]
    if as_json:
        json.dump({"images": rows, "differences": differences}, sys.stdout, indent=1)
        return
    share = lambda value: "–" if value is None else "%.4f" % value
    print("| image | kind | mvi | syft | both | recall | precision |\n|---|---|---:|---:|---:|---:|---:|")
    for row in rows:
        print("| %s | %s | %d | %d | %d | %s | %s |" % (row["image"], row["kind"], row["mvi"], row["syft"], row["both"], share(row["recall"]), share(row["precision"])))
    both, a, b = (sum(row[column] for row in rows) for column in ("both", "mvi", "syft"))
    print("\nAll: %d packages of both, %d of mvi, %d of syft: recall %s, precision %s." % (both, a, b, share(both / b if b else None), share(both / a if a else None)))
    for one in differences:
        print(("%(image)s: only %(only)s: %(kind)s %(name)s %(version)s %(path)s" % one).rstrip())


main()
