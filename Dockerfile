# docker build --tag directory-sync:0.1.0 .
#
# The labels name the commit and the time with
# --build-arg REVISION=$(git rev-parse HEAD) --build-arg CREATED=$(git log -1 --format=%cI).
#
# `scripts/package` makes a smaller image with the static program and the CA certificates alone.

FROM rust:1.99-slim-trixie AS build
WORKDIR /src
COPY . .
# The caches keep downloaded and compiled dependencies between builds (BuildKit, Podman and Buildah support them).
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin directory-sync \
    && install -D target/release/directory-sync /out/directory-sync

FROM debian:trixie-slim
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="directory-sync" \
      org.opencontainers.image.description="Keeps the accounts of an identity provider in line with LDAP, CSV and other directories" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*

COPY --from=build /out/directory-sync /usr/local/bin/directory-sync
COPY LICENSE LICENSE-MIT LICENSE-APACHE /usr/share/doc/directory-sync/
# Links with the program names of famedly-sync. The program checks the name that started it.
# famedly-sync used two folder names. A mount at either one appears under both, because engines resolve links in mount paths.
RUN for name in famedly-sync famedly-sync-agent migrate install-ids; do \
        ln -s directory-sync "/usr/local/bin/$name" || exit 1; \
    done \
    && mkdir /opt/famedly-sync-agent \
    && ln -s famedly-sync-agent /opt/famedly-sync \
    && install -d -m 0700 -o 65532 -g 65532 /var/lib/directory-sync

# The default path of the configuration is ./config.yaml. The image sets no path variable, because it could override a
# variable that the user sets under another name.
WORKDIR /opt/famedly-sync-agent
# A number, so that Kubernetes can verify that it is not root. The user has no home and no shell.
USER 65532:65532
# CMD instead of ENTRYPOINT: `docker run IMAGE` and `docker run IMAGE /usr/local/bin/famedly-sync` both start a
# synchronization, and `docker run IMAGE directory-sync plan` shows its plan.
CMD ["directory-sync"]
