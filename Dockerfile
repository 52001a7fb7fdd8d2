# docker build --tag directory-sync:0.1.0 .

FROM rust:1.99-slim-bookworm AS build
WORKDIR /src
COPY . .
# The caches keep downloaded and compiled dependencies between builds (BuildKit, Podman and Buildah know them).
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin directory-sync \
    && install -D target/release/directory-sync /out/directory-sync

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="directory-sync" \
      org.opencontainers.image.description="Keeps the accounts of an identity provider in line with LDAP, CSV and other directories" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*

COPY --from=build /out/directory-sync /usr/local/bin/directory-sync
COPY LICENSE LICENSE-MIT LICENSE-APACHE /usr/share/doc/directory-sync/
# Names that famedly-sync had; the program looks at the one it was called by.
# The folder had two names: a mount at either one shows under both, since engines resolve links in mount paths.
RUN for name in famedly-sync famedly-sync-agent migrate install-ids; do \
        ln -s directory-sync "/usr/local/bin/$name" || exit 1; \
    done \
    && mkdir /opt/famedly-sync-agent \
    && ln -s famedly-sync-agent /opt/famedly-sync

# The default path of the configuration is ./config.yaml. No path variable is set here: it could beat one that a user
# sets under another of its names.
WORKDIR /opt/famedly-sync-agent
# A number, so that Kubernetes can see that it is not root. No home, no shell, nothing of its own.
USER 65532:65532
# Not ENTRYPOINT: `docker run IMAGE` and `docker run IMAGE /usr/local/bin/famedly-sync` both start a synchronization,
# `docker run IMAGE directory-sync plan` shows what one would do.
CMD ["directory-sync"]
