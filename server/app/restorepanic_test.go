package app

import (
	"bytes"
	"io"
	"path/filepath"
	"testing"

	"github.com/tsunagu-care/tsunagu/server/config"
)

// panicking is a backup that a fault of the program cuts off.
type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("a fault of the program") }

// TestARestoreThatPanicsLeavesNothing that a server could take for a whole one, wherever in the backup it was.
func TestARestoreThatPanicsLeavesNothing(t *testing.T) {
	r := start(t, settings(t), onDisk)
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	content := backedUp(t, r)
	for _, n := range []int{0, len(content) / 2, len(content) - 1} {
		into := Restoring{
			Storage: config.Storage{Data: filepath.Join(t.TempDir(), "new")},
			In:      io.MultiReader(bytes.NewReader(content[:n]), panicking{}),
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the fault is hidden")
				}
			}()
			_, _ = Restore(t.Context(), into)
		}()
		if full, err := holdsFiles(into.Data); err != nil || full {
			t.Errorf("cut off at byte %d: something is left: %v", n, err)
		}
	}
}
