#!/usr/bin/env python3
"""Run a program and say what it took, as one line of JSON on a file of its own:

    measure.py [--timeout S] --to FILE -- PROGRAM ARGUMENTS…

exit (negative: the signal that ended it; null: it was killed at the timeout), wall and cpu in seconds (user and system,
children included), peak_mb: the largest resident memory of one process. Peaks below about 10 MB are not seen: a new
process begins as a copy of this one (getrusage(2))."""
import json, os, resource, subprocess, sys, threading, time

options, program = {"--timeout": "3600", "--to": "/dev/stderr"}, None
arguments = iter(sys.argv[1:])
for argument in arguments:
    if argument == "--":
        program = list(arguments)
    elif argument in options:
        options[argument] = next(arguments)
    else:
        sys.exit(__doc__)
if not program:
    sys.exit(__doc__)
start = time.monotonic()
child = subprocess.Popen(program)
late = threading.Timer(float(options["--timeout"]), child.kill)
late.start()
code = child.wait()
wall = time.monotonic() - start
killed = not late.is_alive()
late.cancel()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(options["--to"], "w") as out:
    json.dump({"exit": None if killed else code, "wall": round(wall, 4), "cpu": round(used.ru_utime + used.ru_stime, 4),
               "peak_mb": round(used.ru_maxrss * 1024 / 1e6, 1)}, out)
    out.write("\n")
