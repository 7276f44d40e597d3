#:include head
# Modules alone, so that this layer lasts until go.mod or go.sum change. They are kept in a cache and copied into the
# layer, as the stages that follow build without a network.
FROM @{builder_platform}@{builder} AS deps
WORKDIR /src
COPY go.mod go.sum* ./
RUN --mount=type=cache,target=/var/cache/go \
    GOMODCACHE=/var/cache/go go mod download && \
    GOPROXY=file:///var/cache/go/cache/download GOSUMDB=off go mod download && \
    go mod verify

FROM deps AS builder
COPY . .
ARG VERSION=@{version}
#:if multi
ARG TARGETOS
ARG TARGETARCH
RUN --network=none --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} \
    go build -trimpath -ldflags="-s -w -X main.version=${VERSION}" -o /app @{entry}
#:else
RUN --network=none --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -X main.version=${VERSION}" -o /app @{entry}
#:end

FROM @{runtime} AS runtime-image
COPY --from=builder /app /app
USER 65534:65534
EXPOSE @{port}
#:include wget
ENTRYPOINT ["/app"]

#:include debug
#:include runtime
