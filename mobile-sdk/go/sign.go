package sdk

import (
	"bytes"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Sign makes a signed note of a draft, in the same stream and at the draft's time, and closes the draft with it. It is
// two entries: switched off in between, the draft is still open, and signing it again only closes it.
func (t *Tablet) Sign(draft Item) (Saved, error) {
	if draft.Erased {
		return Saved{}, replica.ErrErased
	}
	from := draft.Record.GetBody().GetDraftNote()
	if from == nil {
		return Saved{}, ErrNoDraft
	}
	if len(from.GetSignedAs()) > 0 {
		return Saved{}, ErrSigned
	}
	saved, found, err := t.signedBefore(draft)
	if err != nil {
		return Saved{}, err
	}
	if !found { // what is unlikely about the draft was asked when it was written, and signing changes nothing of it
		body := &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: signed(from, draft.ID)}}
		if saved, err = t.Create("", body, Entry{At: draft.At, Stream: draft.StreamID, Confirm: true}); err != nil {
			return Saved{}, err
		}
	}
	closed := proto.CloneOf(draft.Record.GetBody())
	closed.GetDraftNote().SignedAs = saved.RecordID[:]
	_, err = t.AmendSeen(draft, closed, "", true)
	return saved, err
}

func signed(d *carev1.DraftNote, id replica.ID) *carev1.SignedNote {
	return &carev1.SignedNote{
		Format: d.GetFormat(), Subjective: d.GetSubjective(), Objective: d.GetObjective(), Assessment: d.GetAssessment(),
		Plan: d.GetPlan(), Focus: d.GetFocus(), Data: d.GetData(), Action: d.GetAction(), Response: d.GetResponse(),
		Text: d.GetText(), HandoverTo: d.GetHandoverTo(), VitalSignsIds: d.GetVitalSignsIds(), Important: d.GetImportant(),
		DraftId: id[:],
	}
}

// signedBefore finds a signed note of the draft that an earlier call left without closing the draft.
func (t *Tablet) signedBefore(draft Item) (saved Saved, found bool, err error) {
	seen, err := t.sight()
	if err != nil {
		return Saved{}, false, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	err = t.replica.Records(draft.StreamID, func(v replica.View) error {
		retracted := v.Record.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED
		of := v.Record.GetBody().GetSignedNote().GetDraftId()
		if retracted || !seen.shows(v) || !bytes.Equal(of, draft.ID[:]) {
			return nil
		}
		saved, found = Saved{StreamID: v.StreamID, RecordID: v.ID, MutationID: v.ID}, true
		return replica.ErrStop
	})
	return saved, found, err
}

// Name returns who somebody is that signed in on this tablet; empty if they never did.
func (t *Tablet) Name(person string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.actor(person).GetName()
}
