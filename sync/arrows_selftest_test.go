package arrows_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// ours is the import path of a folder of this module.
func ours(folder string) string { return module + "/" + folder }

// importing is a file that does nothing but import.
func importing(imported string) string {
	return "package fake\n\nimport _ \"" + imported + "\"\n"
}

// using is a file with one statement that may name package time.
func using(statement string) string {
	return "package fake\n\nimport \"time\"\n\nvar _ time.Duration\n\nfunc _() { " + statement + " }\n"
}

// TestCheckerSeesViolations shows, for every rule, that the arrows can fail.
func TestCheckerSeesViolations(t *testing.T) {
	planted := []struct {
		dir, source, rule string
	}{
		{"sync/merge", importing(ours("server")), "core knows only itself"},
		{"sync/merge", importing(ours("api")), "core knows only itself"},
		{"sync/care", importing(ours("sync/store/memory")), "core knows only itself"},
		{"sync/hub", importing(ours("proto/gen/tsunagu/sync/v1/syncv1connect")), "core knows only itself"},
		{"sync/hub", importing("connectrpc.com/connect"), "core knows only itself"},
		{"sync/replica", importing("github.com/dgraph-io/badger/v4"), "core knows only itself"},
		{"sync/replica", importing("github.com/jackc/pgx/v5"), "core knows only itself"},
		{"sync/replica", importing("firebase.google.com/go/v4"), "core knows only itself"},
		{"sync/seal", importing("github.com/rs/zerolog"), "core knows only itself"},

		{"sync/care", importing("net"), "core and port are pure"},
		{"sync/care", importing("net/http"), "core and port are pure"},
		{"sync/care/inner", importing("os"), "core and port are pure"},
		{"sync/merge", importing("os/exec"), "core and port are pure"},
		{"sync/merge", importing("syscall"), "core and port are pure"},
		{"sync/hub", importing("log"), "core and port are pure"},
		{"sync/hub", importing("log/slog"), "core and port are pure"},
		{"sync/replica", importing("math/rand"), "core and port are pure"},
		{"sync/replica", importing("math/rand/v2"), "core and port are pure"},
		{"sync/seal", importing("crypto/rand"), "core and port are pure"},
		{"sync/store", importing("os"), "core and port are pure"},
		{"sync/store/memory", importing("net"), "core and port are pure"},

		{"sync/care", using("_ = time.Now()"), "core and port are pure"},
		{"sync/care", using("now := time.Now; now()"), "core and port are pure"},
		{"sync/care", using("time.Sleep(1)"), "core and port are pure"},
		{"sync/merge", using("<-time.After(1)"), "core and port are pure"},
		{"sync/merge", using("time.AfterFunc(1, nil)"), "core and port are pure"},
		{"sync/merge", using("<-time.Tick(1)"), "core and port are pure"},
		{"sync/hub", using("time.NewTimer(1)"), "core and port are pure"},
		{"sync/hub", using("time.NewTicker(1)"), "core and port are pure"},
		{"sync/replica", using("time.Since(time.Time{})"), "core and port are pure"},
		{"sync/replica", using("time.Until(time.Time{})"), "core and port are pure"},
		{"sync/seal", using("go func() {}()"), "core and port are pure"},
		{"sync/store/memory", using("time.Now()"), "core and port are pure"},
		{"sync/care", "package fake\n\nimport clock \"time\"\n\nvar _ = clock.Now()\n", "core and port are pure"},
		{"sync/care", "package fake\n\nimport . \"time\"\n\nvar _ = Now()\n", "core and port are pure"},
		{"sync/care", "//go:build never\n\n" + importing("os"), "core and port are pure"},

		{"sync/store", importing(ours("server/internal/badger")), "port knows no engine"},
		{"sync/store", importing("github.com/dgraph-io/badger/v4"), "port knows no engine"},
		{"sync/store/memory", importing("github.com/jackc/pgx/v5"), "port knows no engine"},

		{"sync/store/badgertables", importing("github.com/dgraph-io/badger/v4"), "tables are only read"},
		{"sync/store/badgertables", importing(ours("server/internal/badger")), "tables are only read"},
		{"sync/store/badgertables", importing("os"), "tables are only read"},

		{"server/internal/badger", importing(ours("api")), "badger engine keeps to its driver"},
		{"server/internal/badger", importing(ours("server/internal/postgres")), "badger engine keeps to its driver"},
		{"server/internal/badger", importing("github.com/jackc/pgx/v5"), "badger engine keeps to its driver"},
		{"server/internal/postgres", importing(ours("api/care")), "postgres engine keeps to its driver"},
		{"server/internal/postgres", importing(ours("server/internal/badger")), "postgres engine keeps to its driver"},
		{"server/internal/postgres", importing("github.com/dgraph-io/badger/v4"), "postgres engine keeps to its driver"},

		{"server/internal/blobs", importing(ours("api")), "photos and files are kept apart"},
		{"server/internal/blobs", importing(ours("sync/hub")), "photos and files are kept apart"},
		{"server/internal/blobs", importing("github.com/rs/zerolog"), "photos and files are kept apart"},

		{"api", importing("os"), "api knows no server"},
		{"api", importing(ours("server/internal/config")), "api knows no server"},
		{"api/care", importing(ours("server/internal/badger")), "api knows no server"},
		{"api", importing(ours("sync/store/memory")), "api knows no server"},
		{"api", importing("github.com/dgraph-io/badger/v4"), "api knows no server"},

		{"mobile-sdk/go", importing(ours("api")), "tablets know no server"},
		{"mobile-sdk/go/inner", importing(ours("server")), "tablets know no server"},
		{"mobile-sdk/go/cmd/demo", importing(ours("server/cmd/tsunagu")), "tablets know no server"},

		{"server", importing(ours("mobile-sdk/go")), "server knows no tablet"},
		{"server/internal/push", importing(ours("mobile-sdk/go/inner")), "server knows no tablet"},

		{"sync/synthetic", importing("math/rand/v2"), "synthetic data comes from its seed"},
		{"sync/synthetic", importing(ours("sync/replica")), "synthetic data comes from its seed"},
		{"sync/synthetic", using("_ = time.Now()"), "synthetic data comes from its seed"},

		{"server/app", importing(ours("sync/synthetic")), "server and tablets make nothing up"},
		{"mobile-sdk/go", importing(ours("sync/synthetic")), "server and tablets make nothing up"},
		{"mobile-sdk/go/cmd/tablet", importing(ours("sync/synthetic")), "server and tablets make nothing up"},

		{"server/internal/alarm", importing("firebase.google.com/go/v4/messaging"), "one package knows Firebase"},
		{"api", importing("firebase.google.com/go/v4"), "one package knows Firebase"},

		{"server/internal/fcm", importing(ours("sync/store")), "ways out of the server see no chart"},
		{"server/internal/mail", importing(ours("sync/hub")), "ways out of the server see no chart"},
		{"server/internal/push", importing(ours("proto/gen/tsunagu/chart/v1")), "ways out of the server see no chart"},

		{"server/internal/escalation", importing(ours("sync/store/memory")), "who is told when is a pure function"},
		{"server/internal/escalation", importing("os"), "who is told when is a pure function"},
		{"server/internal/escalation", using("_ = time.Now()"), "who is told when is a pure function"},

		{"sync", "package sync\n", "sync is a folder only"},
	}

	seen := map[string]bool{}
	for _, p := range planted {
		seen[p.rule] = true
		if broken := brokenRules(t, p.dir, p.source); !slices.Contains(broken, p.rule) {
			t.Errorf("in %s the checker does not see that %q breaks %q; it sees %q", p.dir, p.source, p.rule, broken)
		}
	}
	for _, r := range rules {
		if !seen[r.name] {
			t.Errorf("nothing shows that the rule %q can fail", r.name)
		}
		if r.reason == "" {
			t.Errorf("the rule %q has no reason", r.name)
		}
	}
}

