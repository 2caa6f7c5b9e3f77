#!/usr/bin/env bash
# Installs what building, the demo and the tests need and is missing, with apt. Quiet when there is nothing to do.
# Starts no service: the servers that the demo and the tests need are private ones that they start themselves.
set -euo pipefail

readonly RUST_NEEDED=1.94

# A Debian package for each thing that is looked for.
missing=()
need() { # package, and a test that succeeds when it is there
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}
postgres_is_here() { compgen -G '/usr/lib/postgresql/*/bin/postgres' || command -v postgres; }
mariadb_is_here() { [[ -x /usr/sbin/mariadbd ]] || command -v mariadbd; }

need gcc command -v gcc
need make command -v make
need mold command -v mold
need ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
need postgresql postgres_is_here
need mariadb-server mariadb_is_here
need mariadb-client command -v mariadb
need docker.io command -v dockerd
need iptables command -v iptables
need zstd command -v zstd
need age command -v age
# A toolchain of rustup's is taken where there is one. Debian keeps a current one for its browsers.
export PATH="$HOME/.cargo/bin:$PATH"
need cargo-web command -v cargo
need rustc-web command -v rustc

if ((${#missing[@]})); then
    as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || {
            echo "setup needs root to install: ${missing[*]}" >&2
            echo "next  as root: apt-get install ${missing[*]}" >&2
            exit 1
        }
        as_root=(sudo)
    fi
    echo "setup: installing ${missing[*]}"
    # Debian starts a service when it is installed; this one file says no, and goes again.
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod 755 "$policy"
        trap '"${as_root[@]}" rm -f "$policy"' EXIT
    fi
    # PostgreSQL's package makes a cluster of its own unless it is told not to.
    if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
        "${as_root[@]}" mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

rust_is_enough() {
    command -v cargo >/dev/null || return 1
    [[ $(printf '%s\n' "$RUST_NEEDED" "$(rustc --version | cut -d' ' -f2)" | sort -V | head -1) == "$RUST_NEEDED" ]]
}
rust_is_enough || {
    echo "setup: Holdfast needs Rust $RUST_NEEDED or newer, and $(rustc --version 2>/dev/null || echo none) is here" >&2
    echo "next  rustup update stable; or install one from https://rustup.rs, then run this again" >&2
    exit 1
}
