package sdk_test

import (
	"errors"
	"path/filepath"
	"testing"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func TestDraftIsSignedOnce(t *testing.T) {
	a := one(t)
	saved := create(t, a, &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Subjective: "s",
	}}})
	synced(t, a)
	draft, err := a.Record(saved.StreamID, saved.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	note, err := a.Sign(draft)
	if err != nil {
		t.Fatal(err)
	}
	again, err := a.Sign(draft) // a form that was open before; or the closing was not written
	if err != nil && !errors.Is(err, sdk.ErrUnchanged) || again.RecordID != note.RecordID {
		t.Errorf("signed again: %x, %v", again.RecordID, err)
	}
	synced(t, a)
	closed, _ := a.Record(saved.StreamID, saved.RecordID)
	signed, err := a.Record(note.StreamID, note.RecordID)
	if err != nil || string(closed.Record.GetBody().GetDraftNote().GetSignedAs()) != string(note.RecordID[:]) ||
		signed.Record.GetBody().GetSignedNote().GetSubjective() != "s" || !signed.At.Equal(draft.At) {
		t.Errorf("draft %v, note %v, %v", closed.Record, signed.Record, err)
	}
	if _, err := a.Sign(closed); !errors.Is(err, sdk.ErrSigned) {
		t.Errorf("a closed draft: %v", err)
	}
}

// TestWriterIsWhoWroteWhatIsShown: the one to ask about a value is who wrote that value.
func TestWriterIsWhoWroteWhatIsShown(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
	synced(t, a)
	saved := create(t, a, vitals(368))
	synced(t, a, b)
	if _, err := b.Amend(saved.StreamID, saved.RecordID, vitals(371), "typo", false); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"before the sync", "after it"} {
		i, err := b.Record(saved.StreamID, saved.RecordID)
		if err != nil || i.Author.GetPersonId() != "sato" || i.Writer.GetPersonId() != "suzuki" {
			t.Errorf("%s: author %v, writer %v, %v", when, i.Author, i.Writer, err)
		}
		synced(t, b)
	}
}
