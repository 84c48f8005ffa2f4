#!/bin/sh
# Gives this tree a release folder of its own, with its environment, and lets that one install:
#   sh prepare.sh TREE install --config site.toml [--from FOLDER] [--json]
# Nothing outside of the release folder is touched but for Debian's python3, without which no site file is read.
set -eu
umask 022
tree=$1
shift
releases=/opt/silo/releases
needed_mb=1500  # Python's packages, and room to work in

from= previous=
for word in "$@"; do
    [ "$previous" = --from ] && from=$word
    case $word in --from=*) from=${word#--from=} ;; esac
    previous=$word
done
if [ -n "$from" ]; then
    from=$(CDPATH= cd -- "$from" && pwd) || exit 2
    export PIP_NO_INDEX=1 PIP_FIND_LINKS="$from/wheels"
    export UV_OFFLINE=1 UV_NO_INDEX=1 UV_FIND_LINKS="$from/wheels"
fi

# The lock ends with this process.
exec 9> /run/lock/silo-install
flock --nonblock 9 || {
    echo "silo: another installation runs here: waiting until it has ended ..." >&2
    flock 9
}

cd "$tree"
ours="drivers station ui systemd silo pyproject.toml README.md requirements.lock requirements-uv.lock"
# shellcheck disable=SC2086
digest=$(find $ours -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
release=$releases/$version-$(printf '%.10s' "$digest")

if [ ! -f "$release/.venv/stamp-run" ]; then
    place=$releases
    while [ ! -d "$place" ]; do place=${place%/*}; done
    free_mb=$(df --block-size=1M --output=avail "$place/" | tail -n 1 | tr -d ' ')
    if [ "$free_mb" -lt "$needed_mb" ]; then
        echo "silo: the disk of $place has $free_mb MB free and $needed_mb are needed:" \
            "$((needed_mb - free_mb)) MB are missing. Nothing was changed." >&2
        exit 1
    fi
    certificates=
    [ -n "$from" ] || certificates=ca-certificates
    sh station/installation/packages.sh "$from" python3 python3-venv tzdata $certificates > /dev/null
fi
if [ ! -d "$release" ]; then
    rm -rf "$releases/.part"
    mkdir -p "$releases/.part"
    # shellcheck disable=SC2086
    tar --create --exclude='*.pyc' --exclude=__pycache__ $ours |
        tar --extract --no-same-owner --directory "$releases/.part"
    chmod -R u=rwX,go=rX "$releases/.part"
    mv "$releases/.part" "$release"
fi
cd "$OLDPWD"

export SILO_PYTHON=/usr/bin/python3 UV_CACHE_DIR="$releases/.cache"
unset SILO_ENV PYTHONDONTWRITEBYTECODE
status=0
"$release/silo" "$@" || status=$?
rm -rf "$releases/.cache" "$release/.silo-uv"
exit "$status"
