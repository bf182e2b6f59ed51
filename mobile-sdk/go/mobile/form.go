package mobile

import (
	"encoding/hex"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go"
)

// Form is a record as it stands on the screen while somebody changes it. What comes to the tablet meanwhile is not
// overwritten by what they write: open the form when the screen opens, and write with the same one.
type Form struct {
	tablet *Tablet
	shown  sdk.Item
}

// OpenForm reads a record for somebody who is about to change it.
func (t *Tablet) OpenForm(stream, record string) (*Form, error) {
	id, err := t.id(record)
	if err != nil {
		return nil, err
	}
	shown, err := t.tablet.Record(stream, id)
	if err != nil {
		return nil, t.words(err)
	}
	return &Form{t, shown}, nil
}

// RecordJSON is what stands on the screen, with its candidates, as JSON of care.v1.Record.
func (f *Form) RecordJSON() (string, error) {
	json, err := protojson.Marshal(f.shown.Record)
	return string(json), f.tablet.words(err)
}

// Amend replaces the content of the record. The body is JSON of care.v1.Body.
func (f *Form) Amend(bodyJSON, reason string, confirm bool) error {
	body, err := f.tablet.body(bodyJSON)
	if err != nil {
		return err
	}
	_, err = f.tablet.tablet.AmendSeen(f.shown, body, reason, confirm)
	return f.tablet.words(err)
}

// Retract marks the record as entered in error.
func (f *Form) Retract(reason string) error {
	_, err := f.tablet.tablet.RetractSeen(f.shown, reason)
	return f.tablet.words(err)
}

// Resolve decides the conflict: -1 keeps the current value, any other number takes that candidate.
func (f *Form) Resolve(choice int, reason string) error {
	_, err := f.tablet.tablet.ResolveSeen(f.shown, choice, reason)
	return f.tablet.words(err)
}

// Move corrects a record that was written for the wrong patient: it is written anew in the right chart, and retracted
// here. It returns the id of the new one.
func (f *Form) Move(chart, reason string) (string, error) {
	saved, err := f.tablet.tablet.Move(f.shown, chart, "", reason)
	return hex.EncodeToString(saved.RecordID[:]), f.tablet.words(err)
}

// Sign makes a signed note of the draft and closes the draft.
func (f *Form) Sign() error {
	_, err := f.tablet.tablet.Sign(f.shown)
	return f.tablet.words(err)
}
