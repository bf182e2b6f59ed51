package hub_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestOldMutationsAreLifted: in an invented schema 2 every reading says what was observed. A device of schema 1 does not,
// and what it writes is brought up, whether it is taken at once, held first, or changes what is there.
func TestOldMutationsAreLifted(t *testing.T) {
	b := newBench(t)
	lifted := 0
	b.hub.Invent(2, func(m *syncv1.Mutation) *carev1.Record {
		if m.GetRecord().GetBody().GetVitalSigns() == nil {
			return nil
		}
		lifted++
		return &carev1.Record{Body: &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{Observation: "様子の記載なし"}}}}
	})
	old, unsaid, today := b.create("sato", temperature(365)), b.create("sato", temperature(366)), b.create("sato", temperature(367))
	unsaid.SchemaVersion, today.SchemaVersion = 0, 2
	amended := b.after(b.patch("sato", old.GetId(), nil, temperature(371)), old)
	early := b.after(b.patch("sato", unsaid.GetId(), nil, temperature(372)), unsaid) // waits for its record
	b.expect(b.push("sato", early), "HELD MISSING_PREDECESSOR")
	b.expect(b.push("sato", old, unsaid, today, amended), "APPLIED", "APPLIED", "APPLIED", "APPLIED")
	want := map[string]*carev1.VitalSigns{
		string(old.GetId()):    {TemperatureTenthsC: proto.Int32(371), Observation: "様子の記載なし"},
		string(unsaid.GetId()): {TemperatureTenthsC: proto.Int32(372), Observation: "様子の記載なし"},
		string(today.GetId()):  {TemperatureTenthsC: proto.Int32(367)},
	}
	for id, r := range b.records("sato") {
		rec := &carev1.Record{}
		if err := proto.Unmarshal(r.GetRecord(), rec); err != nil {
			t.Fatal(err)
		}
		if got := rec.GetBody().GetVitalSigns(); !proto.Equal(got, want[id]) {
			t.Errorf("record of %x: %v, want %v", id[:4], got, want[id])
		}
	}
	if lifted < 4 {
		t.Errorf("%d were lifted", lifted)
	}
	b.expect(b.push("sato", old), "APPLIED") // known by the bytes that were sent
	if v := b.verify(); len(v.Damage) > 0 {
		t.Error(v.Damage)
	}
}
