#:include head
# CoreDNS comes without a shell, so what asks it whether it is well is built here: a question for health.local.
FROM @{builder_platform}@{builder} AS builder
WORKDIR /src
COPY healthcheck/ ./
#:if multi
ARG TARGETOS
ARG TARGETARCH
#:end
RUN --network=none --mount=type=cache,target=/root/.cache/go-build \
#:if multi
    CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath -ldflags="-s -w" -o /healthcheck .
#:else
    CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /healthcheck .
#:end

FROM @{runtime} AS runtime-image
COPY --from=builder /healthcheck /healthcheck
COPY Corefile /etc/coredns/Corefile
USER 65534:65534
EXPOSE @{port}/tcp @{port}/udp
HEALTHCHECK --interval=30s --timeout=3s --start-period=@{start}s --retries=3 \
    CMD ["/healthcheck", "127.0.0.1:@{port}"]
ENTRYPOINT ["/coredns"]
CMD ["-conf", "/etc/coredns/Corefile"]

# What is needed to look into it; built only when asked for: --target debug.
FROM @{debug_base} AS debug
#:if apk
#:if unpinned_tools
# Tools of a debug image follow their release.
# hadolint ignore=DL3018
#:end
RUN apk add --no-cache @{tools}
#:end
#:if apt
#:if unpinned_tools
# Tools of a debug image follow their release.
# hadolint ignore=DL3008
#:end
RUN apt-get update && \
    apt-get install -y --no-install-recommends @{tools} && \
    rm -rf /var/lib/apt/lists/*
#:end
COPY --from=runtime-image /coredns /healthcheck /
COPY --from=runtime-image /etc/coredns /etc/coredns
USER 65534:65534
EXPOSE @{port}/tcp @{port}/udp
HEALTHCHECK NONE
ENTRYPOINT ["/coredns"]
CMD ["-conf", "/etc/coredns/Corefile"]

#:include runtime
