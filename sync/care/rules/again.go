package rules

import (
	"strings"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Amend says what becomes of an alert once a record that it rests on was changed: changed is that record's present
// version, and the view holds what the rules look at around the alert, as it stands now. Nil: the alert says already what
// it has to say.
func Amend(v *View, a *carev1.ClinicalAlert, changed Seen) *carev1.AlertAmendment {
	f, found := again(v, a)
	now := &carev1.AlertAmendment{RecordId: changed.Record.GetId(), Seq: changed.Seq, Void: true}
	if found {
		now.Void, now.ReasonJa, now.ReasonEn, now.Severity, now.News2 = false, f.Ja, f.En, f.Severity, f.News2
		now.Rank = uint32(max(f.Rank, 0))
	} else {
		now.ReasonJa, now.ReasonEn = voidWords(changed)
	}
	if says(a, now) {
		return nil
	}
	return now
}

// voidWords say why a rule says nothing any more. Whoever was told must not look for an amendment that nobody made.
func voidWords(changed Seen) (ja, en string) {
	if !stands(changed.Record) {
		return "もとの記録が取り消されたため、いまは該当しません。", "The record that it rests on was retracted: it would not be raised now."
	}
	return "もとの記録が訂正されたため、いまは該当しません。", "The record that it rests on was amended: it would not be raised now."
}

// says tells whether an alert, as amended before, says what an amendment would.
func says(a *carev1.ClinicalAlert, now *carev1.AlertAmendment) bool {
	if is := a.GetAmendment(); is != nil {
		if is.GetVoid() || now.GetVoid() {
			return is.GetVoid() == now.GetVoid()
		}
		return is.GetSeverity() == now.GetSeverity() && is.GetReasonJa() == now.GetReasonJa()
	}
	// The sentence of an alert may go on with how late it came.
	return !now.GetVoid() && a.GetSeverity() == now.GetSeverity() && strings.HasPrefix(a.GetReasonJa(), now.GetReasonJa())
}

// again returns what the alert's rule finds now about the same matter in one of the records that the alert rests on, in
// their order, or, for a rule on what did not happen, at the time of the alert.
func again(v *View, a *carev1.ClinicalAlert) (Finding, bool) {
	for _, r := range silent {
		if r.name == a.GetRule() {
			return about(a.GetTopic(), v.missingAt(r.judge, a.GetObserved().AsTime()))
		}
	}
	for _, r := range written {
		if r.name != a.GetRule() {
			continue
		}
		for _, e := range a.GetEvidence() {
			s, ok := v.record(e.GetRecordId())
			if !ok || !stands(s.Record) {
				continue
			}
			if f, found := about(a.GetTopic(), r.judge(v, s)); found {
				return f, true
			}
		}
	}
	return Finding{}, false
}

func (v *View) missingAt(judge func(*View, time.Time) []Finding, now time.Time) []Finding {
	if v.elsewhere(now) {
		return nil
	}
	return judge(v, now)
}

// record returns one of the recent records.
func (v *View) record(id []byte) (Seen, bool) {
	for _, s := range v.Recent {
		if string(s.Record.GetId()) == string(id) {
			return s, true
		}
	}
	return Seen{}, false
}

func about(topic string, found []Finding) (Finding, bool) {
	for _, f := range found {
		if f.Topic == topic {
			return f, true
		}
	}
	return Finding{}, false
}

// Kept returns the worst that the alert's rule finds, about the same matter, in records that the alert may have kept
// silent: those near it in time. Whether somebody was told of it meanwhile is for Raise.
func Kept(v *View, a *carev1.ClinicalAlert) (worst Finding, found bool) {
	at := a.GetObserved().AsTime()
	for _, r := range written {
		if r.name != a.GetRule() {
			continue
		}
		for s := range v.between(at.Add(-Quiet), at.Add(Quiet)) {
			f, ok := about(a.GetTopic(), r.judge(v, s))
			if ok && (!found || f.Severity > worst.Severity || f.Severity == worst.Severity && f.Rank > worst.Rank) {
				worst, found = f, true
				worst.Rule, worst.Version = r.name, r.version
			}
		}
	}
	return worst, found
}
