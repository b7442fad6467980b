# Short names for what developers type; everything real is in manage.py and pyproject.toml.
PYTHON ?= .venv/bin/python

.PHONY: up check fast faults format openapi picture

up:
	python3 manage.py up

check:
	python3 manage.py verify

fast:
	$(PYTHON) -m pytest -q tests/engine

# Every trial as large as docs/reliability.md says, or a share of that: make faults SIZE=0.1
SIZE ?= full
TRIALS ?= tests/faults tests/approvals/test_races.py tests/workflows/test_clocks.py tests/engine/test_dates.py \
	tests/orders/test_moments.py

faults:
	ORDERFLOW_FAULT_SIZE=$(SIZE) $(PYTHON) -m pytest -q $(TRIALS)

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

openapi:
	mkdir -p docs
	$(PYTHON) manage.py spectacular --fail-on-warn --validate --format openapi-json --file docs/openapi.json

# docs/designer.png for the README, taken on the way through the browser story.
picture:
	cd frontend && npm run --silent build
	ORDERFLOW_PICTURE=docs/designer.png $(PYTHON) -m pytest -q tests/e2e/test_stories.py -k "designer or straight"
