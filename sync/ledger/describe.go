package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Descriptions returns the hash of what streams are: of id, chart, class and organisation of each, in order of id. A
// device that got the same streams described has the same hash; they may come in any order. 32 bytes.
func Descriptions(streams []*syncv1.StreamDescription) []byte {
	sorted := slices.SortedFunc(slices.Values(streams), func(a, b *syncv1.StreamDescription) int {
		return strings.Compare(a.GetStreamId(), b.GetStreamId())
	})
	h := sha256.New()
	var b []byte
	text := func(s string) { b = append(binary.BigEndian.AppendUint64(b, uint64(len(s))), s...) }
	for _, s := range sorted {
		b = b[:0]
		text(s.GetStreamId())
		text(s.GetInfo().GetChartId())
		b = binary.BigEndian.AppendUint64(b, uint64(s.GetInfo().GetStreamClass()))
		text(s.GetInfo().GetOrganisationId())
		h.Write(b)
	}
	return h.Sum(nil)
}
