// Package arrows_test checks which package may import which, and that the core
// stays a pure function of its inputs.
//
// It lives in a folder without a package of its own: an importable package here
// would shadow sync of the standard library.
package arrows_test

import "testing"

// rule is one row of the table: what the packages in from may do, and why.
//
// Patterns are those of the go command: "net/..." is net and everything below
// it. One that begins with "./" is a folder of this module, any other is an
// import path.
type rule struct {
	name   string
	reason string
	from   []string
	except []string // folders of from that the rule leaves alone

	ours   []string // the only packages of this module allowed; nil allows all
	others []string // the only packages of other modules allowed; nil allows all
	never  []string // forbidden, whatever ours and others say
	pure   bool     // forbids clocks and goroutines in the source
	absent bool     // forbids the package to exist
}

var (
	core     = []string{"./sync/care/...", "./sync/chart/...", "./sync/sheet/...", "./sync/merge/...", "./sync/hub/...", "./sync/replica/...", "./sync/seal/...", "./sync/ledger/...", "./sync/blob/...", "./sync/planted/..."}
	port     = []string{"./sync/store"}
	memory   = []string{"./sync/store/memory/..."}
	contract = []string{"./proto/gen/..."}

	// stubs are the generated clients and handlers: they bring in the network.
	stubs = []string{"./proto/gen/...connect"}

	protobuf = []string{"google.golang.org/protobuf/...", "buf.build/gen/go/bufbuild/protovalidate/..."}
	validate = []string{"buf.build/go/protovalidate/..."}

	// impure packages reach for the world, where a pure core is handed it.
	impure = []string{
		"net/...", "os/...", "syscall/...", "log/...",
		"math/rand/...", "crypto/rand/...",
	}

	synthetic = []string{"./sync/synthetic/..."}

	// tables reads the files of the engine that server and tablets both stand on.
	tables = []string{"./sync/store/badgertables/..."}

	// ways lead out of the server, to people.
	ways = []string{"./server/internal/push/...", "./server/internal/fcm/...", "./server/internal/webhook/...", "./server/internal/mail/..."}

	badger   = []string{"./server/internal/badger/..."}
	postgres = []string{"./server/internal/postgres/..."}
)

