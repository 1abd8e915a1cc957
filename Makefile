# make run: set up, build the demo, open the window.  make test: set up, run all tests.
.PHONY: setup run test lint benchmark translations screenshots clean

setup:
	@bash packaging/setup.sh

run: setup
	@bash packaging/run_demo.sh

test: setup
	.venv/bin/python -m pytest

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

benchmark: setup
	.venv/bin/python -m tests.benchmarks

translations: setup
	.venv/bin/python packaging/translations.py

screenshots: setup
	.venv/bin/python -m viewer.screenshot_modes build/demo/project build/screenshots

clean:
	rm -rf build dist .venv
