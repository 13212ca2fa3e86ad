# One image for every process of ours; docker-compose.yml says which command runs in it.
# The stage `bots` adds a browser and a font with Chinese letters.

FROM python:3.11-slim-bookworm AS base
WORKDIR /app
COPY requirements.lock ./
COPY scripts/ scripts/
# The set-up script is the one that `make demo` uses; only its inputs are copied before it runs,
# so that a change of our code does not install the packages again.
RUN sh scripts/setup.sh --no-browser
COPY . .
RUN useradd --uid 10001 --create-home huikuan \
    && mkdir -p /var/lib/huikuan && chown huikuan:huikuan /var/lib/huikuan \
    && mkdir -p /state /run/acquirer-keys /run/acquirer-drop-box \
    && chown huikuan:huikuan /state /run/acquirer-keys /run/acquirer-drop-box
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HUIKUAN_HOME=/var/lib/huikuan \
    HUIKUAN_COUNTERPARTIES_FOLDER=/app/counterparties
USER huikuan
CMD ["huikuan", "--help"]

FROM base AS bots
USER root
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-wqy-zenhei \
    && rm -rf /var/lib/apt/lists/*
ENV HUIKUAN_BROWSER_PATH=/usr/bin/chromium-headless-shell
USER huikuan
