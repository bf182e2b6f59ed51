package scenario

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// labels know one record, of the name "it".
func labels(name string) ([]byte, bool) { return []byte("0123456789abcdef"), name == "it" }

func args(t testing.TB, line string) Args {
	t.Helper()
	_, args, err := split(line)
	if err != nil {
		t.Fatal(err)
	}
	return args
}

func TestNew(t *testing.T) {
	cases := []struct{ verb, args, want string }{
		{"vitals", "", `{"vitalSigns":{}}`},
		{"vitals", "temp=36.8 pulse=72 rr=16 bp=120/70 spo2=97", `{"vitalSigns":{"temperatureTenthsC":368,"pulsePerMin":72,
			"respirationsPerMin":16,"systolicMmhg":120,"diastolicMmhg":70,"spo2Percent":97}}`},
		{"vitals", "pulse=0 saw=脈触れず", `{"vitalSigns":{"pulsePerMin":0,"observation":"脈触れず"}}`},
		{"vitals", "weight=52.4 jcs=30-R acvpu=V", `{"vitalSigns":{"weightG":52400,
			"jcs":{"level":30,"modifiers":["JCS_MODIFIER_RESTLESSNESS"]},"consciousness":"CONSCIOUSNESS_VOICE"}}`},
		{"vitals", "glucose=Lo temp=unmeasurable spo2=unmeasurable", `{"vitalSigns":{
			"glucose":{"outOfRange":"GLUCOSE_OUT_OF_RANGE_LO"},"absent":[
			{"item":"VITAL_ITEM_TEMPERATURE","reason":"ABSENT_REASON_NOT_MEASURABLE"},
			{"item":"VITAL_ITEM_SPO2","reason":"ABSENT_REASON_NOT_MEASURABLE"}]}}`},
		{"draft", "s=S o=O a=A p=P", `{"draftNote":{"format":"NOTE_FORMAT_FREE","subjective":"S","objective":"O",
			"assessment":"A","plan":"P"}}`},
		{"draft", "format=fdar focus=F data=D action=A response=R", `{"draftNote":{"format":"NOTE_FORMAT_FDAR","focus":"F",
			"data":"D","action":"A","response":"R"}}`},
		{"note", "format=handover text=T to=夜勤 important=yes about=it", `{"signedNote":{"format":"NOTE_FORMAT_HANDOVER",
			"text":"T","handoverTo":"夜勤","important":true,"vitalSignsIds":["MDEyMzQ1Njc4OWFiY2RlZg=="]}}`},
		{"order", "drug=D yj=2171022F2029 amount=2.5 unit=錠 slots=after-breakfast,bedtime usage=1011000400000000",
			`{"medicationOrder":{"drug":{"name":"D","yjCode":"2171022F2029"},"dosage":{"amountThousandths":2500,"unit":"錠",
			"usageCode":"1011000400000000","slots":["after-breakfast","bedtime"]},"state":"ORDER_STATE_ACTIVE"}}`},
		{"order", "drug=D amount=1 unit=錠 prn=疼痛時 state=on-hold hold=H instructions=I",
			`{"medicationOrder":{"drug":{"name":"D"},"dosage":{"amountThousandths":1000,"unit":"錠","prn":{"indication":"疼痛時"}},
			"state":"ORDER_STATE_ON_HOLD","holdRule":"H","instructions":"I"}}`},
		{"dose", "order=it slot=2026-11-01/bedtime", `{"medicationLog":{"orderId":"MDEyMzQ1Njc4OWFiY2RlZg==",
			"slot":"2026-11-01/bedtime","outcome":"DOSE_OUTCOME_GIVEN"}}`},
		{"dose", "outcome=found-taken why=W prn=P source=S", `{"medicationLog":{"outcome":"DOSE_OUTCOME_FOUND_TAKEN",
			"reason":"W","prnIndication":"P","source":"S"}}`},
	}
	tried := map[string]bool{}
	for _, c := range cases {
		want := &carev1.Body{}
		if err := protojson.Unmarshal([]byte(c.want), want); err != nil {
			t.Fatalf("%s %s: %v", c.verb, c.args, err)
		}
		if got, err := New(c.verb, args(t, c.args), labels); err != nil || !proto.Equal(got, want) {
			t.Errorf("%s %s: %v, %v\nwant %v", c.verb, c.args, got, err, want)
		}
		tried[c.verb] = true
	}
	if len(tried) != len(Verbs) {
		t.Errorf("tried %v of %v", slices.Sorted(maps.Keys(tried)), slices.Sorted(maps.Keys(Verbs)))
	}
}