// TestCheckerAllowsTheRest shows that the rules leave room to work in.
func TestCheckerAllowsTheRest(t *testing.T) {
	for _, fine := range []struct{ dir, source string }{
		{"sync/hub", importing(ours("sync/care"))},
		{"sync/hub", importing(ours("proto/gen/tsunagu/care/v1"))},
		{"sync/hub", importing("buf.build/go/protovalidate")},
		{"sync/hub", importing("google.golang.org/protobuf/proto")},
		{"sync/hub", importing("network")},
		{"sync/seal", importing("crypto/sha256")},
		{"sync/merge", using("_ = time.Unix(0, 0).Add(time.Second)")},
		{"sync/store/memory", importing(ours("sync/store"))},
		{"sync/simtest", importing("math/rand/v2")},
		{"sync/synthetic", importing(ours("sync/care"))},
		{"mobile-sdk/go/cmd/demo", importing(ours("sync/synthetic"))},
		{"server/internal/bench", importing(ours("sync/synthetic"))},
		{"server/internal/badger", importing("github.com/dgraph-io/badger/v4/options")},
		{"server/internal/badger", importing("os")},
		{"server/internal/postgres", importing("github.com/jackc/pgx/v5/pgxpool")},
		{"api", importing("connectrpc.com/connect")},
		{"api", importing(ours("proto/gen/tsunagu/care/v1/carev1connect"))},
		{"mobile-sdk/go", importing(ours("proto/gen/tsunagu/care/v1/carev1connect"))},
		{"mobile-sdk/go/cmd/demo", importing("os/exec")},
		{"server/cmd/tsunagu", importing(ours("api"))},
		{"server/internal/bench", importing(ours("mobile-sdk/go"))},
		{"server/e2e", importing(ours("mobile-sdk/go"))},
	} {
		if broken := brokenRules(t, fine.dir, fine.source); len(broken) > 0 {
			t.Errorf("in %s the checker says that %q breaks %q", fine.dir, fine.source, broken)
		}
	}
}

// TestSourcesFindsEveryFileThatCounts shows which files the arrows look at.
func TestSourcesFindsEveryFileThatCounts(t *testing.T) {
	root := t.TempDir()
	plant(t, root, "sync/care/plain.go", "package care\n")
	plant(t, root, "sync/care/tagged.go", "//go:build never\n\npackage care\n")
	plant(t, root, "sync/care/other_windows.go", "package care\n")
	plant(t, root, "sync/care/plain_test.go", "not even Go")
	plant(t, root, "sync/care/testdata/fake.go", "not even Go")
	plant(t, root, "node_modules/fake.go", "not even Go")
	plant(t, root, "tools/go.mod", "module tools\n")
	plant(t, root, "tools/fake.go", "not even Go")

	files, err := sources(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 3 {
		t.Errorf("found %d files, want plain.go, tagged.go and other_windows.go", len(files))
	}
	for _, file := range files {
		if file.pkg != ours("sync/care") {
			t.Errorf("found a file of %s", file.pkg)
		}
	}
}

func brokenRules(t *testing.T, dir, content string) []string {
	t.Helper()
	file, err := parse(dir+"/fake.go", []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, found := range check(file, rules) {
		names = append(names, found.rule.name)
	}
	return names
}

func plant(t *testing.T, root, name, content string) {
	t.Helper()
	full := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
