#!/usr/bin/env python3
"""Compare mvi's findings with hadolint's, file by file: compare-hadolint.py [OPTIONS] FOLDER...

Compared are triples of file, line and rule, for the rules that both have; a finding of mvi counts at the line on which
its instruction begins, as hadolint has it. Files that hadolint refuses to read (DL1000), or stops at, are counted and
left out. Both go by compare-hadolint.yaml beside this file, which turns on what is off without a setting. A difference
of a class that docs/lint-differences.md describes is counted as documented (CLASSES); the others are shown, some of
each rule and side, to be judged by a person: hadolint is no truth."""
import argparse, bisect, collections, hashlib, json, os, re, subprocess, sys, tempfile

folder = lambda variable, name: os.environ.get(variable) or os.path.join(tempfile.gettempdir(), name)
MVI = os.path.abspath(os.environ["MVI_BIN"]) if "MVI_BIN" in os.environ else "mvi"
HADOLINT = os.path.join(folder("MVI_PEERS", "mvi-peers"), "bin", "hadolint")
AT_ONCE = 100
NEEDS_SETTING = {"DL1001", "DL3026", "DL3057"} | {"DL30%d" % number for number in range(49, 57)}

WINDOWS = r"(?i)powershell|\bpwsh\b|cmd(\.exe)? */|\bsetx\b|\breg add\b|`\s*$|[a-z]:\\|\$\w+ = "
STAGE_NAMED_AS_IMAGE = "a stage with the name of its image"
# Side, rules, an expression for the instruction, one for the file, what docs/lint-differences.md says. First match counts.
CLASSES = [
    ("hadolint", "", WINDOWS, r"(?i)escape=`|windows|powershell", "PowerShell and cmd are not read"),
    ("mvi", "DL3002", r"(?i)user\s+\S+[ \t]+$", r"", "a blank behind the user"),
    ("hadolint", "DL3006", r"(?i)from .*\$", r"", "a base with a variable that is a stage"),
    ("hadolint", "DL3008", r"", r"# hadolint ignore=.*\n\s*(#.*)?\n", "comments and blank lines behind `ignore`"),
    ("hadolint", "DL3009", r"dist-?clean", r"", "`apt-get dist-clean`"),
    ("hadolint", "DL3009", r"find\s+/var/lib/apt/lists", r"", "`find` takes the lists away"),
    ("hadolint", "DL3009", r"", r"(?i)from\s+(\w+)[:@]\S*\s+as\s+\1\s", STAGE_NAMED_AS_IMAGE),
    ("mvi", "DL3009", r"\brm\b", r"", "`rm` of something else"),
    ("mvi", "DL3016", r"\bnpm\s+(-\S+\s+)*(i|add)\b", r"", "`npm i` and `npm add`"),
    ("hadolint", "DL3025", r"\[\s*\"[^\]]*(\\/|\[)", r"", "JSON escapes, nested lists"),
    ("hadolint", "DL3026", r"(?i)from .*\$", r"", "a registry in a variable"),
    ("mvi", "DL3026", r"(?i)from .*\$", r"", "a registry in a variable"),
    ("mvi", "DL3026", r"", r"(?i)from\s+(?:\S*/)?(\w+)[:@]\S*\s+as\s+\1\s", STAGE_NAMED_AS_IMAGE),
    ("hadolint", "DL3026", r"--from=\d", r"", "stages by their number"),
    ("hadolint", "DL3028", r"\.gem\b", r"", "files that gem installs"),
    ("hadolint", "DL3042", r"", r"PIP_NO_CACHE_DIR[= ]", "any value of `PIP_NO_CACHE_DIR`"),
    ("mvi", "DL3044", r"\$\{\w+:[-+]", r"", "`${A:-x}` refers to `A`"),
    ("hadolint", "DL3046", r"(-u|--uid)[ =]?\"?\$", r"", "a user number in a variable"),
    ("hadolint", "DL3049", r"", r"(?i)--from=\d|from \S+ as ", "stages by their number, stages below a label"),
    ("hadolint", "DL3050 DL3052 DL3053 DL3054 DL3055 DL3056", r"\$", r"", "labels with variables"),
    ("hadolint", "DL3057", r"", r"(?i)\nfrom \S*\$", "a base with a variable that is a stage"),
    ("hadolint", "DL3066", r"\$", r"", "`USER` with a variable that `ENV` sets"),
    ("hadolint", "DL4006", r"set\s+-\S*o\s*pipefail", r"", "`set -o pipefail` in the script"),
]


