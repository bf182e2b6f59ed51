package care

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func textsOf(rec *carev1.Record) (texts []string) {
	Texts(rec, func(text string) { texts = append(texts, text) })
	return texts
}

func TestTextsOfARecord(t *testing.T) {
	note := func(text string) *carev1.Body {
		return &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{Subjective: text}}}
	}
	rec := &carev1.Record{
		Body: note("痛い"), LastChange: &carev1.Change{Reason: "書き間違い", Author: &carev1.Actor{Name: "佐藤"}},
		Candidates: []*carev1.Candidate{{Body: note("痛くない"), Reason: "本人に再確認"}},
		Envelope:   &carev1.Envelope{Blobs: []*carev1.BlobRef{{Title: "創部の写真", MediaType: "image/jpeg"}}, Zone: "Asia/Tokyo"},
	}
	if got := textsOf(rec); !slices.Equal(got, []string{"痛い", "痛くない", "本人に再確認", "書き間違い", "創部の写真"}) {
		t.Errorf("%q", got)
	}
	if got := textsOf(&carev1.Record{}); len(got) != 0 {
		t.Errorf("%q", got)
	}
	order := &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
		StartDate: "2026-11-01", Drug: &carev1.Drug{Name: "酸化マグネシウム錠330mg", YjCode: "2344009F1037"}, Instructions: "下痢時は中止",
	}}}
	if got := textsOf(&carev1.Record{Body: order}); !slices.Equal(got, []string{"酸化マグネシウム錠330mg", "下痢時は中止"}) {
		t.Errorf("%q", got)
	}
}

// TestWhatIsText pins the decision for every string of every kind: a new one shows up here, and somebody looks at it.
// With UPDATE=1 in the environment the list is written anew.
func TestWhatIsText(t *testing.T) {
	var list strings.Builder
	seen := map[protoreflect.FullName]bool{}
	var visit func(d protoreflect.MessageDescriptor)
	visit = func(d protoreflect.MessageDescriptor) {
		if seen[d.FullName()] {
			return
		}
		seen[d.FullName()] = true
		for i := range d.Fields().Len() {
			f := d.Fields().Get(i)
			if f.Kind() == protoreflect.StringKind {
				said := "no  "
				if isText(f) {
					said = "text"
				}
				fmt.Fprintf(&list, "%s %s\n", said, strings.TrimPrefix(string(f.FullName()), "tsunagu.care.v1."))
			}
			if f.Message() != nil {
				visit(f.Message())
			}
		}
	}
	visit((*carev1.Body)(nil).ProtoReflect().Descriptor())
	const file = "testdata/texts.txt"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(list.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || list.String() != string(want) {
		t.Errorf("what counts as text has changed; look at each, then run with UPDATE=1: %v\n%s", err, list.String())
	}
}
