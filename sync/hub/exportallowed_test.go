package hub_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/hub"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// office is the directory of the tests, where the chart of yamada has besides a stream that is internal to the station. It
// can be closed to everybody.
type office struct {
	people
	closed *bool
}

const internal = "yamada/office"

var officeRef = hub.StreamRef{ID: internal, Info: &syncv1.StreamInfo{
	ChartId: "yamada", StreamClass: carev1.StreamClass_STREAM_CLASS_INTERNAL,
}}

func (o office) Grants(tenant, person, stream string) []hub.Grant {
	if stream == internal {
		stream = "yamada/care"
	}
	return o.people.Grants(tenant, person, stream)
}

func (o office) Readable(tenant, person string, at time.Time) []hub.StreamRef {
	refs := o.people.Readable(tenant, person, at)
	if len(refs) > 0 && refs[0].Info.GetChartId() == "yamada" && !*o.closed {
		refs = append(refs, officeRef)
	}
	return refs
}

func (o office) Stream(tenant, id string) (hub.StreamRef, bool) {
	if id == internal {
		return officeRef, true
	}
	return o.people.Stream(tenant, id)
}

func newOffice(t *testing.T) (b *bench, closed *bool) {
	b, closed = newBench(t), new(bool)
	b.hub = hub.New(hub.Config{Store: b.store, Directory: office{closed: closed}, Seals: b.seals, Epochs: b})
	return b, closed
}

// allergy is one in a stream, newer than those that stand in the chart.
func (b *bench) allergy(stream, substance string) *syncv1.Mutation {
	m := b.create("sato", &carev1.Body{Kind: &carev1.Body_Allergy{Allergy: &carev1.Allergy{
		Category: carev1.AllergyCategory_ALLERGY_CATEGORY_FOOD, Status: carev1.AllergyStatus_ALLERGY_STATUS_ACTIVE,
		Verification: carev1.AllergyVerification_ALLERGY_VERIFICATION_CONFIRMED, Substance: &carev1.CodedText{Text: substance},
	}}})
	m.StreamId, m.Record.Envelope.Effective = stream, timestamppb.New(b.now.Add(time.Second))
	return m
}

// during writes a chart out as NDJSON, and does something once its first piece was sent.
func (b *bench) during(forFamily bool, do func()) (file string, err error) {
	pieces := 0
	req := &chartv1.ExportChartRequest{ChartId: "yamada", Format: chartv1.ExportFormat_EXPORT_FORMAT_NDJSON, ForFamily: forFamily}
	err = b.hub.ExportChart(context.Background(), b.call("sato"), req, func(piece *chartv1.ExportChartResponse) error {
		if pieces++; pieces == 1 {
			do()
		}
		file += string(piece.GetContent())
		return nil
	})
	if pieces < 2 {
		b.t.Errorf("%d pieces: nothing was written after it was done", pieces)
	}
	return file, err
}

// TestFamilyIsNotToldWhatChangesMeanwhile: what is written while a file for the family is, is in it only if the family may
// see it. The same in a file for the staff is all there.
func TestFamilyIsNotToldWhatChangesMeanwhile(t *testing.T) {
	for _, forFamily := range []bool{true, false} {
		b, _ := newOffice(t)
		b.allergies(60)
		file, err := b.during(forFamily, func() {
			b.expect(b.push("sato", b.allergy("yamada/care", "途中の卵"), b.note("sato", "途中の所見"), b.allergy(internal, "途中の内部")),
				"APPLIED", "APPLIED", "APPLIED")
		})
		if err != nil || !strings.Contains(file, "途中の卵") {
			t.Errorf("for the family %v: what changed is not in the file: %v", forFamily, err)
		}
		for _, words := range []string{"途中の所見", "途中の内部"} {
			if strings.Contains(file, words) == forFamily {
				t.Errorf("for the family %v: %q is in the file: %v", forFamily, words, !forFamily)
			}
		}
	}
}

// TestFamilyIsNotToldWhatIsInternal: a kind that the family may see is not in their file where it stands in a stream that is
// internal to an organisation; neither in what holds until it is changed, nor in the timeline.
func TestFamilyIsNotToldWhatIsInternal(t *testing.T) {
	b, _ := newOffice(t)
	reading := b.create("sato", temperature(377))
	reading.StreamId = internal
	b.expect(b.push("sato", reading, b.allergy(internal, "内部の卵"), b.allergy("yamada/care", "小麦")), "APPLIED", "APPLIED", "APPLIED")
	for _, forFamily := range []bool{true, false} {
		file := b.exported("sato", &chartv1.ExportChartRequest{Format: chartv1.ExportFormat_EXPORT_FORMAT_NDJSON, ForFamily: forFamily})
		if !strings.Contains(file, "小麦") {
			t.Errorf("for the family %v: the file lacks what everybody may see", forFamily)
		}
		for _, words := range []string{"内部の卵", `377`} {
			if strings.Contains(file, words) == forFamily {
				t.Errorf("for the family %v: %s is in the file: %v", forFamily, words, !forFamily)
			}
		}
	}
}

// TestExportEndsWithTheRight: whoever may read less while a file is written gets no more of it. The records that hold until
// they are changed are found first and read later; one that may not be read by then is not sent.
func TestExportEndsWithTheRight(t *testing.T) {
	b, closed := newOffice(t)
	b.allergies(300)
	b.expect(b.push("sato", b.allergy(internal, "見られなくなった")), "APPLIED")
	file, err := b.during(false, func() { *closed = true })
	if hub.CodeOf(err) != hub.NotFound {
		t.Errorf("the right has ended: %v", err)
	}
	if strings.Contains(file, "見られなくなった") {
		t.Error("the file has a record that may not be read any more")
	}
}
