"""Stands in for `sacct`: prints of a saved output what falls into the window, as sacct would.

It lies in a folder with `saved` (its output), `calls` (how it was called, a line each), and perhaps
`down`: then it prints half of its first line, says what stands there, and fails; or `slow`: then it
takes forever.
"""

import json
import os
import sys
import time
from pathlib import Path

folder = Path(sys.argv[0]).parent
given = dict(word.lstrip("-").partition("=")[::2] for word in sys.argv[1:])
with (folder / "calls").open("a") as calls:
    said = given | {"TZ": os.environ.get("TZ"), "time": os.environ.get("SLURM_TIME_FORMAT")}
    said |= {"environment": " ".join(os.environ)}
    calls.write(json.dumps(said) + "\n")
names = given["format"].split(",")
rows = (folder / "saved").read_text().splitlines()
if (folder / "down").exists():
    sys.stdout.write(rows[0][:60])
    sys.exit((folder / "down").read_text())
if (folder / "slow").exists():
    time.sleep(3600)
for row in rows:
    end = row.split("|")[names.index("End")]
    if given["starttime"] <= end < given["endtime"]:
        print(row)
