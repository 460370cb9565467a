# make run, make test, make lint: from a bare Debian 12 with python3, pip, make and git. See README.md.
PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
LAUNCHER := $(BIN)/python -m salestargets.launcher
# Arguments for pytest, as in: make test ARGS="tests/kpis -x"
ARGS ?=
# What the settings need to load where nothing is connected to.
SETTINGS := env SECRET_KEY=none DATABASE_URL=postgres://none@127.0.0.1:1/none REDIS_URL=redis:// CACHE_URL=redis:// \
	DATA_DIR=/none PYTHONWARNINGS=ignore::RuntimeWarning
# A proxy's certificates are the system's, not those that uv and node bring along.
export UV_SYSTEM_CERTS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: run test lint bench faults openapi format messages clean ready
.DEFAULT_GOAL := run

run: ready
	@$(LAUNCHER) run

test: ready
	@$(LAUNCHER) exec --fresh -- $(BIN)/python -m pytest -n 2 $(ARGS)

lint: ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(SETTINGS) $(BIN)/mypy .
	$(SETTINGS) $(BIN)/python -m salestargets.web.template_rules
	$(SETTINGS) $(BIN)/python manage.py makemigrations --check --dry-run
	$(SETTINGS) $(BIN)/python manage.py spectacular --format openapi-json --validate --fail-on-warn > .venv/openapi.json
	@cmp .venv/openapi.json docs/openapi.json || { echo "docs/openapi.json is stale: make openapi"; exit 1; }

# Figures against their references, into bench/results.json and the README. A million deals go in, too, with
# DEALS=1000000; a short run is RECORDS=1000000.
DEALS ?= 100000
RECORDS ?= 10000000
bench: ready
	@$(BIN)/python -W ignore -m bench --deals $(DEALS) --records $(RECORDS)

# Everything killed while deals are written. The short form: make faults WRITES=2000
WRITES ?= 20000
faults: ready
	@$(BIN)/python -u -m bench.faults --writes $(WRITES)

openapi: ready
	$(SETTINGS) $(BIN)/python manage.py spectacular --format openapi-json --validate --fail-on-warn > docs/openapi.json

format: ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: ready
	@$(LAUNCHER) messages extract
	@$(LAUNCHER) messages compile

clean:
	rm -rf .venv .tools node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

# Secrets for docker compose, new and random.
.env: .env.example
	@test ! -e $@ || { echo ".env exists; delete it first to have new secrets."; exit 1; }
	@umask 077; $(PYTHON) -c 'import re, secrets, sys; \
	sys.stdout.write(re.sub(r"(?m)^(\w+_(?:KEY|PASSWORD))=$$", lambda m: f"{m[1]}={secrets.token_urlsafe(36)}", sys.stdin.read()))' \
		< .env.example > $@

# What a checkout needs before anything else; made again when a lock file changes.
ready: .venv/.synced node_modules/.synced

$(UV):
	@echo "Installing uv."
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "Needs pip: apt-get install python3-pip"; exit 1; }
	@$(PYTHON) -m pip install --quiet --upgrade --target .tools 'uv>=0.9,<1' \
		|| { echo "uv could not be installed. Is there a network, and does pip reach its index?"; exit 1; }

.venv/.synced: uv.lock pyproject.toml | $(UV)
	@echo "Installing the locked Python packages."
	@$(UV) sync --frozen --quiet \
		|| { echo "The packages of uv.lock could not be installed. Is there a network?"; exit 1; }
	@touch $@

node_modules/.synced: package.json package-lock.json .venv/.synced
	@echo "Installing the locked browser assets."
	@NODE_OPTIONS=--use-system-ca NPM_CONFIG_UPDATE_NOTIFIER=false $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error \
		|| { echo "The packages of package-lock.json could not be installed. Is there a network?"; exit 1; }
	@touch $@
