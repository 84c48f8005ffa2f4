#!/bin/sh
# Installs the Debian packages that are missing, and prints their names: sh packages.sh FOLDER PACKAGE...
# FOLDER was made by `silo install --collect`; an empty one takes the network.
set -eu
folder=$1
shift
missing=
for package in "$@"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

export DEBIAN_FRONTEND=noninteractive
said=$(mktemp)
trap 'rm -rf "$said" "$said.d"' EXIT
options="-qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"

# What it says is of interest only where it fails.
apt() {
    # shellcheck disable=SC2086
    apt-get $options "$@" > "$said" 2>&1 || { cat "$said" >&2; return 1; }
}

if [ -n "$folder" ]; then
    [ -f "$folder/packages/Packages" ] || { echo "silo: $folder has no packages/Packages" >&2; exit 1; }
    mkdir -p "$said.d/lists/partial"
    echo "deb [trusted=yes] file:$(printf '%s' "$folder" | sed 's/ /%20/g')/packages ./" > "$said.d/from.list"
    options="$options -o APT::Sandbox::User=root -o Dir::State::Lists=$said.d/lists"
    options="$options -o Dir::Etc::SourceList=$said.d/from.list -o Dir::Etc::SourceParts=/dev/null"
    apt update
else
    apt update || echo "silo: the package lists cannot be renewed; those that are there are used" >&2
fi
# shellcheck disable=SC2086
apt install -y --no-install-recommends $missing
for package in $missing; do echo "$package"; done
