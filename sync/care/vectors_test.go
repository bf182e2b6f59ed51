package care

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// vectors reads the cases of a committed file that every implementation shares.
func vectors[T any](t testing.TB, name string) []T {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "testdata", "clinical", name))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []T }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	return file.Cases
}

// failed tells whether a parser answered with an error, and checks that it is the one that was wanted.
func failed[T any](t *testing.T, input, want string, failures map[string]error, got *T, err error) bool {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("%q: %v", input, err)
		}
		return err != nil
	}
	if failures[want] == nil || !errors.Is(err, failures[want]) || got != nil {
		t.Errorf("%q: %v, %v; want error %s", input, got, err, want)
	}
	return true
}

type jcsVector struct {
	Input, Modifiers, Text, Error string
	Level                         uint32
}

func TestJCSVectors(t *testing.T) {
	want := map[string]error{"level": ErrJCSLevel, "group": ErrJCSGroup, "modifier": ErrJCSModifier, "length": ErrTooLong}
	for _, c := range vectors[jcsVector](t, "jcs.json") {
		got, err := ParseJCS(c.Input)
		if failed(t, c.Input, c.Error, want, got, err) {
			continue
		}
		if got.GetLevel() != c.Level || FormatJCS(got) != c.Text {
			t.Errorf("%q: %v %v", c.Input, got, err)
			continue
		}
		var letters string
		for _, m := range got.GetModifiers() {
			letters += jcsModifiers[m-1 : m]
		}
		if letters != c.Modifiers {
			t.Errorf("%q: modifiers %q", c.Input, letters)
		}
	}
}

type usageVector struct {
	Input, Error, Method, Kind, Condition string
	Slots                                 []string
	TimesPerDay                           int `json:"times_per_day"`
	EveryHours                            int `json:"every_hours"`
	MinIntervalHours                      int `json:"min_interval_hours"`
	MaxPerDay                             int `json:"max_per_day"`
}

func TestUsageCodeVectors(t *testing.T) {
	failures := map[string]error{"format": ErrUsageFormat, "times": ErrUsageTimes, "unknown": ErrUsageUnknown,
		"length": ErrTooLong}
	names := map[UsageKind]string{UsageOther: "other", UsageMeals: "meals", UsageHours: "hours", UsageEvent: "event",
		UsagePRN: "prn"}
	for _, c := range vectors[usageVector](t, "usage_code.json") {
		got, err := ParseUsageCode(c.Input)
		if failed(t, c.Input, c.Error, failures, got, err) {
			continue
		}
		have := usageVector{Input: c.Input, Method: got.Method, Kind: names[got.Kind], Condition: got.Condition,
			Slots: got.Slots, TimesPerDay: got.TimesPerDay, EveryHours: got.EveryHours,
			MinIntervalHours: got.MinIntervalHours, MaxPerDay: got.MaxPerDay}
		if a, b := text(t, have), text(t, c); a != b {
			t.Errorf("%q:\n got %s\nwant %s", c.Input, a, b)
		}
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

type limitVector struct {
	Name       string
	VitalSigns json.RawMessage `json:"vital_signs"`
	Findings   []struct{ Field, Severity, Range string }
}

func TestVitalLimitVectors(t *testing.T) {
	for _, c := range vectors[limitVector](t, "vital_limits.json") {
		v := &carev1.VitalSigns{}
		if err := protojson.Unmarshal(c.VitalSigns, v); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		var got, want []string
		for _, f := range Check(vitalsBody(v)) {
			got = append(got, f.Field+" "+f.Severity.String()+" "+f.Range)
			if f.En == "" || f.Ja == "" || !strings.HasSuffix(f.En, ".") || !strings.HasSuffix(f.Ja, "。") {
				t.Errorf("%s: no sentence: %+v", c.Name, f)
			}
		}
		for _, f := range c.Findings {
			want = append(want, f.Field+" "+f.Severity+" "+f.Range)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.Name, got, want)
		}
	}
}

type ruleVector struct {
	Name           string
	Body, Envelope json.RawMessage
	Violations     []struct{ Field, Rule string }
	Findings       []struct{ Field, Severity string }
}

func TestRuleVectors(t *testing.T) {
	failing := map[string]bool{}
	for _, c := range vectors[ruleVector](t, "rules.json") {
		body, envelope := &carev1.Body{}, &carev1.Envelope{}
		m := proto.Message(envelope)
		if c.Body != nil {
			unmarshal(t, c.Body, body)
			m = Message(body)
		} else {
			unmarshal(t, c.Envelope, envelope)
		}
		var got, want, found, asked []string
		for _, v := range Validate(m) {
			got = append(got, v.Field+" "+v.Rule)
			failing[v.Rule] = true
		}
		for _, v := range c.Violations {
			want = append(want, v.Field+" "+v.Rule)
		}
		for _, f := range Check(body) {
			found = append(found, f.Field+" "+f.Severity.String())
			if f.En == "" || f.Ja == "" || !strings.HasSuffix(f.En, ".") || !strings.HasSuffix(f.Ja, "。") {
				t.Errorf("%s: no sentence: %+v", c.Name, f)
			}
		}
		for _, f := range c.Findings {
			asked = append(asked, f.Field+" "+f.Severity)
		}
		if !slices.Equal(got, want) || !slices.Equal(found, asked) {
			t.Errorf("%s:\n got %q, %q\nwant %q, %q", c.Name, got, found, want, asked)
		}
	}
	for rule := range messageRules {
		if !failing[rule] {
			t.Errorf("no case breaks %s", rule)
		}
	}
}

type readingVector struct {
	Parser, Input string
	Tenths        int32
	MgPerDl       uint32 `json:"mg_per_dl"`
	OutOfRange    string `json:"out_of_range"`
	Error         bool
}

func TestReadingVectors(t *testing.T) {
	for _, c := range vectors[readingVector](t, "readings.json") {
		switch c.Parser {
		case "temperature":
			got, err := ParseTemperature(c.Input)
			if (err != nil) != c.Error || got != c.Tenths {
				t.Errorf("temperature %q: %d, %v", c.Input, got, err)
			}
		case "glucose":
			got, err := ParseGlucose(c.Input)
			out := map[carev1.GlucoseOutOfRange]string{1: "lo", 2: "hi"}[got.GetOutOfRange()]
			if (err != nil) != c.Error || got.GetMgPerDl() != c.MgPerDl || out != c.OutOfRange {
				t.Errorf("glucose %q: %v, %v", c.Input, got, err)
			}
		default:
			t.Errorf("no parser %q", c.Parser)
		}
	}
}
