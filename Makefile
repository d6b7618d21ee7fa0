# The few commands that anyone needs. Each is one script; what it does is written there.
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help up test lint lock messages screenshots bench

help:           ## this list
	@sed -n 's/^\([a-z]*\): *## /  make \1\t/p' $(MAKEFILE_LIST)
up:             ## run all of Shaparak here; PORTAL_PORT, HUB_PORT and SHAPARAK_VAR move it
	@$(PYTHON) -m deploy.local.up
