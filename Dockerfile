# Builds what the compose file runs. The build needs no secret and keeps none.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN pip install --no-cache-dir 'uv>=0.9,<1'
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
COPY pyproject.toml uv.lock package.json package-lock.json ./
RUN uv sync --frozen --no-default-groups --group assets \
    && .venv/bin/npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# The settings must load to collect assets; the addresses here lead nowhere.
RUN .venv/bin/python -m salestargets.launcher messages compile \
    && SECRET_KEY=build DATABASE_URL=postgres:///build REDIS_URL=redis:// CACHE_URL=redis:// STATIC_ROOT=/app/assets \
       .venv/bin/python manage.py collectstatic --no-input \
    && uv sync --frozen --no-default-groups

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 salestargets
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/app/assets DATA_DIR=/tmp/salestargets
USER salestargets
EXPOSE 8000
CMD ["gunicorn", "salestargets.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
