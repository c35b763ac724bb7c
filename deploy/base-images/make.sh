#!/bin/sh
# Makes stand-ins for the base images with debootstrap, where no registry of images can be reached.
#
# usage, as root: deploy/base-images/make.sh
# It prints the lines for .env. DEBIAN_SUITE and DEBIAN_MIRROR: another Debian (trixie is the first that
# has Valkey), another mirror than the one that debootstrap knows. Authorities in
# /usr/local/share/ca-certificates are trusted in the images too.
set -eu
cd "$(dirname "$0")"
suite=${DEBIAN_SUITE:-trixie}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "Making $suite ..." >&2
debootstrap --variant=minbase --include=ca-certificates "$suite" "$work/root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >&2
rm -rf "$work"/root/var/cache/apt/archives/*.deb
tar -C "$work/root" -c . | docker import - gatehouse-base:debian >&2

mkdir -p "$work/context/certificates"
cp Dockerfile ./*-entrypoint.sh "$work/context"
cp /usr/local/share/ca-certificates/*.crt "$work/context/certificates" 2>/dev/null || true
for name in python postgres valkey; do
    docker build --target "$name" --tag "gatehouse-base:$name" "$work/context" >&2
done
echo PYTHON_IMAGE=gatehouse-base:python
echo POSTGRES_IMAGE=gatehouse-base:postgres
echo VALKEY_IMAGE=gatehouse-base:valkey
