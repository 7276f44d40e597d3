#:include head
# Dependencies alone, so that this layer lasts until rebar.lock changes. Its own checksum is checked first, then rebar3
# checks those in it:
#   sha256sum rebar.lock > rebar.lock.sha256
FROM @{builder} AS deps
#:if native
#:if builder_apk
# The compiler stays in this stage, and follows the release of its base.
# hadolint ignore=DL3018
RUN apk add --no-cache g++ gcc git make musl-dev
#:end
#:if builder_apt
# The compiler stays in this stage, and follows the release of its base.
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install -y --no-install-recommends g++ gcc git libc6-dev make && \
    rm -rf /var/lib/apt/lists/*
#:end
#:end
WORKDIR /build
COPY rebar.config rebar.lock rebar.lock.sha256 ./
RUN --mount=type=cache,target=/root/.cache/rebar3 \
    sha256sum -c rebar.lock.sha256 && rebar3 get-deps

FROM deps AS builder
COPY . .
RUN --network=none --mount=type=cache,target=/root/.cache/rebar3 \
    rebar3 as prod release && \
    cp -r _build/prod/rel/@{entry} /release

FROM @{runtime} AS runtime-image
#:if apk
# What the virtual machine links with follows the release of the base.
# hadolint ignore=DL3018
RUN apk add --no-cache ca-certificates libgcc libstdc++ ncurses-libs tzdata
#:end
#:if apt
# What the virtual machine links with follows the release of the base.
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install -y --no-install-recommends ca-certificates libncurses6 libssl3 libstdc++6 tzdata && \
    rm -rf /var/lib/apt/lists/*
#:end
COPY --from=builder /release /opt/@{entry}
WORKDIR /opt/@{entry}
# The release writes what it makes of its own configuration, and nothing else.
ENV ERL_CRASH_DUMP=/tmp/erl_crash.dump \
    HOME=/tmp \
    LANG=C.UTF-8 \
    RELX_OUT_FILE_PATH=/tmp
USER 65534:65534
EXPOSE @{port}
HEALTHCHECK --interval=30s --timeout=10s --start-period=@{start}s --retries=3 \
    CMD ["/opt/@{entry}/bin/@{entry}", "ping"]
ENTRYPOINT ["/opt/@{entry}/bin/@{entry}"]
CMD ["foreground"]

#:include debug
#:include runtime
