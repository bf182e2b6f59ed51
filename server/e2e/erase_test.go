package e2e_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// orders counts the orders to erase that stand in a server's journal.
func orders(t *testing.T, data string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(data, "journal", "log"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(content), `"kind":"erased"`)
}

// TestEraseOutlivesAKill kills the server as soon as an order is in the journal, while others are under way. Whatever the
// journal has the order of is erased when the server stands again, and nothing else is.
func TestEraseOutlivesAKill(t *testing.T) {
	const rounds, atOnce = 3, 4
	data := t.TempDir()
	s := serve(t, data, "127.0.0.1:0")
	for range rounds {
		nurse := signIn(t, s.url(), "sato", "tablet-a")
		var ids []string
		for n := range atOnce {
			answer, err := nurse.write(t.Context(), create(t, shared, 60+uint32(n)))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, hex.EncodeToString(answer.GetReceipt().GetMutationId()))
		}
		before := orders(t, data)
		var commands sync.WaitGroup
		for _, id := range ids {
			commands.Go(func() { // most of them are cut off
				_, _ = tsunagu(t, nil, "erase", "--data", data, "--stream", shared+"/care", "--record", id, "--order-reference", "2026-17", "--yes")
			})
		}
		for deadline := time.Now().Add(patience); orders(t, data) == before; {
			if time.Now().After(deadline) {
				t.Fatal("no order comes into the journal")
			}
		}
		s.kill(t)
		commands.Wait()
		s = serve(t, data, s.address)
	}
	var stats struct{ ErasuresOpen int }
	if err := json.Unmarshal([]byte(done(t, "stats", "--data", data, "--json")), &stats); err != nil || stats.ErasuresOpen != 0 {
		t.Errorf("%d orders are open, %v", stats.ErasuresOpen, err)
	}
	log, err := os.ReadFile(filepath.Join(data, "journal", "log"))
	if err != nil {
		t.Fatal(err)
	}
	erased, readable := 0, 0
	for _, item := range signIn(t, s.url(), "ito", "console").timeline(t, shared) {
		id := hex.EncodeToString(item.GetRecord().GetId())
		gone := item.GetRecord().GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED
		if ordered := strings.Contains(string(log), `"record":"`+id+`"`); gone != ordered {
			t.Errorf("a record is erased: %v, an order for it is in the journal: %v", gone, ordered)
		}
		if gone {
			erased++
		} else {
			readable++
		}
	}
	t.Logf("%d records are erased, %d are not", erased, readable)
	s.stop(t)
	verify(t, data)
}
