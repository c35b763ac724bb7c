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
    echo "Making .venv with Python $(version_of "$python") ..." >&2
    rm -rf .venv
    "$python" -m venv .venv
fi

pip() {
    .venv/bin/python -m pip "$@" --disable-pip-version-check --no-input
}

# What pip does, a line for each twentieth package and each long step; its errors go past this.
progress() {
    awk -v of="$(grep -c '^[A-Za-z0-9].*==' "$lock")" '
        /^(Collecting|Processing|Ignoring|Requirement already satisfied)/ { if (++count % 20 == 0 || count == of) say("  " count " of " of " packages") }
        /^Installing collected packages/ { say("  unpacking them; this takes the longest") }
        function say(text) { print text; fflush() }
    ' >&2
}

echo "Installing the $(grep -c '^[A-Za-z0-9].*==' "$lock") packages of $lock into .venv; a few minutes at the first time ..." >&2
# The status of pip, not of what shows its progress; there is no pipefail in every sh.
status=$({ { pip install --require-hashes -r "$lock" && echo 0 >&3 || echo 1 >&3; } | progress; } 3>&1)
[ "$status" = 0 ] || exit 1
# The builder came with the lock, so this needs nothing from outside.
pip install -qq --no-deps --no-build-isolation --no-index --editable .  # -qq: errors only
# The project's own modules, which pip compiles only where it copies them: half a second of the first start.
.venv/bin/python -m compileall -q moderation service workers gatehouse
