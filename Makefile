# Commands for users and developers. Each calls a script.

PYTHON ?= python3
INSTALLED := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help up test lint lock messages screenshots bench smoke smoke-kubernetes faults-kubernetes backup restore env pin

help:           ## this list
	@sed -n 's/^\([a-z-]*\): *## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 26

up:             ## run everything on this machine, for a trial
	@$(PYTHON) -m deploy.local.up

test:           ## run every test; installs what they need
	@$(PYTHON) -m deploy.local.development --with-browser
	@$(INSTALLED) -m pytest --numprocesses 2

lint:           ## check style, types, templates and migrations
	@$(PYTHON) -m deploy.local.development
	@scripts/lint

lock:           ## pin every requirement again
	@scripts/lock

messages:       ## collect texts for translation, and compile them
	@$(PYTHON) -m deploy.local.development
	@$(INSTALLED) scripts/messages

screenshots:    ## redraw docs/images/
	@$(PYTHON) -m deploy.local.development --with-browser
	@$(INSTALLED) scripts/screenshots

bench:          ## measure starts, faults and pages beside a bare JupyterHub
	@$(PYTHON) -m deploy.local.development --for-bench
	@$(INSTALLED) -m bench

smoke:          ## build, start and test the containers on this machine's Docker engine
	@$(PYTHON) -m deploy.local.development --with-browser
	@$(INSTALLED) -m pytest tests/smoke --timeout 420 --session-timeout 900

smoke-kubernetes: ## the same on the cluster that kubectl reaches
	@$(PYTHON) -m deploy.local.development --with-browser
	@$(INSTALLED) -m pytest tests/smoke_kubernetes --timeout 420 --session-timeout 900

faults-kubernetes: ## hold the cluster's own parts, on its node
	@$(PYTHON) -m deploy.local.development --with-browser
	@$(INSTALLED) -m pytest tests/faults_kubernetes --timeout 420 --session-timeout 1200

backup:         ## back up databases and homes of the running containers
	@scripts/backup

restore:        ## restore a backup: make restore FROM=backups/DATE
	@scripts/restore $(FROM)

env:            ## write .env for docker compose, with new secrets
	@$(PYTHON) scripts/env

pin:            ## pin the base images by digest in .env, for a new build
	@scripts/pin
