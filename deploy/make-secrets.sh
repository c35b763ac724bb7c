#!/bin/sh
# Makes the secrets that docker-compose.yml mounts, once; what is there already stays.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
[ -e secrets/secret_key ] || random >secrets/secret_key
[ -e secrets/postgres_password ] || random >secrets/postgres_password
[ -e secrets/database_url ] ||
    printf 'postgresql://gatehouse:%s@postgres:5432/gatehouse' "$(cat secrets/postgres_password)" >secrets/database_url
[ -e secrets/valkey_conf ] || printf 'requirepass %s' "$(random)" >secrets/valkey_conf
[ -e secrets/redis_url ] ||
    printf 'redis://:%s@valkey:6379/0' "$(cut -d ' ' -f 2 secrets/valkey_conf)" >secrets/redis_url
# Compose mounts them as they are, and inside the containers other users read them; the folder stays shut.
chmod 700 secrets
chmod 644 secrets/*
