#!/bin/sh
# Makes .venv with the first Python that really runs; fills it with the versions of a lock file.
#
# usage: deploy/environment.sh run|dev
set -eu
cd "$(dirname "$0")/.."
lock=locks/$1.lock

# A Python counts when it runs (pyenv leaves names on PATH that do not) and is one we support.
runs() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

# The versions of the Pythons on PATH that run, each once: "3.9, 3.10".
versions_here() (
    IFS=:
    versions=
    for folder in $PATH; do
        for python in "$folder"/python3 "$folder"/python3.[0-9] "$folder"/python3.[0-9][0-9]; do
            version=$(version_of "$python") || continue
            case ", $versions," in *", $version,"*) continue ;; esac
            versions=${versions:+$versions, }$version
        done
    done
    echo "$versions"
)

find_python() {
    without_venv=
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        runs "$name" || continue
        # Debian splits these two off its Python.
        if "$name" -c 'import venv, ensurepip' 2>/dev/null; then
            python=$name
            return
        fi
        without_venv=${without_venv:-$name}
    done
    if [ -n "$without_venv" ]; then
        version=$(version_of "$without_venv")
        echo "Python $version is here but cannot make environments: install its venv module (Debian, Ubuntu: apt install python$version-venv) and run make again." >&2
    else
        versions=$(versions_here)
        echo "None of the Pythons here will do: Gatehouse needs Python 3.11 to 3.14, found ${versions:-none}. Install one of those and run make again." >&2
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
