package sdk

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/blobs"
	"github.com/tsunagu-care/tsunagu/sync/blob"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1/blobv1connect"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Limits of photos and files on a tablet.
const (
	defaultBlobCache = 256 << 20
	maxBlobsOfSync   = 200 // what is left over is sent by the next one
	extraChunks      = 64  // that a server may ask for again in one upload
)

// Problems with photos and files.
var (
	ErrBlobNotHere = &Problem{
		En: "This photo or file is not here yet; it comes when the tablet that holds it has synchronised. The record is safe.",
		Ja: "写真・ファイルはまだ届いていません。撮影した端末が同期すると表示されます。記録は保存されています。"}
	ErrNoBlob = &Problem{
		En: "The record has no such photo or file.",
		Ja: "この記録にその写真・ファイルはありません。"}
	ErrBlobSize = &Problem{
		En: "The photo or file is empty or larger than 64 MiB; nothing was attached. Choose a smaller one.",
		Ja: "写真・ファイルが空か、64MiBを超えています。添付していません。小さいものを選んでください。"}
	ErrBlobChanged = &Problem{
		En: "The file changed while it was read; nothing was attached. Attach it again.",
		Ja: "読み込み中にファイルが変わりました。添付していません。もう一度添付してください。"}
	ErrBlobGone = &Problem{
		En: "A photo or file of this entry is no longer on this tablet; nothing was saved. Attach it again, then save.",
		Ja: "添付した写真・ファイルが端末に残っていません。保存していません。もう一度添付してから保存してください。"}
	ErrBlobDamaged = &Problem{
		En: "The photo or file is damaged on this tablet and is not shown. Keep the tablet and ask for help.",
		Ja: "端末内の写真・ファイルが壊れているため表示できません。端末を保管し、管理者に連絡してください。"}
)

// tabletBlobs is what a tablet has for photos and files.
type tabletBlobs struct {
	kept   *blobs.Store
	client blobv1connect.BlobServiceClient
}

// openBlobs opens the place of photos and files, within the store's folder: what is set aside goes with it.
func openBlobs(o Options, key []byte) (tabletBlobs, error) {
	kept, err := blobs.Open(filepath.Join(o.Dir, "blobs"), key)
	if err != nil {
		return tabletBlobs{}, err
	}
	// Photos do not get smaller by compression.
	client := blobv1connect.NewBlobServiceClient(o.HTTP, strings.TrimRight(o.Server, "/"),
		connect.WithReadMaxBytes(maxAnswerBytes), connect.WithAcceptCompression("gzip", nil, nil))
	return tabletBlobs{kept: kept, client: client}, nil
}

// AddBlob copies a photo or file onto the tablet, encrypted and on disk when the call returns. The answer goes into the
// Entry of the record that it belongs to. One that no record names stays while the tablet is open, and is removed at some
// synchronisation after the next start, once unnamedFor has passed by the server's time.
func (t *Tablet) AddBlob(file io.ReadSeeker, title, mediaType string) (*carev1.BlobRef, error) {
	if err := t.signedIn(); err != nil {
		return nil, err
	}
	t.filing.Lock()
	defer t.filing.Unlock()
	sum, size, err := t.blobs.kept.Add(file, blob.DefaultBytes)
	if err == nil {
		t.added[sum] = true
		err = t.noteUnnamed(sum)
	}
	switch {
	case errors.Is(err, blob.ErrTooLarge):
		return nil, problem(ErrBlobSize, err)
	case errors.Is(err, blob.ErrHash):
		return nil, problem(ErrBlobChanged, err)
	case err != nil:
		return nil, err
	}
	return &carev1.BlobRef{Sha256: sum[:], Size: size, MediaType: mediaType, Title: title}, nil
}

// BlobState says where a photo or file is.
type BlobState int

