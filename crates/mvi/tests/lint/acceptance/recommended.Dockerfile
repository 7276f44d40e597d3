FROM ghcr.io/emqx/erlang:28.3.1-alpine AS deps
RUN apk add --no-cache git make g++ gcc musl-dev openssl-dev
WORKDIR /build
COPY rebar.config rebar.lock ./
RUN rebar3 get-deps

FROM deps AS builder
COPY apps/ ./apps/
RUN rebar3 compile -d
RUN rebar3 dialyzer || true && \
    rebar3 xref || true
RUN rebar3 as prod release && \
    mkdir -p /opt/erlmcp && \
    cp -r _build/prod/rel/erlmcp /opt/erlmcp

FROM alpine:3.20 AS runtime
RUN addgroup -S -g 1000 erlmcp && adduser -S -u 1000 -G erlmcp erlmcp
RUN apk add --no-cache ca-certificates libssl3 libcrypto3 ncurses-libs libstdc++ libgcc tzdata \
    && rm -rf /var/cache/apk/*
COPY --from=builder --chown=erlmcp:erlmcp /opt/erlmcp /opt/erlmcp
USER erlmcp
WORKDIR /opt/erlmcp
HEALTHCHECK --interval=30s CMD /opt/erlmcp/bin/healthcheck
ENTRYPOINT ["/opt/erlmcp/bin/erlmcp"]
CMD ["foreground"]

FROM runtime AS debug
USER root
RUN apk add --no-cache vim strace tcpdump
USER erlmcp
HEALTHCHECK NONE

FROM alpine:3.20 AS security-scan
RUN apk add --no-cache trivy
COPY --from=runtime / /scan/
RUN trivy filesystem --exit-code 1 --severity HIGH,CRITICAL /scan

FROM runtime AS final
COPY --from=security-scan /scan/ /
