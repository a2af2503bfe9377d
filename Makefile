# Two commands do everything on a fresh machine:  make demo   and   make test
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test clean
.DELETE_ON_ERROR:

demo: $(STAMP)
	$(BIN)/tiepoint demo

# Each step's own exit status counts; none is judged by what it prints.
test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

$(STAMP): pyproject.toml constraints.txt .ci/system-libraries
	bash .ci/system-libraries
	$(PYTHON) -c 'import sys; sys.exit("Tiepoint needs Python 3.11 to 3.13; this is " + sys.version.split()[0] + ". Run: make PYTHON=python3.12 ...") if not (3, 11) <= sys.version_info < (3, 14) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1" --constraint constraints.txt
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --constraint constraints.txt --group dev --editable .
	touch $(STAMP)

clean:
	rm -rf $(VENV) build dist *.egg-info demo-case
