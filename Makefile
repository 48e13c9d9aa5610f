# The only front door. Each target is a script in tools/ that says what it does.
.DEFAULT_GOAL := help
.PHONY: help run test check bench demo dist

help: ## these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: ## build everything, start the server with the default data folder, open the browser
	@tools/run

test: ## every suite, on both databases: Rust, S3, web, real client, browser
	@tools/test

check: ## formatting, lints, licences, tidy
	@tools/check

bench: ## Runstead against its goals and beside other systems; what the time of an answer tells; the web app with 10,000 runs
	@tools/bench

demo: ## a server with a demo project, trained on the spot
	@tools/demo

dist: ## one archive to give away: binary, licence, checksums
	@tools/dist
