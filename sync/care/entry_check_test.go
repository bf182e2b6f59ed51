package care

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// noon is the moment at which the entries of these tests are made, in the zone of a chart.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, japan)

func entryOf(body *carev1.Body, at time.Time) Entered { return Entered{Body: body, At: at, Now: noon} }

func episodeOf(kind carev1.EpisodeKind) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_Episode{Episode: &carev1.CareEpisode{Kind: kind}}}
}

func wasGiven(id, slot string, outcome carev1.DoseOutcome, at time.Time) GivenDose {
	r := dose(id, "o", slot, outcome, "")
	r.Envelope = &carev1.Envelope{Effective: timestamppb.New(at)}
	return GivenDose{Record: r, By: "橋本"}
}

func fieldsOf(found []Finding) string {
	var all []string
	for _, f := range found {
		all = append(all, f.Field+" "+f.En)
	}
	return strings.Join(all, "\n")
}

// asks tells whether something is asked, all of it can be confirmed, and one sentence has the words.
func asks(t *testing.T, name string, e Entered, words string) {
	t.Helper()
	found := CheckEntry(e)
	for _, f := range found {
		if f.Severity != Unlikely || f.Ja == "" || f.En == "" {
			t.Errorf("%s: a finding that nobody can confirm: %+v", name, f)
		}
	}
	if got := fieldsOf(found); words == "" && got != "" || words != "" && !strings.Contains(got, words) {
		t.Errorf("%s: asks %q, want %q", name, got, words)
	}
}

func TestDatesAreAskedAbout(t *testing.T) {
	vitals := &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{}}}
	lab := &carev1.Body{Kind: &carev1.Body_LabResult{LabResult: &carev1.LabResult{}}}
	asks(t, "now", entryOf(vitals, noon), "")
	asks(t, "30 days ago", entryOf(vitals, noon.AddDate(0, 0, -30)), "")
	asks(t, "31 days ago", entryOf(vitals, noon.AddDate(0, 0, -31)), "30 days ago")
	asks(t, "an old result", entryOf(lab, noon.AddDate(-1, 0, 0)), "")
	asks(t, "a death", entryOf(episodeOf(carev1.EpisodeKind_EPISODE_KIND_DEATH), noon), "a death")
	asks(t, "a stay", entryOf(episodeOf(carev1.EpisodeKind_EPISODE_KIND_HOSPITAL_STAY), noon), "")
	for at, words := range map[time.Time]string{noon: "after the recorded death", noon.Add(-2 * time.Hour): ""} {
		e := entryOf(vitals, at)
		e.Died = noon.Add(-time.Hour)
		asks(t, "around a death", e, words)
	}
}

func TestDaysOfDosesAreAskedAbout(t *testing.T) {
	order := &carev1.Record{Body: &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
		StartDate: "2026-11-20", EndDate: "2026-11-23",
	}}}}
	for _, c := range []struct {
		slot  string
		at    time.Time
		words string
	}{
		{"2026-11-23/after-breakfast", noon, ""},
		{"2026-11-22/bedtime", noon.Add(-11 * time.Hour), ""}, // the night shift, after midnight
		{"2026-11-19/after-breakfast", noon.AddDate(0, 0, -4), "outside the period"},
		{"2026-11-24/after-breakfast", noon, "outside the period"},
		{"2026-11-20/after-breakfast", noon, "two days or more"},
		{"", noon.AddDate(0, 0, 1), "outside the period"},
	} {
		e := entryOf(dose("", "o", c.slot, given, "").Body, c.at)
		e.Order = order
		asks(t, c.slot, e, c.words)
	}
}

func TestDoseThatIsThereIsAskedAbout(t *testing.T) {
	const slot = "2026-11-23/after-breakfast"
	at := time.Date(2026, 11, 23, 8, 18, 0, 0, japan)
	again := dose("", "o", slot, given, "").Body
	rest := dose("", "o", slot, given, "first").Body
	for name, c := range map[string]struct {
		body  *carev1.Body
		there GivenDose
		asked bool
	}{
		"given":         {again, wasGiven("first", slot, given, at), true},
		"refused":       {again, wasGiven("first", slot, refused, at), false},
		"another slot":  {again, wasGiven("first", "2026-11-23/after-lunch", given, at), false},
		"not now":       {dose("", "o", slot, refused, "").Body, wasGiven("first", slot, given, at), false},
		"the remainder": {rest, wasGiven("first", slot, partial, at), false},
	} {
		e := entryOf(c.body, noon)
		e.Doses = []GivenDose{c.there}
		if found := CheckDose(e); (len(found) == 1) != c.asked {
			t.Errorf("%s: %s", name, fieldsOf(found))
		} else if c.asked && !strings.Contains(found[0].Ja, "08:18 橋本 により記録済み") {
			t.Errorf("%s: %s", name, found[0].Ja)
		}
	}
	gone := wasGiven("first", slot, given, at)
	gone.Record.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED
	e := entryOf(again, noon)
	if e.Doses = []GivenDose{gone}; len(CheckDose(e)) != 0 {
		t.Error("a retracted dose counts")
	}
}

func TestPrnLimitsAreAskedAbout(t *testing.T) {
	order := &carev1.Record{Body: &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
		Dosage: &carev1.Dosage{Prn: &carev1.Prn{MinIntervalMinutes: 240, MaxPerDay: 2}},
	}}}}
	for name, c := range map[string]struct {
		before []time.Time
		asked  string
	}{
		"the first":          {nil, ""},
		"at the interval":    {[]time.Time{noon.Add(-4 * time.Hour)}, ""},
		"too soon":           {[]time.Time{noon.Add(-4*time.Hour + time.Minute)}, "least interval of 240 minutes"},
		"before another":     {[]time.Time{noon.Add(time.Hour)}, "least interval"},
		"the third":          {[]time.Time{noon.Add(-11 * time.Hour), noon.Add(-5 * time.Hour)}, "most doses of a day, 2"},
		"one was last night": {[]time.Time{noon.Add(-13 * time.Hour), noon.Add(-5 * time.Hour)}, ""},
	} {
		e := entryOf(dose("", "o", "", given, "").Body, noon)
		e.Order = order
		for n, at := range c.before {
			e.Doses = append(e.Doses, wasGiven(string(rune('a'+n)), "", given, at))
		}
		if got := fieldsOf(CheckDose(e)); c.asked == "" && got != "" || !strings.Contains(got, c.asked) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
