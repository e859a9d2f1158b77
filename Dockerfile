# The image of every process of Syndicate's own; docker-compose.yml says which runs what.
# 3.11.15 or newer: older ones let an encoded line break into a mail header (CVE-2024-6923).
FROM python:3.11.15-slim-bookworm AS build

WORKDIR /build
COPY pyproject.toml setup.py constraints.txt README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md ./
COPY syndicate syndicate
COPY workers workers
COPY templates templates
COPY docs docs
RUN python -m venv /opt/syndicate \
  && /opt/syndicate/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11.15-slim-bookworm

LABEL org.opencontainers.image.title="Syndicate" \
  org.opencontainers.image.description="Email newsletters and feeds for news publishers"
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent syndicate \
  && install -d -o 10001 /var/lib/syndicate
COPY --from=build /opt/syndicate /opt/syndicate
ENV PATH=/opt/syndicate/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["syndicate"]
CMD ["--help"]
