package care

import (
	"slices"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// MayTranscribe tells whether a person in this role may write a record of this kind on behalf of somebody who signed it
// on paper (代行入力), with this envelope. The envelope has to name all of it: as performer somebody in a role that writes
// the kind, by name and not the author; as enterer the author, in this role; the paper, as a file or as a link to the
// record that it stands in; and when it was signed. It must not claim that anybody has confirmed it, nor call it a spoken
// order. What the envelope says of the performer is the author's claim, and shown as such until it is confirmed.
func (k *Kind) MayTranscribe(role carev1.Role, personID string, e *carev1.Envelope) bool {
	signed, typed := e.GetPerformer(), e.GetEnterer()
	return slices.Contains(k.Transcribers, role) && personID != "" &&
		k.MayWrite(signed.GetRole()) && signed.GetName() != "" && signed.GetPersonId() != personID &&
		typed.GetRole() == role && typed.GetPersonId() == personID &&
		e.GetEffective() != nil && e.GetConfirmation() == nil && e.GetSpokenOrder() == nil && namesPaper(e)
}

// namesPaper tells whether an envelope says what a record was typed in from.
func namesPaper(e *carev1.Envelope) bool {
	return len(e.GetBlobs()) > 0 || slices.ContainsFunc(e.GetLinks(), func(l *carev1.RecordLink) bool {
		return l.GetRelation() == carev1.LinkRelation_LINK_RELATION_TRANSCRIBED_FROM && len(l.GetRecordId()) > 0
	})
}

// Unconfirmed tells whether a record was typed in, or changed last, by somebody who only transcribes its kind, and nobody
// in a role that writes it has confirmed it since: a change of that sort takes the confirmation away. The record counts
// like any other meanwhile; whoever shows it says so beside it.
func Unconfirmed(r *carev1.Record) bool {
	k, ok := KindOf(r.GetBody())
	if !ok || len(k.Transcribers) == 0 || k.MayWrite(r.GetEnvelope().GetConfirmation().GetBy().GetRole()) {
		return false
	}
	// The envelope keeps who typed a record in first; who changed it last stands in the change.
	hands := []*carev1.Actor{r.GetEnvelope().GetEnterer(), r.GetArrival().GetAuthor(), r.GetLastChange().GetAuthor()}
	return slices.ContainsFunc(hands, func(a *carev1.Actor) bool { return slices.Contains(k.Transcribers, a.GetRole()) })
}
