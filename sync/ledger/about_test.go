package ledger_test

import (
	"bytes"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func TestAMutationIsAboutOneRecord(t *testing.T) {
	own, named := bytes.Repeat([]byte{1}, 16), bytes.Repeat([]byte{2}, 16)
	for n := range syncv1.Operation_name {
		operation := syncv1.Operation(n)
		want := named
		if operation == syncv1.Operation_OPERATION_CREATE {
			want = own
		}
		for _, c := range []struct{ record, want []byte }{{named, want}, {nil, own}, {named[:15], own}} {
			m := &syncv1.Mutation{Id: own, RecordId: c.record, Operation: operation}
			if got := ledger.About(m); !bytes.Equal(got, c.want) {
				t.Errorf("%v that names %x is about %x, want %x", operation, c.record, got, c.want)
			}
		}
	}
}
