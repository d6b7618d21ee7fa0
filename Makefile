# The few commands that anyone needs. What each does is in the script that it calls.

PYTHON ?= python3
INSTALLED := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help up test lint lock messages screenshots bench smoke backup restore env

help:           ## this list
	@sed -n 's/^\([a-z]*\): *## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

up:             ## run all of it on this machine, for a trial
	@$(PYTHON) -m deploy.local.up

test:           ## run every test; installs what that needs
	@$(PYTHON) -m deploy.local.development --with-browser
	@$(INSTALLED) -m pytest --numprocesses 2

lint:           ## check style, types, templates and migrations
	@$(PYTHON) -m deploy.local.development
	@scripts/lint

lock:           ## pin every requirement anew
	@scripts/lock

messages:       ## collect texts for translation, and compile them
	@$(PYTHON) -m deploy.local.development
	@$(INSTALLED) scripts/messages

screenshots:    ## remake docs/images/
	@$(PYTHON) -m deploy.local.development --with-browser
	@$(INSTALLED) scripts/screenshots

bench:          ## measure starts, faults and pages beside a bare JupyterHub
	@$(PYTHON) -m deploy.local.development --for-bench
	@$(INSTALLED) -m bench

smoke:          ## try the whole in containers on this machine's Docker engine, from nothing
	@$(PYTHON) -m deploy.local.development --with-browser
	@$(INSTALLED) -m pytest tests/smoke --timeout 420 --session-timeout 480

backup:         ## copy databases and homes of the running containers
	@scripts/backup

restore:        ## put a copy back: make restore FROM=backups/DATE
	@scripts/restore $(FROM)

env:            ## write .env for docker compose, with fresh secrets
	@$(PYTHON) scripts/env