// rules is the table of arrows.
var rules = []rule{
	{
		name:   "core knows only itself",
		reason: "tablets and server run the same core, so it must not know either of them, nor how bytes travel or are kept",
		from:   core,
		ours:   join(core, port, contract),
		others: join(protobuf, validate, []string{"golang.org/x/text/unicode/norm"}), // search folds what Unicode writes twice
		never:  stubs,
	},
	{
		name:   "core and port are pure",
		reason: "a simulation can repeat a run from its seed only if time, randomness and order come in as arguments",
		from:   join(core, port, memory),
		never:  impure,
		pure:   true,
	},
	{
		name:   "port knows no engine",
		reason: "every engine must satisfy the port, so the port must favour none",
		from:   join(port, memory),
		ours:   join(core, port, memory, contract),
		others: protobuf,
		never:  stubs,
	},
	{
		name:   "tables are only read",
		reason: "server and tablets check the files of one engine and may not know each other; what they share must not know them either, nor open or change a file",
		from:   tables,
		ours:   tables,
		others: join(protobuf, []string{"github.com/dgraph-io/badger/v4/fb", "github.com/dgraph-io/badger/v4/pb", "github.com/klauspost/compress/snappy"}),
		never:  impure,
		pure:   true,
	},
	{
		name:   "badger engine keeps to its driver",
		reason: "an engine is exchangeable only if nothing but the port leads to it",
		from:   badger,
		ours:   join(core, port, contract, badger, tables),
		others: join(protobuf, []string{"github.com/dgraph-io/badger/...", "github.com/dgraph-io/ristretto/..."}),
		never:  stubs,
	},
	{
		name:   "postgres engine keeps to its driver",
		reason: "an engine is exchangeable only if nothing but the port leads to it",
		from:   postgres,
		ours:   join(core, port, contract, postgres),
		others: join(protobuf, []string{"github.com/jackc/pgx/...", "github.com/jackc/puddle/..."}),
		never:  stubs,
	},
	{
		name:   "photos and files are kept apart",
		reason: "where they lie is exchangeable, and whoever keeps them must not decide who may have them",
		from:   []string{"./server/internal/blobs/..."},
		ours:   []string{"./sync/blob", "./sync/ledger", "./sync/store", "./proto/gen/tsunagu/store/...", "./proto/gen/tsunagu/sync/...", "./server/internal/blobs/..."},
		others: join(protobuf, []string{"github.com/minio/minio-go/...", "golang.org/x/image/..."}),
		never:  stubs,
	},
	{
		name:   "api knows no server",
		reason: "handlers are given what they need, so that tests and any server can hold them; only a program reads its environment",
		from:   []string{"./api/..."},
		ours:   join(core, port, contract, []string{"./api/..."}),
		others: join(protobuf, validate, []string{"connectrpc.com/..."}),
		never:  []string{"os/..."},
	},
	{
		name:   "tablets know no server",
		reason: "what a tablet links must be the core and the contract; the demo starts the server as a process of its own",
		from:   []string{"./mobile-sdk/go/..."},
		ours:   join(core, port, memory, contract, synthetic, tables, []string{"./mobile-sdk/go/...", "./sync/scenario/..."}),
	},
	{
		name:   "server knows no tablet",
		reason: "the contract is all that a server may assume about a tablet",
		from:   []string{"./server/..."},
		except: []string{"./server/internal/bench/...", "./server/e2e/..."},
		never:  []string{"./mobile-sdk/..."},
	},
	{
		name:   "synthetic data comes from its seed",
		reason: "a seed names the same world on every machine and for ever, so nothing but it may decide anything",
		from:   synthetic,
		ours:   join(contract, []string{"./sync/care/..."}),
		others: protobuf,
		never:  join(stubs, impure),
		pure:   true,
	},
	{
		name:   "server and tablets make nothing up",
		reason: "invented people belong into demos, measurements and tests, and must not be linked into what real people use",
		from:   []string{"./server/...", "./mobile-sdk/...", "./api/..."},
		except: []string{"./server/internal/bench/...", "./server/e2e/...", "./mobile-sdk/go/cmd/demo/..."},
		never:  synthetic,
	},
	{
		name:   "one package knows Firebase",
		reason: "whoever forwards a push is exchangeable only if one package speaks its language",
		from:   []string{"./..."},
		except: []string{"./server/internal/fcm/..."},
		never:  []string{"firebase.google.com/..."},
	},
	{
		name:   "ways out of the server see no chart",
		reason: "what cannot read a chart cannot send one: a push is put together without anything about a patient",
		from:   ways,
		ours:   join(ways, []string{"./proto/gen/tsunagu/alert/v1", "./proto/gen/tsunagu/care/v1", "./proto/gen/tsunagu/store/v1"}),
		never:  stubs,
	},
	{
		name:   "who is told when is a pure function",
		reason: "nights, hand-overs and restarts can be tried in milliseconds only if the time comes in as an argument",
		from:   []string{"./server/internal/escalation/..."},
		ours:   join(core, contract, []string{"./server/internal/escalation/..."}),
		others: protobuf,
		never:  join(stubs, impure),
		pure:   true,
	},
	{
		name:   "sync is a folder only",
		reason: "an importable package named sync would shadow the standard library's",
		from:   []string{"./sync"},
		absent: true,
	},
}

// TestArrows checks every non-test file of the module, also those behind build
// tags, which compilers and most other checks pass over.
func TestArrows(t *testing.T) {
	files, err := sources("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		for _, found := range check(file, rules) {
			t.Error(found)
		}
	}
}

// join returns a new list, so that no rule shares memory with another.
func join(lists ...[]string) []string {
	joined := []string{}
	for _, list := range lists {
		joined = append(joined, list...)
	}
	return joined
}
