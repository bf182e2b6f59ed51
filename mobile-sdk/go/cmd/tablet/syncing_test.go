package main

import (
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestWhatTheServerHadAlready: only entries that were open before count, and only those that it says it knew.
func TestWhatTheServerHadAlready(t *testing.T) {
	own := func(id byte, answered, repeated bool) replica.Own {
		o := replica.Own{MutationID: replica.ID{id}}
		if answered {
			o.Result = &syncv1.MutationResult{Repeated: repeated}
		}
		return o
	}
	before := []replica.Own{own(1, false, false), own(2, false, false), own(3, true, true), own(4, false, false)}
	after := []replica.Own{own(1, true, true), own(2, true, false), own(3, true, true), own(4, false, false), own(5, true, true)}
	if n := knownBefore(before, after); n != 1 {
		t.Errorf("%d entries were known before", n)
	}
}
