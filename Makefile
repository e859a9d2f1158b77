# Syndicate: every command. `make` alone prints them.
#
# A bare machine needs Python 3.11 or newer, pip and make; no root, no service, no other package.
# Debian's Python has no ensurepip and its pip refuses to install beside the system's packages:
# so the environment is made without pip, and the machine's pip installs into it.

PYTHON ?= python3
ARGS ?=
CHECK ?=
NAME ?=
BIN := .venv/bin
FOR_USE := .venv/.for-use
FOR_WORK := .venv/.for-work
# Many tests wait for servers: two more of them than cores run at once. A file stays whole.
# In the order of the tree: else the files with the fewest tests, which are the longest, come last.
JOBS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -gt 3 ] && n=3; echo $$((n + 2)))
PYTEST_FLAGS = -q -p tests.ahead --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder
PYTEST = $(BIN)/pytest $(PYTEST_FLAGS)
# Where data of `make long` goes, whatever folder a process stands in.
covered: export COVERAGE_FILE := $(CURDIR)/build/coverage/data
# What decides who gets what: deciders, the ledger, SMTP.
comma := ,
empty :=
space := $(empty) $(empty)
DECIDE := $(subst $(space),$(comma),$(strip \
  */articles/decide.py */articles/identity.py */articles/moved.py */articles/similar.py \
  */articles/changes.py */collect/polling.py */newsletters/schedule.py */newsletters/select.py \
  */bounces/keeping/rules.py */store/content/visibility.py */store/sending/* \
  */store/composition/materialise.py */mail/relay/*))
BENCHES := collect commands feeds feeds_rebuild ledger send sign_ups urgent
PARTS := pyproject.toml setup.py constraints.txt
# As root, pip's warning about root is about the system's Python; this one is ours alone.
PIP_FLAGS := --quiet --quiet --disable-pip-version-check --no-warn-script-location \
  --root-user-action=ignore --constraint constraints.txt

# Where the environment forbids bytecode, each of the many processes that tests start would compile
# the whole program, and pytest all tests, again and again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check told tests long whole covered lint fmt soak faults pictures db-new docs examples pins wheel clean

help: ## print this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do \
	  printf '  make %-8s %s\n' "$$name" "$$text"; done
	@echo '  make bench-X  measure a figure that we claim; X is one of: $(BENCHES)'

setup: $(FOR_WORK) ## make .venv with everything for work on the code

demo: $(FOR_USE) ## run the whole journey on a sample newsroom; ARGS="--once --json"
	@$(BIN)/syndicate demo $(ARGS)

up: $(FOR_USE) ## start everything on this machine and keep it up; ARGS="--port 8081"
	@$(BIN)/syndicate up $(ARGS)

test: $(FOR_WORK) ## pass the tests that need no Debian package and no whole stack; ARGS="tests/mail"
	$(PYTEST) -m "not debian and not long and not stack" $(ARGS)

check: $(FOR_WORK) ## all that a push must pass: format, lint, types, layers, dependencies, wheel, tests
	@rm -f .venv/.failed-*
	@$(MAKE) --no-print-directory --jobs=3 --keep-going told try-tests || { \
	  echo "make check failed in:$$(ls -A .venv | sed -n 's/^\.failed-/ /p' | tr -d '\n')." >&2; \
	  exit 1; }

# Beside the tests, whose dots are seen as they come: what these say is told whole, each when it ends.
told:
	@$(MAKE) --no-print-directory --output-sync=target try-lint try-wheel

# Leaves its name where it fails: what is told early is far up by the end.
try-%:
	@$(MAKE) --no-print-directory $* || { touch .venv/.failed-$*; exit 1; }

# What each of the others waits for leaves time to these.
tests:
	$(PYTEST) -m "not long" $(CHECK)

long: $(FOR_WORK) ## what a push need not pass: whole matrices and journeys, coverage, the soak, the wheel alone
	@$(MAKE) --no-print-directory --keep-going whole covered soak
	@$(MAKE) --no-print-directory wheel ALONE=1

whole:
	$(PYTEST) --hypothesis-profile=long -m long $(ARGS)

# What `make check` runs, measured: its short forms cover what the whole ones do.
covered:
	@rm -rf build/coverage && mkdir -p build/coverage
	$(BIN)/coverage run -m pytest $(PYTEST_FLAGS) --hypothesis-profile=long -m "not long" $(ARGS)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=90
	$(BIN)/coverage report --fail-under=95 --include='$(DECIDE)'

lint: $(FOR_WORK)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

fmt: $(FOR_WORK) ## format the code and repair what can be repaired
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench-%: $(FOR_WORK)
	@case " $(BENCHES) " in *" $* "*) ;; *) \
	  echo "There is no bench $*; there are: $(BENCHES)." >&2; exit 3;; esac
	$(BIN)/python -m bench.$* $(ARGS)

soak: $(FOR_WORK) ## a newsroom's work for twenty minutes with a fault a minute; ARGS="--json --minutes 3"
	$(BIN)/python -m tests.faults.soak --json $(ARGS)

faults: $(FOR_WORK) ## kill things in mid-send, the long form
	$(BIN)/python -m tests.faults.campaign $(ARGS)

pictures: $(FOR_WORK) ## take the README's pictures from the demo again; needs Chromium
	$(BIN)/python -m bench.pictures

db-new: $(FOR_WORK) ## begin a migration; NAME=add_something
	$(BIN)/syndicate migrate --begin "$(NAME)"

docs: $(FOR_USE) ## write the documents and the API's reference as pages into build/docs
	@$(BIN)/python -m syndicate.web.manual build/docs

examples: $(FOR_WORK) ## try every path of the API again, and write docs/api-examples.json
	@RENEW_EXAMPLES=1 $(BIN)/pytest -q tests/web/test_api_examples.py

pins: $(FOR_WORK) ## write constraints.txt anew from what .venv holds
	@set -e; $(find_python); $(find_pip); \
	$$pip --python $(BIN)/python freeze --exclude-editable | LC_ALL=C sort -f >constraints.txt

wheel: $(FOR_WORK) ## build the wheel, run its doctor; ALONE=1 installs what it needs anew beside it
	@rm -rf dist build
	@set -e; $(find_python); $(find_pip); \
	$$pip --python $(BIN)/python wheel --quiet --no-deps --wheel-dir dist .; \
	"$$python" -m venv --without-pip build/wheel; \
	wheel="$$(ls dist/*.whl)[embedded]"; \
	$$pip --python build/wheel/bin/python install $(PIP_FLAGS) --no-compile $(if $(ALONE),,--no-deps) "$$wheel"; \
	$(if $(ALONE),,$(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))" \
	  >"$$(build/wheel/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/ours.pth";) \
	cd build && wheel/bin/syndicate doctor --data-dir wheel/data

clean: ## forget .venv and whatever the tools left behind
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(FOR_USE): $(PARTS)
	@$(call install,embedded)
	@touch $@

$(FOR_WORK): $(PARTS)
	@$(call install,embedded,dev)
	@touch $(FOR_USE) $@

# $(call install,EXTRAS): the environment, whole, with those extras.
define install
set -e; $(find_python); $(find_pip); \
$(BIN)/python -c "" 2>/dev/null || "$$python" -m venv --clear --without-pip .venv; \
echo "Installing into .venv (a minute or two the first time) ..." >&2; \
$$pip --python $(BIN)/python install $(PIP_FLAGS) $(if $(2),--no-compile) --editable ".[$(1)$(if $(2),$(comma)$(2))]"
endef

# The first Python that is new enough; and a pip that can install for another Python (22.3 and later).
define find_python
python=; for each in "$(PYTHON)" python3.13 python3.12 python3.11; do \
  if "$$each" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; \
  then python=$$each; break; fi; done; \
if [ -z "$$python" ]; then \
  echo "Syndicate needs Python 3.11 or newer; name it with PYTHON=/path/to/python3." >&2; exit 2; fi
endef
define find_pip
pip=; for each in "$$python -m pip" "python3 -m pip" pip3 pip; do \
  if $$each --python "$$(command -v "$$python")" --version >/dev/null 2>&1; then pip=$$each; break; fi; done; \
if [ -z "$$pip" ]; then \
  echo "Syndicate needs pip 22.3 or newer; on Debian: apt-get install python3-pip." >&2; exit 2; fi
endef
