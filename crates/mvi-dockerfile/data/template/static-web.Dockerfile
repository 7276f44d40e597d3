#:include head
# Checks the configuration and packs every page once, here, rather than on every request.
FROM @{builder_platform}@{builder} AS builder
COPY nginx.conf /etc/nginx/nginx.conf
WORKDIR /site
COPY @{entry}/ ./
RUN --network=none nginx -t && \
    find . -type f '(' -name '*.html' -o -name '*.css' -o -name '*.js' -o -name '*.json' -o -name '*.svg' ')' \
        -exec gzip -k -9 '{}' ';'

FROM @{runtime} AS runtime-image
COPY nginx.conf /etc/nginx/nginx.conf
COPY --from=builder /site /site
USER 65534:65534
EXPOSE @{port}
#:include wget
ENTRYPOINT ["nginx"]
CMD ["-g", "daemon off;"]

#:include debug
#:include runtime
