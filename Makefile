# What a newcomer types. Every target installs what it is missing and says so (scripts/packages.txt, tests/requirements.txt);
# with everything there, that costs a tenth of a second. Nothing is written into the tree but build/ and .venv/.
PREFIX ?= /usr/local
DESTDIR ?=

.DEFAULT_GOAL := build
.PHONY: help demo build check test soak bench fuzz coverage format lint install

help:
	@echo "make demo     the whole of it on a real model: publish, serve, resolve"
	@echo "make build    the executable, build/tfhub, and what make check runs"
	@echo "make check    the unit tests alone: under two minutes after a build"
	@echo "make test     every test, with sanitizers and real clients"
	@echo "make soak     SECONDS=600 of everything at once, kills and outages too"
	@echo "make bench    the benchmarks, as ratios to peers in the same run"
	@echo "make fuzz     SECONDS=60 for each reader of foreign files: libFuzzer"
	@echo "make coverage which lines and branches of each room the tests reach: an hour"
	@echo "make format   clang-format on every source file"
	@echo "make lint     include directions, format, documented settings, clang-tidy"
	@echo "make install  PREFIX=$(PREFIX), DESTDIR for packagers"

demo:
	@scripts/install_packages.sh build
	@scripts/build.sh release tfhub
	@scripts/python_env.sh
	@scripts/demo.sh

build:
	@scripts/install_packages.sh build
	@scripts/build.sh release all unit_tests

check:
	@scripts/install_packages.sh build
	@scripts/build.sh release unit_tests
	@ctest --test-dir build -L unit -j2 --no-tests=error --output-on-failure

test:
	@scripts/test.sh

soak:
	@SOAK_SECONDS=$(or $(SECONDS),600) scripts/test.sh soak

bench:
	@scripts/install_packages.sh build bench
	@scripts/python_env.sh tests
	@scripts/build.sh release -DTFHUB_BENCH=ON
	@scripts/python_package.sh
	@.venv/bin/python bench/run.py

fuzz:
	@scripts/install_packages.sh build fuzz
	@scripts/fuzz.sh $(SECONDS)

coverage:
	@scripts/install_packages.sh build test coverage
	@scripts/python_env.sh tests
	@scripts/coverage.sh

format:
	@scripts/install_packages.sh lint
	@scripts/format.sh

lint:
	@scripts/install_packages.sh build lint
	@scripts/lint.sh

install:
	@scripts/install_packages.sh build
	@scripts/build.sh release
	@DESTDIR="$(DESTDIR)" cmake --install build --prefix "$(PREFIX)"
