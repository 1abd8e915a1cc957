# make run: set up, build the demo, open the window.  make test: set up, run all tests.
.PHONY: setup run test lint benchmark clean

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

clean:
	rm -rf build dist .venv
