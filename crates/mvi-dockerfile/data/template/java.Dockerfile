#:include head
# Libraries and plug-ins alone, so that this layer lasts until pom.xml changes. They are kept in a cache and copied into
# the layer, as the stages that follow build without a network.
FROM @{builder} AS deps
WORKDIR /src
COPY pom.xml ./
RUN --mount=type=cache,target=/var/cache/maven \
    mvn -B -ntp -C -Dmaven.repo.local=/var/cache/maven dependency:go-offline && \
    mkdir -p /repository && cp -R /var/cache/maven/. /repository/

# One jar with all it needs (shade or spring-boot), and the modules of Java that it uses and no others.
FROM deps AS builder
COPY src ./src
RUN --network=none \
    mvn -B -ntp -o -C -Dmaven.repo.local=/repository package && \
    cp target/@{entry} /app.jar
RUN --network=none \
    jdeps --ignore-missing-deps --multi-release=base --print-module-deps /app.jar > /modules && \
    jlink --add-modules="$(cat /modules),jdk.crypto.ec" --no-header-files --no-man-pages --strip-java-debug-attributes \
        --compress=2 --output=/java

FROM @{runtime} AS runtime-image
COPY --from=builder /java /opt/java
COPY --from=builder /app.jar /app.jar
USER 65534:65534
EXPOSE @{port}
HEALTHCHECK --interval=30s --timeout=3s --start-period=@{start}s --retries=3 \
#:if busybox
    CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:@{port}/health"]
#:else
    CMD ["/opt/java/bin/java", "-cp", "/app.jar", "Healthcheck", "@{port}"]
#:end
ENTRYPOINT ["/opt/java/bin/java", "-XX:MaxRAMPercentage=75", "-jar", "/app.jar"]

#:include debug
#:include runtime
