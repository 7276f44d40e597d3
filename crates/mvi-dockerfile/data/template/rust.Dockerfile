#:include head
# Crates alone, so that this layer lasts until Cargo.lock changes; cargo checks its hashes. They are kept in a cache and
# copied into the layer, as the stages that follow build without a network.
FROM @{builder} AS deps
#:if builder_apk
# What the standard library links with follows the release of the base.
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev
#:end
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
RUN --mount=type=cache,target=/var/cache/cargo \
    mkdir -p src /.cargo && touch src/main.rs && \
    CARGO_HOME=/var/cache/cargo cargo vendor --locked --versioned-dirs /vendor > /.cargo/config.toml

FROM deps AS builder
COPY . .
RUN --network=none --mount=type=cache,target=/var/cache/target \
    cargo build --locked --offline --release --target-dir=/var/cache/target --bin=@{entry} && \
    cp /var/cache/target/release/@{entry} /app

FROM @{runtime} AS runtime-image
COPY --from=builder /app /app
USER 65534:65534
EXPOSE @{port}
#:include wget
ENTRYPOINT ["/app"]

#:include debug
#:include runtime
