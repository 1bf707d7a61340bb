# syntax=docker/dockerfile:1

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# The profile of releases; `--build-arg PROFILE=release` builds faster.
ARG PROFILE=dist
# The commit in `hearth --version`: `--build-arg HEARTH_COMMIT="$(git rev-parse --short=7 HEAD)"`.
ARG HEARTH_COMMIT
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile "$PROFILE" --bin hearth \
    && install -D "target/$PROFILE/hearth" /image/hearth \
    && install -d -m 700 /image/data

# Has the C library, time zones and root certificates, but no shell and no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /image/hearth /usr/local/bin/hearth
COPY --from=build --chown=65532:65532 /image/data /data
ENV HEARTH_DATABASE__URL=sqlite:///data/hearth.db
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 3001
# Checks liveness, not readiness: a full disk is no reason to restart.
HEALTHCHECK --interval=30s --timeout=10s --start-period=1m CMD ["/usr/local/bin/hearth", "health"]
ENTRYPOINT ["/usr/local/bin/hearth"]