const (
	// BlobElsewhere: not on this tablet. It may be on the server.
	BlobElsewhere BlobState = iota
	// BlobHere: on this tablet and on the server.
	BlobHere
	// BlobWaiting: on this tablet only; it is sent after its record.
	BlobWaiting
	// BlobRefused: on this tablet only, and the server does not take it.
	BlobRefused
	// BlobLost: this tablet was to bring it to the server, and neither has it any more.
	BlobLost
)

// BlobStateWords says a state in words.
func BlobStateWords(s BlobState) (ja, en string) {
	switch s {
	case BlobHere:
		return "端末とサーバーにあります", "on this tablet and on the server"
	case BlobWaiting:
		return "未送信（端末にのみあります）", "not sent yet, on this tablet only"
	case BlobRefused:
		return "サーバーが受け付けません（端末にのみあります）", "the server does not take it, on this tablet only"
	case BlobLost:
		return "失われました（端末にもサーバーにもありません）", "lost: neither on this tablet nor on the server"
	}
	return "未取得", "not on this tablet"
}

// Blob is a photo or file of a record.
type Blob struct {
	*carev1.BlobRef
	State BlobState
}

// Blobs returns the photos and files of a record, those of values that wait for a decision included.
func (t *Tablet) Blobs(i Item) ([]Blob, error) {
	rows, err := t.blobRows()
	if err != nil {
		return nil, err
	}
	for _, own := range i.Own { // what was written since the last look at the queue
		rows = append(rows, without(rowsOf(own), rows)...)
	}
	var all []Blob
	for _, ref := range refsOf(i.Record) {
		b := Blob{BlobRef: ref, State: BlobElsewhere}
		here := t.blobs.kept.Has(i.StreamID, [32]byte(ref.GetSha256()))
		if here {
			b.State = BlobHere
		}
		for _, row := range rows {
			if !row.Sent && row.Stream == i.StreamID && bytes.Equal(row.SHA256, ref.GetSha256()) {
				b.State = row.state(here)
			}
		}
		all = append(all, b)
	}
	return all, nil
}

// state is where something is that the server does not have from this tablet; here: this tablet has it.
func (r blobRow) state(here bool) BlobState {
	switch {
	case here && r.Refused:
		return BlobRefused
	case here:
		return BlobWaiting
	case r.Lost:
		return BlobLost
	}
	return BlobElsewhere
}

// BlobsWaiting counts the photos and files that are on this tablet and not yet on the server.
func (t *Tablet) BlobsWaiting() (int, error) {
	if err := t.queueBlobs(); err != nil {
		return 0, err
	}
	return t.waitingBlobs()
}

// waitingBlobs counts what was put into the queue and is not sent. It takes no lock.
func (t *Tablet) waitingBlobs() (int, error) {
	rows, err := t.blobRows()
	waiting := map[string]bool{}
	for _, row := range rows {
		if !row.Sent && !row.Lost {
			waiting[row.Stream+"\x00"+string(row.SHA256)] = true
		}
	}
	return len(waiting), err
}

// refsOf returns what a record refers to, each content once.
func refsOf(rec *carev1.Record) []*carev1.BlobRef {
	refs := slices.Clone(rec.GetEnvelope().GetBlobs())
	for _, candidate := range rec.GetCandidates() {
		refs = append(refs, candidate.GetEnvelope().GetBlobs()...)
	}
	var once []*carev1.BlobRef
	for _, ref := range refs {
		if len(ref.GetSha256()) == 32 && !slices.ContainsFunc(once, func(o *carev1.BlobRef) bool { return bytes.Equal(o.GetSha256(), ref.GetSha256()) }) {
			once = append(once, ref)
		}
	}
	return once
}

// refOf finds a reference among those of a record that the current person may see.
func (t *Tablet) refOf(stream string, record replica.ID, sum [32]byte) (*carev1.BlobRef, error) {
	item, err := t.Record(stream, record)
	if err != nil {
		return nil, err
	}
	for _, ref := range refsOf(item.Record) {
		if bytes.Equal(ref.GetSha256(), sum[:]) {
			return ref, nil
		}
	}
	return nil, ErrNoBlob
}
