package blobs_test

import (
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/blob"
)

// TestBlindUploadTellsNothing: a device that may not read a stream brings a file there, and learns only once it has brought
// all of it that it is there now: not whether it was there before.
func TestBlindUploadTellsNothing(t *testing.T) {
	root := t.TempDir()
	v := open(t, root, bucketOf(t, root))
	data := content(3*blob.ChunkBytes/2 + 1)
	known, unknown := upload(data, "ward"), upload(data, "attacker")
	bring := func(u blob.Upload) (said []bool) {
		for chunk := range blob.Chunks(u.Size) {
			p, err := v.Begin(t.Context(), u)
			if err != nil {
				t.Fatal(err)
			}
			said = append(said, p.Complete)
			if p, err = v.Put(t.Context(), u, chunk, chunkOf(data, chunk)); err != nil {
				t.Fatal(err)
			}
			said = append(said, p.Complete)
		}
		return said
	}
	for i, complete := range bring(known) {
		if complete != (i == 3) {
			t.Errorf("the one who reads the stream, step %d: complete %t", i, complete)
		}
	}
	unknown.Blind = true
	for i, complete := range bring(unknown) {
		if complete != (i == 3) {
			t.Errorf("the one who does not, step %d: complete %t", i, complete)
		}
	}
	if p, err := v.Begin(t.Context(), known); err != nil || !p.Complete {
		t.Errorf("it is there: %+v, %v", p, err)
	}
}
