#!/bin/sh
# Makes .venv with the first Python that really runs; fills it with the versions of a lock file.
#
# usage: deploy/environment.sh run|dev
set -eu
cd "$(dirname "$0")/.."
lock=locks/$1.lock

# A Python counts when it runs (pyenv leaves names on PATH that do not) and is one we support.
runs() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
    without_venv=
    for one in python3.13 python3.12 python3.11 python3; do
        runs "$one" || continue
        # Debian splits these two off its Python.
        if "$one" -c 'import venv, ensurepip' 2>/dev/null; then
            python=$one
            return
        fi
        without_venv=${without_venv:-$one}
    done
    if [ -n "$without_venv" ]; then
        version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "Python $version is here but cannot make environments: install its venv module (Debian, Ubuntu: apt install python$version-venv) and run make again." >&2
    else
        echo "Gatehouse needs Python 3.11, 3.12 or 3.13, and none of them runs here: install one and run make again." >&2
    fi
    exit 1
}

if ! { [ -x .venv/bin/python ] && runs .venv/bin/python && .venv/bin/python -m pip --version; } >/dev/null 2>&1; then
    find_python
    rm -rf .venv
    "$python" -m venv .venv
fi

pip() {
    .venv/bin/python -m pip "$@" -qq --disable-pip-version-check --no-input  # -qq: errors only
}

echo "Installing $lock into .venv ..." >&2
pip install --require-hashes -r "$lock"
# The builder came with the lock, so this needs nothing from outside.
pip install --no-deps --no-build-isolation --no-index --editable .
