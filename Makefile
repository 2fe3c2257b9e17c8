# What a person types. Each target works on a fresh Debian machine with python3 (3.11 or newer)
# and make; what else is needed, it installs.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
CATALOGUES := $(wildcard forum/translations/*/LC_MESSAGES/messages.po)
SOURCES := forum config.py wsgi.py tests deploy bench
export PORT

.PHONY: help install catalogues demo serve test faults machine bench lint lock format messages wheel clean
.DEFAULT_GOAL := help

help:
	@echo 'make demo      a board with sample complaints on http://127.0.0.1:$(PORT) (PORT=… changes it)'
	@echo 'make test      everything the tests need, then all tests (TESTS=tests/log for some)'
	@echo 'make faults    hundreds of kill -9 while members post (KILLS=…), 2,000 random acts (ACTS=…)'
	@echo 'make serve     a board without samples'
	@echo 'make install   the environment alone, in .venv'
	@echo 'make lint      style, types, import order;  make format writes the style'
	@echo 'make bench     how fast it is;  make lock, messages, wheel, clean: for maintainers'

install:
	@deploy/make-venv $(PYTHON)
	@$(MAKE) --silent --no-print-directory catalogues

catalogues: $(CATALOGUES:.po=.mo)

%.mo: %.po
	@$(BIN)/pybabel --quiet compile --use-fuzzy --input-file $< --output-file $@

demo: install
	@$(BIN)/forum demo --keep

serve: install
	@test -d "$${FORUM_INSTANCE:-instance}" || $(BIN)/forum init
	@$(BIN)/forum serve --bind 127.0.0.1:$(PORT)

# Programs of the system that the tests drive: a browser, a Chinese font, PostgreSQL, Go.
machine: install
	@$(BIN)/python tests/machine.py

test: install machine
	@$(BIN)/pytest -n 2 --dist loadscope $(TESTS)

# What `make test` does a few times, done often: 208 kills on SQLite, a quarter as many on PostgreSQL;
# a random history of 2,000 acts, whose figures are recomputed from the log alone; and 1,000 honest
# acts of all kinds, of which the monitor must find nothing.
faults: install machine
	@KILLS=$${KILLS:-208} $(BIN)/pytest -s tests/faults
	@ACTS=$${ACTS:-2000} $(BIN)/pytest -s tests/transparency/test_history.py
	@HONEST_ACTS=$${HONEST_ACTS:-1000} $(BIN)/pytest -s tests/monitor/test_honest.py

bench: install
	@$(BIN)/python -m bench

lint: install
	@echo 'Style …'
	@$(BIN)/ruff check --quiet $(wildcard $(SOURCES))
	@$(BIN)/ruff format --quiet --diff $(wildcard $(SOURCES))
	@echo 'Types …'
	@$(BIN)/mypy --no-error-summary
	@echo 'Import order …'
	@$(BIN)/lint-imports --no-logo --no-cache >.lint-imports.log || (cat .lint-imports.log; exit 1)
	@echo 'Templates …'
	@$(BIN)/djlint --lint --quiet forum/templates >.djlint.log || (cat .djlint.log; exit 1)
	@echo 'Lock …'
	@! grep -nE '://|^ *-(-index|-extra|-find|-trusted|i|f) ?' requirements.lock
	@echo 'All clean.'

format: install
	@$(BIN)/ruff check --quiet --fix-only $(wildcard $(SOURCES))
	@$(BIN)/ruff format $(wildcard $(SOURCES))

# Names, versions and hashes of everything, for every system and every Python from 3.11 on;
# where they come from is each machine's own business. UPGRADE=--upgrade takes newer versions.
lock: install
	@$(BIN)/uv pip compile pyproject.toml --extra server --extra dev --universal \
	  --python-version 3.11 --generate-hashes --no-header --quiet $(UPGRADE) --output-file requirements.lock

# Collects the marked words anew and brings each catalogue up to date.
messages: install
	@mkdir -p build
	@$(BIN)/pybabel --quiet extract -F babel.cfg -k lazy_gettext -k _l --sort-by-file --add-location=file --no-wrap \
	  --project zhiyan -o build/messages.pot .
	@for po in $(CATALOGUES); do \
	  $(BIN)/pybabel --quiet update --no-fuzzy-matching --no-wrap --ignore-pot-creation-date \
	    -i build/messages.pot -o $$po -l $$(basename $$(dirname $$(dirname $$po))) || exit 1; done
	@$(MAKE) --silent --no-print-directory catalogues

wheel: install
	@mkdir -p dist
	@$(BIN)/python -c 'from setuptools.build_meta import build_wheel as w; print(w("dist"))' >.wheel.log 2>&1
	@tail -n 1 .wheel.log

clean:
	@rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .*.log
	@find forum tests migrations bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
