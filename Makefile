# Everything needs only Go, GNU make and the Go module proxy.

BUF   := go tool -modfile=proto/tools/buf/go.mod buf
IMAGE := testdata/wire/image.binpb
SEEDS ?= 200

# The library of Firebase links a gRPC client for storage that nothing here uses: without it the server is a quarter smaller.
export GOFLAGS := $(strip $(GOFLAGS) -tags=disable_grpc_modules)

.DEFAULT_GOAL := help
.PHONY: help run test bench sim alarms sim-planted generate lint breaking wire-image build

help: ## List these targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Run the demo: a server and several tablets on this machine.
	go run ./mobile-sdk/go/cmd/demo

test: ## Run everything that must pass before a merge.
	go vet ./...
	$(MAKE) --no-print-directory lint breaking
	go test -race -timeout 11m ./...

bench: ## Measure the server and its stores.
	go run ./server/internal/bench

sim: ## Simulate synchronisation with SEEDS seeds (default 200).
	go run ./sync/simtest/cmd/sim -seeds $(SEEDS)

alarms: ## Measure the clinical rules on 50 made-up stations and homes.
	go run ./sync/simtest/cmd/alarms

sim-planted: ## Show that the simulation finds bugs that were planted on purpose.
	go run ./sync/simtest/cmd/planted

generate: ## Generate Go code from the protobuf contract into proto/gen.
	$(BUF) generate --template proto/buf.gen.yaml

lint: ## Check the formatting of Go code and the style of the contract.
	@unformatted=$$(find . -name '*.go' -not -path './proto/gen/*' -not -path '*/node_modules/*' -exec gofmt -l {} +) \
		&& if [ -n "$$unformatted" ]; then printf 'run gofmt -w on:\n%s\n' "$$unformatted"; exit 1; fi
	$(BUF) lint

breaking: ## Check that the contract still fits the wire format that was shipped.
	@if [ -f $(IMAGE) ]; then \
		echo '$(BUF) breaking --against $(IMAGE)'; \
		$(BUF) breaking --against $(IMAGE); \
	else \
		echo 'no $(IMAGE) yet: nothing to compare with'; \
	fi

wire-image: ## Record the contract of today as the one that later versions must fit.
	mkdir -p $(dir $(IMAGE))
	$(BUF) build --path proto/tsunagu -o $(IMAGE)

build: ## Compile every package.
	go build ./...
