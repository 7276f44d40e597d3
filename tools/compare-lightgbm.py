#!/usr/bin/env python3
"""Hold the errors of mvi-forecast against LightGBM's: compare-lightgbm.py [--grid FILE] [--synthetic FILE] [--mvi PATH] [--seeds N]

Needs lightgbm and numpy (pip install lightgbm numpy). Both learn from the oldest four fifths and are asked about the newest fifth;
printed are the tables of docs/forecast.md, root mean square errors of ln(dimension), and of ln(dimension + 1) for vulnerabilities.
LightGBM draws rows and features, so its errors are those of seed 7 and their range over N seeds.

The synthetic builds are learnt by the crate's own test. The grid's real ones go the whole way: `mvi predict evaluate` reads the
history, adds what the standard knows, trains, and tells its errors. LightGBM gets the columns of the same file, runtimes, bases and
frameworks as categories, and learns twice: the dimension itself, and what it is beyond its base's, where the base has one."""
import argparse, csv, json, math, os, re, subprocess, sys

import lightgbm, numpy

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DIMENSIONS = ["size_mb", "startup_ms", "mem_mb", "cve_count"]
SHIFTS = {"cve_count": 1.0}
# Columns of a history that are words, and those that are no features.
WORDS = ["runtime", "base", "framework", "base_libc"]
OTHERS = ["at", "service", "outcome", "source"]
# The base's own, as a start; of the base's layers and vulnerabilities the service's follow.
STARTS = {"size_mb": "base_mb", "cve_count": "base_cves", "layer_count": "base_layers"}
FEATURES, CATEGORIES = 16, [0, 7]


def errors_of(features, target, cut, categories, seed):
    settings = dict(objective="regression", learning_rate=0.06, num_leaves=15, min_data_in_leaf=20, feature_fraction=0.9,
                    bagging_fraction=0.9, bagging_freq=1, lambda_l2=1.0, max_cat_to_onehot=20, verbose=-1, num_threads=1, seed=seed)
    data = lightgbm.Dataset(features[:cut], target[:cut], categorical_feature=categories, free_raw_data=False)
    told = lightgbm.train(settings, data, 150).predict(features[cut:])
    return float(numpy.sqrt(numpy.mean((told - target[cut:]) ** 2)))


def table(title, theirs, ours):
    """Theirs is errors by seed, the first for seed 7; whether none of ours is worse by more than a tenth."""
    print("\n%s\n\n| dimension | builds | prior | mvi-forecast | LightGBM %s, seed 7 | over %d seeds | ratio |" % (title, lightgbm.__version__, len(theirs[0])))
    print("|---|---:|---:|---:|---:|---:|---:|")
    worst = 0.0
    for (name, builds, prior, error), seeds in zip(ours, theirs):
        ratio = error / seeds[0]
        worst = max(worst, ratio)
        known = "%.4f" % prior if prior is not None else "–"
        print("| `%s` | %d | %s | %.4f | %.4f | %.4f to %.4f | %.3f |" % (name, builds, known, error, seeds[0], min(seeds), max(seeds), ratio))
    return worst <= 1.1


def synthetic(path, seeds):
    rows = numpy.loadtxt(path, delimiter=",")
    cut = len(rows) * 4 // 5
    theirs = [[errors_of(rows[:, :FEATURES], rows[:, FEATURES + place], cut, CATEGORIES, seed) for seed in seeds] for place in range(len(DIMENSIONS))]
    command = ["cargo", "test", "-q", "-p", "mvi-forecast", "--test", "main", "synthetic::", "--", "--nocapture"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    found = dict(re.findall(r"^(\w+): ([0-9.]+), LightGBM", done.stdout, re.M))
    if done.returncode or set(found) != set(DIMENSIONS):
        sys.exit("the test of the synthetic builds failed:\n" + done.stdout)
    return table("%d synthetic builds" % len(rows), theirs, [(name, len(rows) - cut, None, float(found[name])) for name in DIMENSIONS])


def grid(path, mvi, seeds):
    done = subprocess.run([mvi, "predict", "evaluate", path, "--format", "json"], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("`%s predict evaluate` ended with %d" % (mvi, done.returncode))
    told = json.loads(done.stdout)["evaluation"]
    rows = sorted(csv.DictReader(open(path)), key=lambda row: (float(row["at"]), row["service"], row["base"]))
    cut = told["learnt"]
    names = [name for name in rows[0] if name not in OTHERS + DIMENSIONS + ["layer_count"]]
    words = {name: sorted({row[name] for row in rows}) for name in WORDS}
    number = lambda row, name: words[name].index(row[name]) if name in words else float(row[name]) if row[name] else math.nan
    ours, whole, beyond = [], [], []
    for one in told["dimensions"]:
        name, shift = one["dimension"], SHIFTS.get(one["dimension"], 0.0)
        if name not in DIMENSIONS or not one["builds"]:
            continue
        measured = [(place, row) for place, row in enumerate(rows) if row["outcome"] == "ok" and row[name]]
        features = numpy.array([[number(row, column) for column in names] for _, row in measured])
        target = numpy.array([math.log(max(float(row[name]) + shift, 1e-3)) for _, row in measured])
        own = sum(place < cut for place, _ in measured)
        if len(measured) - own != one["builds"]:
            sys.exit("`%s` was asked about %d builds of `%s`, not %d" % (mvi, one["builds"], name, len(measured) - own))
        categories = [names.index(word) for word in WORDS]
        ours.append((name, one["builds"], one["prior"], one["model"]))
        whole.append([errors_of(features, target, own, categories, seed) for seed in seeds])
        start = numpy.array([math.log(float(row[STARTS[name]]) + 1.0) if name in STARTS else 0.0 for _, row in measured])
        beyond.append([errors_of(features, target - start, own, categories, seed) for seed in seeds])
    fine = table("%d real builds; LightGBM learns the dimension" % len(rows), whole, ours)
    return table("The same; LightGBM learns what is beyond the base", beyond, ours) and fine


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--grid", default=os.path.join(ROOT, "data/grid/builds.csv"))
    words.add_argument("--synthetic", default=os.path.join(ROOT, "crates/mvi-forecast/tests/data/synthetic-2454.csv"))
    words.add_argument("--mvi", default=os.environ.get("MVI_BIN", "mvi"))
    words.add_argument("--seeds", type=int, default=10)
    words = words.parse_args()
    seeds = list(range(7, 7 + words.seeds))
    fine = [synthetic(words.synthetic, seeds), grid(words.grid, words.mvi, seeds)]
    sys.exit(0 if all(fine) else "more than a tenth worse than LightGBM")


main()
