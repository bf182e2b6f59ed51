package care

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func draftBody(d *carev1.DraftNote) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: d}}
}

func drawDraft(t *rapid.T, label string) *carev1.Body {
	text := rapid.SampledFrom([]string{"", "a", "b"})
	d := &carev1.DraftNote{
		Format:     carev1.NoteFormat(rapid.IntRange(0, 2).Draw(t, label+" format")),
		Subjective: text.Draw(t, label+" S"), Plan: text.Draw(t, label+" P"),
		Important: rapid.Bool().Draw(t, label+" important"),
		SignedAs:  []byte(text.Draw(t, label+" signed")),
	}
	for range rapid.IntRange(0, 2).Draw(t, label+" ids") {
		d.VitalSignsIds = append(d.VitalSignsIds, []byte(text.Draw(t, label+" id")))
	}
	return draftBody(d)
}

func TestCopyGroupMakesThatGroupEqualAndLeavesTheOthers(t *testing.T) {
	kind, _ := KindByName("draft_note")
	rapid.Check(t, func(t *rapid.T) {
		dst, src := drawDraft(t, "dst"), drawDraft(t, "src")
		group := rapid.SampledFrom(kind.Groups()[:14]).Draw(t, "group")
		before, source := proto.Clone(dst).(*carev1.Body), proto.Clone(src).(*carev1.Body)
		if !CopyGroup(dst, src, group) || !EqualGroup(dst, src, group) || !EqualGroup(src, dst, group) {
			t.Fatalf("group %d is not equal after the copy", group)
		}
		for _, g := range kind.Groups()[:14] {
			if g != group && !EqualGroup(dst, before, g) {
				t.Fatalf("copying group %d changed group %d", group, g)
			}
		}
		for _, id := range dst.GetDraftNote().GetVitalSignsIds() { // a shallow copy would reach src
			clear(id)
		}
		clear(dst.GetDraftNote().GetSignedAs())
		if !proto.Equal(src, source) {
			t.Fatal("the source shares memory with the copy")
		}
	})
}

// All groups copied, one after the other, make the whole body equal.
func TestGroupsAreTheWholeBody(t *testing.T) {
	kind, _ := KindByName("draft_note")
	rapid.Check(t, func(t *rapid.T) {
		dst, src := drawDraft(t, "dst"), drawDraft(t, "src")
		for _, g := range kind.Groups()[:14] {
			CopyGroup(dst, src, g)
		}
		if !proto.Equal(dst, src) {
			t.Fatal("a field belongs to no group")
		}
	})
}

func TestGroupsThatAreNone(t *testing.T) {
	a, b := draftBody(&carev1.DraftNote{Plan: "x"}), draftBody(&carev1.DraftNote{Plan: "y"})
	vitals := vitalsBody(usualVitals())
	for _, g := range []uint32{0, 999, 1001, 1002, 19999, 1 << 29, 1<<32 - 1} {
		if CopyGroup(a, b, g) || EqualGroup(a, a, g) {
			t.Errorf("%d is a group", g)
		}
	}
	for _, other := range []*carev1.Body{nil, {}, vitals} {
		if CopyGroup(a, other, 5) || CopyGroup(other, a, 5) || EqualGroup(a, other, 5) || EqualGroup(other, a, 5) {
			t.Errorf("groups of different kinds meet")
		}
	}
	if !CopyGroup(a, a, 5) || a.GetDraftNote().GetPlan() != "x" {
		t.Error("a copy onto itself lost the value")
	}
	hollow := &carev1.Body{Kind: &carev1.Body_DraftNote{}}
	if !CopyGroup(hollow, a, 5) || hollow.GetDraftNote().GetPlan() != "x" || !CopyGroup(a, &carev1.Body{Kind: &carev1.Body_DraftNote{}}, 5) {
		t.Error("a member without content is not a member")
	}
	if !CopyGroup(vitals, vitalsBody(&carev1.VitalSigns{PulsePerMin: proto.Uint32(0)}), 3) || vitals.GetVitalSigns().PulsePerMin == nil {
		t.Error("a pulse of 0 is not the same as none")
	}
}

func TestDomainKey(t *testing.T) {
	kind, _ := KindByName("medication_log")
	vitals, _ := KindByName("vital_signs")
	log := func(order, slot string) *carev1.Body {
		return logBody(&carev1.MedicationLog{OrderId: []byte(order), Slot: slot})
	}
	base, ok := DomainKey(kind, log("order-1", "2026-11-23/bedtime"))
	again, _ := DomainKey(kind, log("order-1", "2026-11-23/bedtime"))
	if !ok || base != again {
		t.Fatal("the key is not a function of its parts")
	}
	for _, b := range []*carev1.Body{log("order-12", "026-11-23/bedtime"), log("order-1", "2026-11-24/bedtime"), log("order-2", "2026-11-23/bedtime")} {
		if key, ok := DomainKey(kind, b); !ok || key == base {
			t.Error("different parts, same key")
		}
	}
	for name, b := range map[string]*carev1.Body{"no slot": log("order-1", ""), "no order": log("", "x"), "nil": nil,
		"other kind": vitalsBody(usualVitals())} {
		if _, ok := DomainKey(kind, b); ok {
			t.Errorf("%s: has a key", name)
		}
	}
	if _, ok := DomainKey(vitals, vitalsBody(usualVitals())); ok {
		t.Error("vital signs have no domain key")
	}
}

func TestSection(t *testing.T) {
	vitals, _ := KindByName("vital_signs")
	order, _ := KindByName("medication_order")
	tokyo := time.FixedZone("JST", 9*60*60)
	at := func(y int, m time.Month, d, h int, z *time.Location) time.Time {
		return time.Date(y, m, d, h, 0, 0, 0, z)
	}
	for _, c := range []struct {
		kind               *Kind
		arrived, effective time.Time
		want               uint32
	}{
		{vitals, at(2026, 11, 23, 1, time.UTC), at(2026, 11, 1, 0, time.UTC), 202611},
		{vitals, at(2026, 11, 23, 1, time.UTC), at(2026, 12, 1, 0, time.UTC), 202612},
		{vitals, at(2026, 11, 23, 1, time.UTC), time.Time{}, 202611},
		{vitals, at(2026, 12, 1, 8, tokyo), at(2026, 11, 1, 0, tokyo), 202611}, // 30 November in UTC
		{vitals, at(2026, 12, 1, 9, tokyo), at(2026, 11, 1, 0, tokyo), 202612},
		{vitals, at(2027, 1, 1, 8, tokyo), time.Time{}, 202612},
		{vitals, at(2026, 11, 23, 1, time.UTC), at(20000, 5, 1, 0, time.UTC), 999905},
		{order, at(2026, 11, 23, 1, time.UTC), at(2026, 12, 1, 0, time.UTC), StandingSection},
	} {
		if got := Section(c.kind, c.arrived, c.effective); got != c.want {
			t.Errorf("%s %v %v: %d, want %d", c.kind.Name, c.arrived, c.effective, got, c.want)
		}
	}
}
