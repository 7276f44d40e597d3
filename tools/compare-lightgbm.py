#!/usr/bin/env python3
"""Hold the errors of mvi-forecast against LightGBM's: compare-lightgbm.py [--csv FILE] [--seeds N]

Needs lightgbm and numpy (pip install lightgbm numpy). Both learn ln(dimension) from the oldest four fifths of the
synthetic builds and are asked about the newest fifth; printed is the table of docs/forecast.md, root mean square
errors. LightGBM draws rows and features, so its errors are those of seed 7 and their range over N seeds."""
import argparse, os, re, subprocess, sys

import lightgbm, numpy

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DIMENSIONS = ["size_mb", "startup_ms", "mem_mb", "cve_count"]
FEATURES, CATEGORIES = 16, [0, 7]


def lightgbm_errors(rows, seed):
    cut = len(rows) * 4 // 5
    settings = dict(objective="regression", learning_rate=0.06, num_leaves=15, min_data_in_leaf=20, feature_fraction=0.9,
                    bagging_fraction=0.9, bagging_freq=1, lambda_l2=1.0, max_cat_to_onehot=20, verbose=-1, num_threads=1, seed=seed)
    errors = []
    for place in range(len(DIMENSIONS)):
        target = rows[:, FEATURES + place]
        data = lightgbm.Dataset(rows[:cut, :FEATURES], target[:cut], categorical_feature=CATEGORIES, free_raw_data=False)
        told = lightgbm.train(settings, data, 150).predict(rows[cut:, :FEATURES])
        errors.append(float(numpy.sqrt(numpy.mean((told - target[cut:]) ** 2))))
    return errors


def our_errors():
    command = ["cargo", "test", "-q", "-p", "mvi-forecast", "--test", "main", "synthetic::", "--", "--nocapture"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    found = dict(re.findall(r"^(\w+): ([0-9.]+), LightGBM", done.stdout, re.M))
    if done.returncode or set(found) != set(DIMENSIONS):
        sys.exit("the test of the synthetic builds failed:\n" + done.stdout)
    return [float(found[name]) for name in DIMENSIONS]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--csv", default=os.path.join(ROOT, "crates/mvi-forecast/tests/data/synthetic-2454.csv"))
    arguments.add_argument("--seeds", type=int, default=10)
    arguments = arguments.parse_args()
    rows = numpy.loadtxt(arguments.csv, delimiter=",")
    theirs = numpy.array([lightgbm_errors(rows, seed) for seed in range(7, 7 + arguments.seeds)])
    print("| dimension | mvi-forecast | LightGBM %s, seed 7 | over %d seeds | ratio |" % (lightgbm.__version__, arguments.seeds))
    print("|---|---|---|---|---|")
    worst = 0.0
    for place, ours in enumerate(our_errors()):
        one, seeds = theirs[0][place], theirs[:, place]
        worst = max(worst, ours / one)
        print("| `%s` | %.4f | %.4f | %.4f to %.4f | %.3f |" % (DIMENSIONS[place], ours, one, seeds.min(), seeds.max(), ours / one))
    sys.exit("more than a tenth worse than LightGBM" if worst > 1.1 else 0)


main()
