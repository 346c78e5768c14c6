# syntax=docker/dockerfile:1
# Pinned by exact version. Who must pin by digest adds @sha256:… to the two bases.
ARG JDK=eclipse-temurin:25.0.3_9-jdk-noble
ARG JRE=eclipse-temurin:25.0.3_9-jre-noble

# ---- the jar, and its layers
FROM ${JDK} AS build
# the wrapper fetches the pinned Maven, and checks its SHA-512
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY mvnw pom.xml ./
COPY .mvn .mvn
COPY src/main src/main
# what /actuator/info names: there is no history here to look it up in
ARG REVISION=unknown
RUN printf 'git.commit.id=%s\n' "$REVISION" > src/main/resources/git.properties
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B -ntp -Dmaven.test.skip=true package \
 && java -Djarmode=tools -jar target/caprock.jar extract --layers --destination layers

# ---- Caprock with simulated remotes and a database of its own, for a look without any account: docker compose --profile simulators up
FROM build AS simulated
COPY src/test src/test
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw -B -ntp test-compile dependency:copy-dependencies -DincludeScope=test -DoutputDirectory=libraries
RUN groupadd --system --gid 10001 caprock && useradd --system --uid 10001 --gid 10001 --create-home caprock
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["java", "-cp", "target/test-classes:target/classes:libraries/*", "dev.caprock.LocalCaprock", "--server.address=0.0.0.0"]

# ---- the image: what changes least comes first
FROM ${JRE} AS caprock
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="Caprock" \
      org.opencontainers.image.description="Runs AI coding agents in sandboxes on mounted Mesa repositories" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="eclipse-temurin:25.0.3_9-jre-noble" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
RUN groupadd --system --gid 10001 caprock \
 && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin caprock
WORKDIR /app
COPY --from=build /source/layers/dependencies/ ./
COPY --from=build /source/layers/spring-boot-loader/ ./
COPY --from=build /source/layers/snapshot-dependencies/ ./
COPY --from=build /source/layers/application/ ./
COPY src/main/docker/image/java.options ./
# The cache knows the very files and the JVM it was made with, so it is made here, by a start that ends when every bean is made.
RUN --mount=type=bind,source=src/main/docker/image/training.properties,target=/training.properties \
    java @java.options -XX:AOTCacheOutput=caprock.aot -Xlog:aot=error -Dspring.context.exit=onRefresh -jar caprock.jar \
      --spring.config.additional-location=file:/training.properties \
 && chmod 0444 caprock.aot
COPY --chmod=0555 src/main/docker/image/healthy ./
USER 10001:10001
EXPOSE 8080
# Nothing is written but to /tmp. Without it, or with an AOT cache that does not fit, the service starts none the less.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=2s --retries=3 CMD ["/app/healthy"]
# Flags of your own go into JAVA_TOOL_OPTIONS.
ENTRYPOINT ["java", "@/app/java.options", "-XX:AOTCache=/app/caprock.aot", "-jar", "/app/caprock.jar"]
