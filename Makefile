# Every target sets up what it needs first (deploy/bootstrap.sh) and is quick the second time.
SHELL := /bin/bash
BIN := .venv/bin
# Keep what Python compiled, also where the environment says not to: `make test` starts some two hundred processes.
export PYTHONDONTWRITEBYTECODE :=
.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench docs audit down lock

help: ## 显示这些命令 show these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## 启动全部并演示一个工作日 bring everything up, import the sample weeks and play a working day
	@deploy/bootstrap.sh demo
	@$(BIN)/songda demo

test: lint ## 全部检查与测试 all checks and tests
	@echo "==> 测试 pytest"
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: ## 静态检查 ruff, mypy --strict, import rules
	@deploy/bootstrap.sh test
	@echo "==> ruff check"
	@$(BIN)/ruff check --quiet .
	@echo "==> ruff format --check"
	@$(BIN)/ruff format --quiet --check .
	@echo "==> mypy"
	@$(BIN)/mypy
	@echo "==> 依赖方向 import rules"
	@$(BIN)/lint-imports --no-logo

format: ## 统一格式 format the code and repair what ruff can
	@deploy/bootstrap.sh demo
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: ## 性能测量 figures, each beside its raw limit
	@deploy/bootstrap.sh demo
	@$(BIN)/python -m bench

docs: ## 生成文档 write docs/rules.md, docs/openapi.json, the JSON Schemas and the AsyncAPI documents anew
	@deploy/bootstrap.sh demo
	@$(BIN)/songda contracts generate
	@$(BIN)/songda docs rules
	@$(BIN)/songda docs api

audit: ## 依赖清单与已知漏洞 bills of materials of all dependencies, and the known holes in them
	@deploy/bootstrap.sh demo
	@deploy/audit.sh

down: ## 停止本机环境 stop what `make demo` or `songda up` left running; the data is kept
	@if [ -x $(BIN)/songda ]; then $(BIN)/songda down; else echo "没有在运行 nothing was running."; fi

lock: ## 更新锁定的版本 resolve the newest versions of all dependencies into requirements.lock
	@deploy/bootstrap.sh demo
	@deploy/lock.sh
