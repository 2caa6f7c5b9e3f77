# Holdfast in a container: the binary, and the MariaDB it verifies backups in.
#
#   docker build --tag holdfast .                    the program
#   docker build --tag holdfast-sample --target sample .   the sample store as SQL on stdout

FROM rust:1-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends mold && rm -rf /var/lib/apt/lists/*
WORKDIR /holdfast
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/holdfast/target \
    cargo build --locked --release --bin holdfast \
    && cargo build --locked --release --package holdfast-sample --example sql \
    && install -D --target-directory=/built target/release/holdfast target/release/examples/sql

FROM mariadb:10.11 AS sample
COPY --from=build /built/sql /usr/local/bin/sample-store
ENTRYPOINT []

FROM debian:bookworm-slim
# The sandbox's server is of the source's series: 10.11 here. For another, install that one, or give workers a Docker engine.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates mariadb-server openssh-client \
    && rm -rf /var/lib/apt/lists/* /var/lib/mysql \
    && useradd --system --create-home --uid 970 holdfast \
    && install --directory --owner=holdfast --mode=750 /var/lib/holdfast
COPY --from=build /built/holdfast /usr/local/bin/holdfast
USER holdfast
WORKDIR /var/lib/holdfast
ENV HOLDFAST_CONFIG=/var/lib/holdfast/holdfast.toml
VOLUME /var/lib/holdfast
ENTRYPOINT ["holdfast"]
CMD ["up"]
