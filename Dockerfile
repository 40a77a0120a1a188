# The image of every plaza process; the command says which (compose.yaml shows all of them).
# PostgreSQL and Valkey are servers of their own here, so the embedded ones are left out.

FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/plaza
ENV PATH=/opt/plaza/bin:$PATH

# The dependencies first: they change less often than plaza does.
WORKDIR /source
COPY requirements-image.lock ./
RUN pip install --require-hashes -r requirements-image.lock

COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY migrations migrations
RUN pip install --no-deps --no-build-isolation .

FROM python:3.13-slim

RUN groupadd --system --gid 10001 plaza \
    && useradd --system --uid 10001 --gid plaza --no-create-home --home-dir /nonexistent plaza \
    && install --directory --owner plaza --group plaza /var/lib/plaza
COPY --from=build /opt/plaza /opt/plaza
ENV PATH=/opt/plaza/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PLAZA_DATA_DIR=/var/lib/plaza
USER 10001:10001
WORKDIR /var/lib/plaza
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --start-interval=1s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]

CMD ["granian", "--interface", "asgi", "--factory", "plaza.entrypoints.api:create_app", \
     "--host", "0.0.0.0", "--port", "8000", "--loop", "uvloop", "--no-ws", "--http", "1", \
     "--backlog", "2048", "--backpressure", "2048", "--respawn-failed-workers", \
     "--workers-max-rss", "512", "--workers-kill-timeout", "10", "--no-access-log"]
