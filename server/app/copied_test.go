package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/sync/blob"

	blobv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1"
)

// begun opens an upload that may be copied, and returns what the server says.
func begun(t *testing.T, c *client, to, from attached) *blobv1.BeginResponse {
	t.Helper()
	answer, err := c.blob().Begin(t.Context(), connect.NewRequest(&blobv1.BeginRequest{Blob: to.name, CopyFrom: from.name}))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg
}

// TestOnlyTheSameFileIsCopied: what the two records say of it has to fit, content and size; if not, its upload begins.
func TestOnlyTheSameFileIsCopied(t *testing.T) {
	sato := h2c(t, start(t, settings(t))).signedIn(t, "sato", "tablet-a")
	data := bytes.Repeat([]byte("wound "), blob.ChunkBytes/3)
	from := attach(t, sato, "chart-0001", data)
	from.bring(t, sato)
	for _, c := range []struct { // the last one is there for the whole stream
		name string
		to   attached
		want blobv1.BlobState
	}{
		{"another size", attachSized(t, sato, "chart-0002", data, len(data)-1), blobv1.BlobState_BLOB_STATE_ABSENT},
		{"another content", attach(t, sato, "chart-0002", bytes.ToUpper(data)), blobv1.BlobState_BLOB_STATE_ABSENT},
		{"the same", attach(t, sato, "chart-0002", data), blobv1.BlobState_BLOB_STATE_COMPLETE},
	} {
		if got := begun(t, sato, c.to, from); got.GetState() != c.want || got.GetNextChunk() != 0 {
			t.Errorf("%s: %v", c.name, got)
		}
		state, err := sato.blob().Stat(t.Context(), connect.NewRequest(&blobv1.StatRequest{Blob: c.to.name}))
		if err != nil || state.Msg.GetState() != c.want {
			t.Errorf("%s: then %v, %v", c.name, state.Msg, err)
		}
	}
}

// TestNothingIsLearntByCopying: whoever may bring a file to a chart that they may not read any more, and names as its
// source a record whose file is not here, is told the same whether the chart has it or not.
func TestNothingIsLearntByCopying(t *testing.T) {
	c := settings(t)
	raw, err := os.ReadFile(c.Directory)
	if err != nil {
		t.Fatal(err)
	}
	c.Directory = filepath.Join(t.TempDir(), "directory.yaml")
	if err := os.WriteFile(c.Directory, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, c)
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	data := []byte("a photo that the chart has already")
	there := attach(t, sato, "chart-0001", data)
	there.name.MutationId = there.name.GetRecordId()
	there.bring(t, sato)
	missing := attach(t, sato, "chart-0002", data)
	endAssignment(t, r, c)
	if _, err := there.fetch(t.Context(), sato, 0); connect.CodeOf(err) != connect.CodeNotFound {
		t.Fatalf("she may still read it: %v", err)
	}
	if got := begun(t, sato, there, missing); got.GetState() != blobv1.BlobState_BLOB_STATE_ABSENT || got.GetNextChunk() != 0 {
		t.Errorf("she learns that it is there: %v", got)
	}
	missing.bring(t, sato) // now it may be copied, and she knows it anyway
	if got := begun(t, sato, there, missing); got.GetState() != blobv1.BlobState_BLOB_STATE_COMPLETE {
		t.Errorf("%v", got)
	}
}

// endAssignment takes chart-0001 from sato.
func endAssignment(t *testing.T, r *running, c config.Server) {
	t.Helper()
	raw, err := os.ReadFile(c.Directory)
	if err != nil {
		t.Fatal(err)
	}
	const grant = "{person: sato, charts: [chart-0001, chart-0002, chart-0003]"
	ended := strings.Replace(string(raw), grant, "{person: sato, charts: [chart-0002, chart-0003]", 1)
	if ended == string(raw) {
		t.Fatal("the directory gives sato something else")
	}
	if err := os.WriteFile(c.Directory, []byte(ended), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Reload(); err != nil {
		t.Fatal(err)
	}
}
