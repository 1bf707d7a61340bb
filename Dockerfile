# syntax=docker/dockerfile:1

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# What is shipped; `--build-arg PROFILE=release` builds faster.
ARG PROFILE=dist
# What `hearth --version` tells besides the version: `--build-arg HEARTH_COMMIT="$(git rev-parse --short=7 HEAD)"`.
ARG HEARTH_COMMIT
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile "$PROFILE" --bin hearth \
    && install -D "target/$PROFILE/hearth" /image/hearth \
    && install -d -m 700 /image/data

# The C library, time zones and root certificates; no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /image/hearth /usr/local/bin/hearth
COPY --from=build --chown=65532:65532 /image/data /data
ENV HEARTH_DATABASE__URL=sqlite:///data/hearth.db
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 3001
# Whether the process works, not whether it is ready: nothing should restart it because its disk is full.
HEALTHCHECK --interval=30s --timeout=10s --start-period=1m CMD ["/usr/local/bin/hearth", "health"]
ENTRYPOINT ["/usr/local/bin/hearth"]
