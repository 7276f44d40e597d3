#!/usr/bin/env python3
"""Compare mvi's findings with hadolint's, file by file: compare-hadolint.py [--config FILE] [--samples N] FOLDER

Compared are triples of file, line and rule, for the rules that both have; a finding of mvi counts at the line on which
its instruction begins, as hadolint has it. Files that hadolint refuses to read (DL1000), or stops at, are counted and
left out. Hadolint is no truth: samples of what only one of them says follow the table, to be judged by a person."""
import argparse, bisect, collections, json, os, re, subprocess, sys, tempfile

folder = lambda variable, name: os.environ.get(variable) or os.path.join(tempfile.gettempdir(), name)
MVI = os.environ.get("MVI_BIN", "mvi")
HADOLINT = os.path.join(folder("MVI_PEERS", "mvi-peers"), "bin", "hadolint")
AT_ONCE = 200


def output(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return None


def hadolints(paths, config):
    """Triples; files that were refused; files at which it stopped."""
    command = [HADOLINT, "--no-fail", "-f", "json"] + (["-c", config] if config else [])
    found, stopped = [], set()
    for start in range(0, len(paths), AT_ONCE):
        some = paths[start:start + AT_ONCE]
        answer = output(command + some)
        if answer is None:
            # One file that it stops at takes all others with it.
            for path in some:
                answer = output(command + [path])
                if answer is None:
                    stopped.add(path)
                found += answer or []
        else:
            found += answer
    refused = {one["file"] for one in found if one["code"] == "DL1000"}
    return {(one["file"], one["line"], one["code"]) for one in found if one["code"].startswith("DL")}, refused, stopped


def beginnings(path):
    """The lines on which instructions begin: not in continued lines, comments between them, or heredocs."""
    with open(path, encoding="utf-8", errors="replace", newline="\n") as file:
        lines = file.read().split("\n")
    escape = "`" if any(re.match(r"#\s*escape\s*=\s*`", line, re.I) for line in lines[:5]) else "\\"
    starts, continued, ends = [], False, []
    for number, line in enumerate(lines, 1):
        if ends:
            word, tabs = ends[0]
            ends = ends[1:] if (line.lstrip("\t") if tabs else line).rstrip("\r") == word else ends
            continue
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if not continued:
            starts.append(number)
            heredocs = re.match(r"(onbuild\s+)?(run|copy|add)\s", text, re.I)
            marks = []
        if heredocs:
            marks += [(word, bool(dash)) for dash, word in re.findall(r"<<(-?)\s*[\"']?(\w+)", text)]
        continued = text.endswith(escape)
        if not continued:
            ends = marks if heredocs else []
    return starts


def ours(paths, config):
    command = [MVI, "lint", "--format", "json"] + (["--config", config] if config else [])
    triples = set()
    for start in range(0, len(paths), AT_ONCE):
        report = output(command + paths[start:start + AT_ONCE])
        if report is None:
            sys.exit("%s: no report" % " ".join(command))
        for file in report["files"]:
            starts = beginnings(file["path"])
            for one in file["findings"]:
                at = bisect.bisect_right(starts, one["start"]["line"])
                line = starts[at - 1] if at else one["start"]["line"]
                triples |= {(file["path"], line, twin) for twin in one.get("twins", []) if twin.startswith("DL")}
    return triples


def sample(triples, number):
    """As many as wanted, from all over the list."""
    triples = sorted(triples)
    step = max(1, len(triples) // number) if number else 1
    return triples[::step][:number]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--config", help="a .hadolint.yaml for both")
    parser.add_argument("--samples", type=int, default=3, help="differences that are shown of each rule and side")
    arguments = parser.parse_args()
    config = os.path.abspath(arguments.config) if arguments.config else None
    os.chdir(arguments.folder)
    paths = sorted(os.path.relpath(os.path.join(where, name)) for where, _, names in os.walk(".") for name in names)
    theirs, refused, stopped = hadolints(paths, config)
    mine = {one for one in ours(paths, config) if one[0] not in refused | stopped and one[2] != "DL1000"}
    theirs = {one for one in theirs if one[0] not in refused | stopped}
    count = lambda triples: collections.Counter(rule for _, _, rule in triples)
    both, only_theirs, only_mine = count(mine & theirs), count(theirs - mine), count(mine - theirs)
    version = subprocess.run([HADOLINT, "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[-1]
    print("hadolint %s, %d files; hadolint cannot read %d and stops at %d." % (version, len(paths), len(refused), len(stopped)))
    print("\n| rule | both | only hadolint | only mvi |\n|---|---:|---:|---:|")
    for rule in sorted(both | only_theirs | only_mine):
        print("| %s | %d | %d | %d |" % (rule, both[rule], only_theirs[rule], only_mine[rule]))
    sums = [sum(one.values()) for one in (both, only_theirs, only_mine)]
    print("| all | %d | %d | %d |" % tuple(sums))
    share = 100 * sums[0] / sum(sums) if sum(sums) else 100
    print("\nOf %d triples that either has, both have %.2f %%." % (sum(sums), share))
    for name, triples in (("hadolint", theirs - mine), ("mvi", mine - theirs)):
        for rule in sorted({one[2] for one in triples}):
            for path, line, _ in sample({one for one in triples if one[2] == rule}, arguments.samples):
                with open(path, encoding="utf-8", errors="replace") as file:
                    text = file.read().split("\n")[line - 1].strip()
                print("\nonly %s: %s %s:%d\n    %s" % (name, rule, path, line, text[:100]))


main()
