#!/bin/sh
# lock.sh PYTHON: write requirements/*.txt anew, from pyproject.toml and what is published today.
# The oldest supported Python decides, and one set of versions serves all four files.
set -eu
cd "$(dirname "$0")/.."

"$1" -c 'import sys; sys.version_info[:2] == (3, 11) or sys.exit("locks are made on Python 3.11")'
rm -rf build/lock
"$1" -m venv build/lock
build/lock/bin/python -m pip install --quiet pip-tools==7.6.2

lock() {
    name=$1
    shift
    # --upgrade: nothing is kept because it was there before.
    build/lock/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-annotate --no-header \
        --output-file "requirements/$name.txt" "$@" pyproject.toml
    echo "requirements/$name.txt"
}

lock run
lock build --only-build-deps --build-deps-for editable --build-deps-for wheel
lock test --extra test --constraint requirements/run.txt --constraint requirements/build.txt
lock dist --extra dist --constraint requirements/run.txt --constraint requirements/build.txt \
    --constraint requirements/test.txt
