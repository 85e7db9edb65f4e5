# Sourced by scripts/demo and scripts/test: makes a virtual environment once and keeps it up to date.
# A second run installs nothing and needs no network, unless pyproject.toml has changed.

# Prints the first Python on this machine that is new enough.
find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "error: vermilion needs Python 3.11 or newer; none was found (set PYTHON to name one)." >&2
    return 1
}

# make_environment FOLDER REQUIREMENT: installs the checkout into FOLDER, in one call of pip.
make_environment() {
    local folder=$1 requirement=$2 python stamp
    python=$(find_python)
    stamp="$requirement $("$python" -c '
import hashlib, pathlib, sys
print(sys.version.split()[0], hashlib.sha256(pathlib.Path("pyproject.toml").read_bytes()).hexdigest())')"
    if [[ -f $folder/installed && $(cat "$folder/installed") == "$stamp" ]]; then
        return
    fi
    echo "Setting up $folder (once; this takes some minutes the first time) ..."
    "$python" -m venv --clear "$folder"
    "$(environment_bin "$folder")/python" -m pip install --quiet --disable-pip-version-check --editable "$requirement"
    echo "$stamp" >"$folder/installed"
}

# Prints where an environment keeps its programs (Scripts in Git Bash on Windows).
environment_bin() {
    if [[ -d $1/Scripts ]]; then echo "$1/Scripts"; else echo "$1/bin"; fi
}