func TestNewErrors(t *testing.T) {
	cases := []struct{ verb, args, says string }{
		{"", "", "vitals, draft, note, order or dose"},
		{"Vitals", "", `"Vitals" is not something to write`},
		{"vitals", "temperature=36.8", "temperature=36.8: there is no such field"},
		{"vitals", "temp=36.8 s=S", "s=S: there is no such field"},
		{"vitals", "temp=warm", "temp=warm: "},
		{"vitals", "pulse=fast", "pulse=fast: a whole number"},
		{"vitals", "pulse=-1", "a whole number"},
		{"vitals", "pulse=72.5", "a whole number"},
		{"vitals", "pulse=4294967296", "a whole number"},
		{"vitals", "bp=120", "120/70"},
		{"vitals", "bp=high/70", "a whole number"},
		{"vitals", "bp=120/", "a whole number"},
		{"vitals", "rr=unmeasurable", "a whole number"},
		{"vitals", "spo2=97%", "a whole number"},
		{"vitals", "weight=50.1234", "at most three decimal places"},
		{"vitals", "weight=heavy", "a number"},
		{"vitals", "weight=4294967.296", "a number"},
		{"vitals", "weight=-50", "a number"},
		{"vitals", "glucose=sweet", "glucose=sweet: "},
		{"vitals", "jcs=4", "jcs=4: "},
		{"vitals", "acvpu=X", "one of A, C, V, P, U"},
		{"vitals", "acvpu=AC", "one of A, C, V, P, U"},
		{"vitals", "acvpu=", "one of A, C, V, P, U"},
		{"draft", "format=poem", "one of fdar, free, handover, soap"},
		{"draft", "format=unspecified", "one of "},
		{"draft", "about=nothing", "no record has this name yet"},
		{"draft", "subjective=S", "there is no such field"},
		{"note", "temp=36.8", "there is no such field"},
		{"order", "amount=two", "a number"},
		{"order", "state=gone", "one of active, on-hold, stopped"},
		{"order", "slot=bedtime", "there is no such field"},
		{"dose", "order=nothing", "no record has this name yet"},
		{"dose", "outcome=eaten", "one of away, found-taken, given, "},
		{"dose", "amount=1", "there is no such field"},
	}
	for _, c := range cases {
		if _, err := New(c.verb, args(t, c.args), labels); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %s: %v", c.verb, c.args, err)
		}
	}
}

// Set names the fields that it wrote, each once, in ascending order: they are the groups of a PATCH.
func TestSetNamesTheFields(t *testing.T) {
	cases := []struct {
		verb, args string
		want       []uint32
	}{
		{"draft", "", nil},
		{"draft", "p=P s=S a=A", []uint32{2, 4, 5}},
		{"draft", "s=one s=two", []uint32{2}},
		{"draft", "format=soap text=T important=yes about=it", []uint32{1, 10, 12, 13}},
		{"vitals", "spo2=unmeasurable temp=unmeasurable bp=120/70", []uint32{7, 8, 22}},
		{"vitals", "saw=S temp=36.8 pulse=70 rr=16 weight=50 glucose=100 jcs=0 acvpu=A", []uint32{1, 3, 6, 13, 16, 17, 18, 21}},
		{"order", "unit=錠 amount=1 drug=D yj=Y state=stopped hold=H instructions=I", []uint32{1, 2, 8, 11, 13}},
		{"order", "slots=bedtime usage=U prn=P", []uint32{2}},
		{"dose", "source=S order=it outcome=given slot=S why=W prn=P", []uint32{1, 2, 3, 6, 7, 8}},
	}
	for _, c := range cases {
		body, err := New(c.verb, nil, labels)
		if err != nil {
			t.Fatal(err)
		}
		before := proto.CloneOf(body)
		got, err := Set(body, args(t, c.args), labels)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %v, %v", c.verb, c.args, got, err)
		}
		changed := changedFields(t, before, body)
		if c.verb == "draft" && c.args != "" && !slices.Equal(changed, got) {
			t.Errorf("%s %s: changed %v, says %v", c.verb, c.args, changed, got)
		}
		for _, f := range changed {
			if !slices.Contains(got, f) {
				t.Errorf("%s %s: field %d changed and is not named", c.verb, c.args, f)
			}
		}
	}
}

func changedFields(t *testing.T, a, b *carev1.Body) (changed []uint32) {
	t.Helper()
	k, _ := care.KindOf(a)
	for _, g := range k.Groups() {
		if g != 0 && g < 1000 && !care.EqualGroup(a, b, g) {
			changed = append(changed, g)
		}
	}
	if k.WholeRecord() {
		for g := range uint32(100) {
			if same := care.EqualGroup(a, b, g); !same && fieldExists(a, g) {
				changed = append(changed, g)
			}
		}
	}
	return changed
}

func fieldExists(b *carev1.Body, n uint32) bool { return care.EqualGroup(b, b, n) }

// A pair without a value clears a text.
func TestSetClearsTexts(t *testing.T) {
	cases := []struct{ verb, fill, clear string }{
		{"draft", "s=S o=O important=yes", "s= o= important="},
		{"note", "text=T to=N", "text= to="},
		{"dose", "why=W source=S prn=P slot=S", "why= source= prn= slot="},
		{"order", "hold=H instructions=I yj=Y usage=U", "hold= instructions= yj= usage="},
		{"vitals", "saw=S", "saw="},
	}
	for _, c := range cases {
		empty, _ := New(c.verb, nil, labels)
		body, err := New(c.verb, args(t, c.fill), labels)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Set(body, args(t, c.clear), labels); err != nil || !proto.Equal(body, empty) {
			t.Errorf("%s %s: %v, %v", c.verb, c.clear, body, err)
		}
	}
}

func TestSetOfABodyThatIsNotKnown(t *testing.T) {
	if _, err := Set(&carev1.Body{}, Args{{"s", "S"}}, labels); err == nil || !strings.Contains(err.Error(), "not known") {
		t.Error(err)
	}
}
