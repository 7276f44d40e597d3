#:include head
# Packages alone, so that this layer lasts until the lock changes; npm ci checks its hashes.
FROM @{builder} AS deps
WORKDIR /src
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --no-audit --no-fund@{npm_scripts}

# `npm run build` puts what runs into dist/; what only the build needs is left behind.
FROM deps AS builder
COPY . .
RUN --network=none npm run build && \
    npm prune --omit=dev --offline --no-audit --no-fund@{npm_scripts}

FROM @{runtime} AS runtime-image
WORKDIR /app
COPY --from=builder /src/package.json ./
COPY --from=builder /src/node_modules ./node_modules
COPY --from=builder /src/dist ./dist
ENV NODE_ENV=production \
    PORT=@{port}
USER 65534:65534
EXPOSE @{port}
HEALTHCHECK --interval=30s --timeout=5s --start-period=@{start}s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:@{port}/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "@{entry}"]

#:include debug
#:include runtime
