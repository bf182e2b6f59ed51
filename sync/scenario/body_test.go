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
		{"vitals", "oxygen=air", `{"vitalSigns":{"oxygen":{}}}`},
		{"vitals", "oxygen=1.5", `{"vitalSigns":{"oxygen":{"supplemental":true,"flowTenthsLPerMin":15}}}`},
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
		{"profile", "name.text=架空 birth_date=1938-05-02 usual_vitals.temperature_tenths_c=362 spo2_scale.scale=2", `{"patientProfile":{
			"name":{"text":"架空"},"birthDate":"1938-05-02","usualVitals":{"temperatureTenthsC":362},"spo2Scale":{"scale":2}}}`},
		{"visit", "kind=house-call staff_id=p planned_start=2026-11-01T09:00:00+09:00 planned_minutes=30 progress.state=planned emergency=yes",
			`{"visit":{"kind":"VISIT_KIND_HOUSE_CALL","staffId":"p","plannedStart":"2026-11-01T00:00:00Z","plannedMinutes":30,
			"progress":{"state":"VISIT_STATE_PLANNED"},"emergency":true}}`},
		{"care", "meal.time=lunch meal.staple_tenths=8 meal.choking=no", `{"dailyCare":{"meal":{"time":"MEAL_TIME_LUNCH","stapleTenths":8,"choking":false}}}`},
		{"instruction", "diagnoses=慢性心不全,高血圧 .state=issued", `{"instruction":{"diagnoses":[{"text":"慢性心不全"},{"text":"高血圧"}],
			"state":"INSTRUCTION_STATE_ISSUED"}}`},
		{"allergy", "substance.text=そば .status=active", `{"allergy":{"substance":{"text":"そば"},"status":"ALLERGY_STATUS_ACTIVE"}}`},
		{"condition", "name.text=肺炎", `{"condition":{"name":{"text":"肺炎"}}}`},
		{"instruction", "clinic=架空医院", `{"instruction":{"clinic":"架空医院"}}`},
		{"directive", "wishes=自宅で", `{"advanceDirective":{"wishes":"自宅で"}}`},
		{"lab", "value_text=5.1 value_thousandths=5100", `{"labResult":{"valueText":"5.1","valueThousandths":"5100"}}`},
		{"document", "title=診療情報提供書", `{"document":{"title":"診療情報提供書"}}`},
		{"inquiry", "text=T thread_id=it to_roles=nurse,physician", `{"inquiry":{"text":"T","threadId":"MDEyMzQ1Njc4OWFiY2RlZg==",
			"toRoles":["ROLE_NURSE","ROLE_PHYSICIAN"]}}`},
		{"task", "title=再検温 about=it progress.state=open", `{"task":{"title":"再検温","about":["MDEyMzQ1Njc4OWFiY2RlZg=="],"progress":{"state":"TASK_STATE_OPEN"}}}`},
		{"read", "person_id=p record_id=it .at=2026-11-01T09:00:00+09:00", `{"readMark":{"personId":"p","recordId":"MDEyMzQ1Njc4OWFiY2RlZg==","at":"2026-11-01T00:00:00Z"}}`},
		{"episode", "kind=hospital-stay suspends_doses=no place=", `{"episode":{"kind":"EPISODE_KIND_HOSPITAL_STAY"}}`},
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
		{"", "", "allergy, care, condition"},
		{"Vitals", "", `"Vitals" is not something to write`},
		{"vitals", "temperature=36.8", "temperature=36.8: there is no such field"},
		{"vitals", "temp=36.8 s=S", "s=S: there is no such field"},
		{"visit", "nobody=1", "nobody=1: there is no such field"},
		{"visit", "progress.state.more=1", "progress.state.more=1: there is no such field"},
		{"visit", "companions.name=N", "companions.name=N: there is no such field"},
		{"visit", "a.b.c.d.e=1", "a.b.c.d.e=1: there is no such field"},
		{"visit", "kind=walk", "kind=walk: one of bathing, care-manager"},
		{"visit", "planned_start=9:00", "planned_start=9:00: write a time as"},
		{"visit", "planned_minutes=long", "planned_minutes=long: a whole number, please"},
		{"visit", "emergency=maybe", "emergency=maybe: a script cannot write this field so"},
		{"visit", "progress=ended", "progress=ended: a script cannot write this field so"},
		{"task", "about=it,that", "about=it,that: no record has this name yet"},
		{"profile", "usual_vitals.temperature_tenths_c=warm", "a whole number, please"},
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
		{"vitals", "oxygen=much", "air, or litres a minute"},
		{"vitals", "oxygen=0", "air, or litres a minute"},
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
		{"vitals", "saw=S temp=36.8 pulse=70 rr=16 weight=50 glucose=100 jcs=0 acvpu=A oxygen=air", []uint32{1, 3, 6, 12, 13, 16, 17, 18, 21}},
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