def output(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return None


def read(path):
    with open(path, encoding="utf-8", errors="replace", newline="\n") as file:
        return file.read()


class Hadolint:
    """Its answers, kept by what was asked: they take minutes and do not change."""

    def __init__(self, config, kept):
        self.version = subprocess.run([HADOLINT, "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[-1]
        self.config, self.kept, self.answers = config, kept, {}
        if kept and os.path.exists(kept):
            self.answers = json.loads(read(kept))

    def key(self, path):
        with open(path, "rb") as file, open(self.config, "rb") as config:
            return hashlib.sha256(b"\0".join([self.version.encode(), config.read(), file.read()])).hexdigest()

    def ask(self, paths):
        """Of each path its lines and codes; None where it stopped."""
        keys = {path: self.key(path) for path in paths}
        asked = [path for path in paths if keys[path] not in self.answers]
        for start in range(0, len(asked), AT_ONCE):
            self.run(asked[start:start + AT_ONCE], keys)
        if self.kept and asked:
            with open(self.kept, "w") as file:
                json.dump(self.answers, file)
        return {path: self.answers[keys[path]] for path in paths}

    def run(self, paths, keys):
        found = output([HADOLINT, "--no-fail", "-f", "json", "-c", self.config] + paths)
        if found is None and len(paths) > 1:
            # One file that it stops at takes all others with it.
            half = len(paths) // 2
            self.run(paths[:half], keys), self.run(paths[half:], keys)
            return
        for path in paths:
            self.answers[keys[path]] = None if found is None else []
        for one in found or []:
            if one["code"].startswith("DL"):
                self.answers[keys[one["file"]]].append([one["line"], one["code"]])


def beginnings(text):
    """The lines on which instructions begin: not in continued lines, comments between them, or heredocs."""
    lines = text.split("\n")
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
    """Triples of path, line and code."""
    triples = set()
    for start in range(0, len(paths), AT_ONCE):
        command = [MVI, "lint", "--format", "json", "--no-shellcheck", "--fail-on", "never", "--config", config]
        report = output(command + paths[start:start + AT_ONCE])
        if report is None:
            sys.exit("%s: no report" % " ".join(command))
        for file in report["files"]:
            starts = beginnings(read(file["path"]))
            for one in file["findings"]:
                twins = [twin for twin in one.get("twins", []) if twin.startswith("DL")]
                at = bisect.bisect_right(starts, one["start"]["line"])
                # DL1001 is about comments, which stand on lines of their own.
                line = starts[at - 1] if at and "DL1001" not in twins else one["start"]["line"]
                triples |= {(file["path"], line, twin) for twin in twins}
    return triples


def instruction(text, line):
    starts = beginnings(text)
    later = [start for start in starts if start > line]
    return "\n".join(text.split("\n")[line - 1:later[0] - 1 if later else None])


def documented(side, triple):
    """What docs/lint-differences.md says of a difference, if it does."""
    path, line, code = triple
    text = read(path)
    about = instruction(text, line)
    for only, codes, begins, around, what in CLASSES:
        if only == side and (not codes or code in codes.split()) and re.search(begins, about) and re.search(around, text):
            return what
    return None


class Comparison:
    def __init__(self, where, hadolint):
        os.chdir(where)
        paths = sorted(os.path.relpath(os.path.join(at, name)) for at, _, names in os.walk(".") for name in names)
        answers = hadolint.ask(paths)
        self.files = len(paths)
        self.collections = collections.Counter(path.split(os.sep)[0].replace("__", "/", 1) for path in paths)
        self.stopped = {path for path, found in answers.items() if found is None}
        self.refused = {path for path, found in answers.items() if any(code == "DL1000" for _, code in found or [])}
        left_out = self.stopped | self.refused
        theirs = {(path, line, code) for path, found in answers.items() for line, code in found or []}
        self.theirs = {one for one in theirs if one[0] not in left_out}
        self.mine = {one for one in ours(paths, hadolint.config) if one[0] not in left_out and one[2] != "DL1000"}
        differ = [("hadolint", one) for one in self.theirs - self.mine] + [("mvi", one) for one in self.mine - self.theirs]
        self.classes = {(side, one): documented(side, one) for side, one in differ}

    def counts(self, code):
        """In both, only in hadolint, only in mvi; of the latter two: documented."""
        of = lambda triples: sum(1 for one in triples if one[2] == code)
        known = lambda side: sum(1 for (on, one), what in self.classes.items() if on == side and one[2] == code and what)
        return [of(self.mine & self.theirs), of(self.theirs - self.mine), of(self.mine - self.theirs),
                known("hadolint"), known("mvi")]

    def tables(self):
        codes = sorted({one[2] for one in self.mine | self.theirs})
        rows = {code: self.counts(code) for code in codes}
        lines = ["| rule | both | only hadolint | documented | only mvi | documented |", "|---|---:|---:|---:|---:|---:|"]
        row = lambda name, n: "| %s | %d | %d | %d | %d | %d |" % (name, n[0], n[1], n[3], n[2], n[4])
        lines += [row(code, rows[code]) for code in codes]
        total = lambda some: [sum(column) for column in zip(*[rows[code] for code in some])] or [0] * 5
        parts = [("all that are on", [code for code in codes if code not in NEEDS_SETTING]),
                 ("all that need a setting", [code for code in codes if code in NEEDS_SETTING]), ("all", codes)]
        lines += [row("**%s**" % name, total(some)) for name, some in parts]
        lines += ["", "| rules | triples that either has | both have | without documented classes |", "|---|---:|---:|---:|"]
        for name, some in parts:
            both, theirs, mine, known_theirs, known_mine = total(some)
            every, rest = both + theirs + mine, both + theirs + mine - known_theirs - known_mine
            share = lambda whole: 100 * both / whole if whole else 100
            lines.append("| %s | %d | %.2f %% | %.2f %% |" % (name, every, share(every), share(rest)))
        return lines

    def of_classes(self):
        count = collections.Counter((side, what) for (side, _), what in self.classes.items() if what)
        codes = collections.defaultdict(set)
        for (side, one), what in self.classes.items():
            codes[side, what].add(one[2])
        lines = ["| documented class | rules | only | triples |", "|---|---|---|---:|"]
        for (side, what), number in sorted(count.items(), key=lambda one: (-one[1], one[0])):
            lines.append("| %s | %s | %s | %d |" % (what, ", ".join(sorted(codes[side, what])), side, number))
        return lines

    def samples(self, number):
        """Differences that nothing describes, from all over the list."""
        for side in ("hadolint", "mvi"):
            strange = sorted(one for (on, one), what in self.classes.items() if on == side and not what)
            for code in sorted({one[2] for one in strange}):
                some = [one for one in strange if one[2] == code]
                for path, line, _ in some[::max(1, len(some) // max(1, number))][:number]:
                    yield "only %s: %s %s:%d\n    %s" % (side, code, path, line, read(path).split("\n")[line - 1].strip()[:100])

    def page(self):
        names = ", ".join("%s %d" % (name, count) for name, count in sorted(self.collections.items()))
        left_out = "hadolint cannot read %d (DL1000) and stops at %d; they are left out." % (len(self.refused), len(self.stopped))
        lines = ["%d files: %s. %s" % (self.files, names, left_out), "", *self.tables()]
        return "\n".join(lines + ["", *self.of_classes()] if any(self.classes.values()) else lines)


HEAD = """# Agreement with hadolint

mvi's findings beside those of hadolint %s, over Dockerfiles of public repositories (the tips of their main branches,
each content once). A triple is a file, the line an instruction begins on, and a rule. Both went by
`tools/compare-hadolint.yaml`, which turns on what is off without a setting. What only one of the two says is
*documented* when it is of a class that `docs/lint-differences.md` describes. Made by

    tools/gather-dockerfiles.sh FOLDER GITDIR...
    python3 tools/compare-hadolint.py --markdown docs/lint-agreement.md FOLDER...
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", help="Dockerfiles as gather-dockerfiles.sh lays them out; one table each")
    parser.add_argument("--config", default=os.path.splitext(os.path.abspath(__file__))[0] + ".yaml",
                        help="a .hadolint.yaml for both (default: the one beside this file)")
    parser.add_argument("--samples", type=int, default=3, help="undocumented differences that are shown of each rule and side")
    parser.add_argument("--keep", metavar="FILE", help="keep hadolint's answers here, and do not ask again")
    parser.add_argument("--markdown", metavar="FILE", help="write the tables")
    arguments = parser.parse_args()
    absolute = lambda path: os.path.abspath(path) if path else None
    hadolint = Hadolint(absolute(arguments.config), absolute(arguments.keep))
    markdown, page = absolute(arguments.markdown), HEAD % hadolint.version
    for number, where in enumerate([os.path.abspath(one) for one in arguments.folder], 1):
        comparison = Comparison(where, hadolint)
        text = "\n## Collection %d\n\n%s\n" % (number, comparison.page())
        page += text
        print(text)
        print("\n\n".join(comparison.samples(arguments.samples)))
    if markdown:
        with open(markdown, "w") as file:
            file.write(page)


main()
