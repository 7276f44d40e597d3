#:include head
# Wheels alone, so that this layer lasts until the lock changes. Every hash of it is checked:
#   uv pip compile --generate-hashes requirements.in -o requirements.txt    (or pip-compile --generate-hashes)
FROM @{builder} AS deps
WORKDIR /deps
#:if native
#:if builder_apk
# The compiler stays in this stage, and follows the release of its base.
# hadolint ignore=DL3018
RUN apk add --no-cache gcc musl-dev
#:end
#:if builder_apt
# The compiler stays in this stage, and follows the release of its base.
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install -y --no-install-recommends gcc libc6-dev && \
    rm -rf /var/lib/apt/lists/*
#:end
#:end
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    pip wheel --require-hashes --wheel-dir=wheels -r requirements.txt

FROM deps AS builder
RUN --network=none python3 -m venv --without-pip /venv && \
    pip --python=/venv/bin/python3 install --no-cache-dir --no-index --find-links=wheels -r requirements.txt
WORKDIR /app
COPY . .
RUN --network=none python3 -m compileall -q .

FROM @{runtime} AS runtime-image
COPY --from=builder /venv /venv
COPY --from=builder /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 65534:65534
EXPOSE @{port}
HEALTHCHECK --interval=30s --timeout=5s --start-period=@{start}s --retries=3 \
    CMD ["python3", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:@{port}/health', timeout=3)"]
CMD ["python3", "-m", "uvicorn", "@{entry}", "--host", "0.0.0.0", "--port", "@{port}"]

#:include debug
#:include runtime
