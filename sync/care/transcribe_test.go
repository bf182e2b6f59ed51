package care

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

const (
	physician  = carev1.Role_ROLE_PHYSICIAN
	nurse      = carev1.Role_ROLE_NURSE
	careWorker = carev1.Role_ROLE_CARE_WORKER
)

// typedIn is the envelope of a sheet that the nurse n-1 typed in from a scan.
func typedIn() *carev1.Envelope {
	return &carev1.Envelope{
		Performer: &carev1.Actor{Name: "佐藤 一郎", Role: physician},
		Enterer:   &carev1.Actor{PersonId: "n-1", Name: "鈴木 花子", Role: nurse},
		Effective: &timestamppb.Timestamp{Seconds: 1},
		Blobs:     []*carev1.BlobRef{{Sha256: make([]byte, 32), Size: 1, MediaType: "image/jpeg"}},
	}
}

// linked names the paper by the record that it stands in.
func linked(relation carev1.LinkRelation, id []byte) func(*carev1.Envelope) {
	return func(e *carev1.Envelope) {
		e.Blobs, e.Links = nil, []*carev1.RecordLink{{Relation: relation, RecordId: id}}
	}
}

func TestMayTranscribe(t *testing.T) {
	const from = carev1.LinkRelation_LINK_RELATION_TRANSCRIBED_FROM
	asItIs := func(*carev1.Envelope) {}
	for name, c := range map[string]struct {
		kind, person string
		role         carev1.Role
		change       func(*carev1.Envelope)
		want         bool
	}{
		"a sheet from a scan":             {"instruction", "n-1", nurse, asItIs, true},
		"a condition":                     {"condition", "n-1", nurse, asItIs, true},
		"from a document":                 {"instruction", "n-1", nurse, linked(from, make([]byte, 16)), true},
		"a kind that is not typed in":     {"medication_log", "n-1", nurse, asItIs, false},
		"a role that does not":            {"instruction", "n-1", careWorker, func(e *carev1.Envelope) { e.Enterer.Role = careWorker }, false},
		"by somebody else":                {"instruction", "n-2", nurse, asItIs, false},
		"by nobody":                       {"instruction", "", nurse, func(e *carev1.Envelope) { e.Enterer.PersonId = "" }, false},
		"in another role":                 {"instruction", "n-1", nurse, func(e *carev1.Envelope) { e.Enterer.Role = physician }, false},
		"no enterer":                      {"instruction", "n-1", nurse, func(e *carev1.Envelope) { e.Enterer = nil }, false},
		"no performer":                    {"instruction", "n-1", nurse, func(e *carev1.Envelope) { e.Performer = nil }, false},
		"a performer without a name":      {"instruction", "n-1", nurse, func(e *carev1.Envelope) { e.Performer.Name = "" }, false},
		"a performer who may not write":   {"instruction", "n-1", nurse, func(e *carev1.Envelope) { e.Performer.Role = nurse }, false},
		"on behalf of oneself":            {"instruction", "n-1", nurse, func(e *carev1.Envelope) { e.Performer.PersonId = "n-1" }, false},
		"no paper":                        {"instruction", "n-1", nurse, func(e *carev1.Envelope) { e.Blobs = nil }, false},
		"a link to something else":        {"instruction", "n-1", nurse, linked(carev1.LinkRelation_LINK_RELATION_ABOUT, make([]byte, 16)), false},
		"a link to nothing":               {"instruction", "n-1", nurse, linked(from, nil), false},
		"an older envelope stays":         {"instruction", "n-1", nurse, func(e *carev1.Envelope) { e.Effective = nil }, false},
		"confirmed in the same breath":    {"instruction", "n-1", nurse, func(e *carev1.Envelope) { e.Confirmation = &carev1.Confirmation{By: e.Performer} }, false},
		"a spoken order is no paper":      {"instruction", "n-1", nurse, func(e *carev1.Envelope) { e.SpokenOrder = &carev1.SpokenOrder{OrderedBy: e.Performer} }, false},
		"nothing at all":                  {"instruction", "n-1", nurse, func(e *carev1.Envelope) { proto.Reset(e) }, false},
		"a physician needs none of these": {"instruction", "p-1", physician, asItIs, false},
	} {
		kind, _ := KindByName(c.kind)
		e := typedIn()
		c.change(e)
		if got := kind.MayTranscribe(c.role, c.person, e); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	kind, _ := KindByName("instruction")
	if kind.MayTranscribe(nurse, "n-1", nil) {
		t.Error("without an envelope")
	}
}

func TestUnconfirmed(t *testing.T) {
	sheet := &carev1.Body{Kind: &carev1.Body_Instruction{Instruction: &carev1.PhysicianInstruction{}}}
	confirmedBy := func(e *carev1.Envelope, role carev1.Role) *carev1.Envelope {
		e.Confirmation = &carev1.Confirmation{By: &carev1.Actor{Name: "確認者", Role: role}}
		return e
	}
	signed := func() *carev1.Envelope { return &carev1.Envelope{Performer: &carev1.Actor{Role: physician}} }
	changedBy := func(role carev1.Role) *carev1.Change { return &carev1.Change{Author: &carev1.Actor{Role: role}} }
	for name, c := range map[string]struct {
		record *carev1.Record
		want   bool
	}{
		"typed in":                       {&carev1.Record{Body: sheet, Envelope: typedIn()}, true},
		"confirmed":                      {&carev1.Record{Body: sheet, Envelope: confirmedBy(typedIn(), physician)}, false},
		"a nurse confirms nothing":       {&carev1.Record{Body: sheet, Envelope: confirmedBy(typedIn(), nurse)}, true},
		"by the physician":               {&carev1.Record{Body: sheet, Envelope: signed()}, false},
		"and changed by a nurse":         {&carev1.Record{Body: sheet, Envelope: signed(), LastChange: changedBy(nurse)}, true},
		"and changed by the physician":   {&carev1.Record{Body: sheet, Envelope: signed(), LastChange: changedBy(physician)}, false},
		"changed, and confirmed":         {&carev1.Record{Body: sheet, Envelope: confirmedBy(signed(), physician), LastChange: changedBy(nurse)}, false},
		"held, and released by somebody": {&carev1.Record{Body: sheet, Arrival: &carev1.Arrival{Author: &carev1.Actor{Role: nurse}}}, true},
		"another kind":                   {&carev1.Record{Body: logBody(&carev1.MedicationLog{}), Envelope: typedIn()}, false},
		"nothing":                        {nil, false},
	} {
		if got := Unconfirmed(c.record); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
