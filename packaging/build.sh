#!/bin/sh
# build.sh VENV: the three artefacts in dist/, each tried away from the source.
# VENV has what requirements/run.txt, build.txt and dist.txt say.
set -eu
cd "$(dirname "$0")/.."
bin=$1/bin
locked="--quiet --require-hashes --requirement requirements/run.txt"
# Files carry a time of no importance: the same source gives the same bytes.
export SOURCE_DATE_EPOCH=315532800 PYTHONHASHSEED=0

rm -rf dist build/site build/pyinstaller build/try
"$bin/python" -m build --wheel --no-isolation --outdir dist . >build/wheel.log
wheel=$(echo dist/acct-*.whl)

# The zipapp: acct and what it needs side by side, without traces of the place where it was built.
# shellcheck disable=SC2086 # words
"$bin/python" -m pip install $locked --no-compile --target build/site
"$bin/python" -m pip install --quiet --no-deps --no-compile --target build/site "$wheel"
rm -rf build/site/bin build/site/acct-*.dist-info/direct_url.json
"$bin/shiv" --site-packages build/site --console-script acct --compressed --reproducible \
    --python "/usr/bin/env python3" --preamble packaging/preamble.py --output-file dist/acct.pyz

# The program that needs no Python.
"$bin/python" -m pip install --quiet --no-deps --force-reinstall "$wheel"
rm "$1"/lib/python3*/site-packages/acct-*.dist-info/direct_url.json
"$bin/pyinstaller" --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller \
    packaging/acct.spec

# Each is tried as a user would have it.
"$bin/python" -m venv build/try
# shellcheck disable=SC2086 # words
build/try/bin/python -m pip install $locked
build/try/bin/python -m pip install --quiet --no-deps "$wheel"
for program in build/try/bin/acct dist/acct.pyz dist/acct/acct; do
    "$bin/python" packaging/smoke.py "$program"
done
du -sh "$wheel" dist/acct.pyz dist/acct
