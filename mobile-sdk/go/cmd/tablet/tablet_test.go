package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// call runs the program on a store of its own.
func call(t *testing.T, dir string, args ...string) (out, errOut string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), append([]string{"--store", filepath.Join(dir, "tablet")}, args...), strings.NewReader(""), &o, &e)
	return o.String(), e.String(), code
}

func TestHelpOfEveryCommand(t *testing.T) {
	parser, err := kong.New(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Children {
		out, errOut, code := call(t, t.TempDir(), command.Name, "--help")
		if code != 0 || !strings.Contains(out, command.Name) || errOut != "" {
			t.Errorf("%s --help: %d %q", command.Name, code, errOut)
		}
	}
}

func TestWithoutSigningInEverythingSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"charts"}, 0, "no charts yet; run tablet sync"},
		{[]string{"queue"}, 0, "nothing is waiting"},
		{[]string{"receipts"}, 0, ""},
		{[]string{"sync"}, 1, "not signed in"},
		{[]string{"vitals", "--temp", "36.8"}, 1, "not signed in"},
		{[]string{"vitals", "--chart", "x", "--temp", "36.8"}, 1, "not signed in"},
		{[]string{"vitals", "--bp", "120-70"}, 1, "120/70"},
		{[]string{"verify"}, 0, "whole"},
		{[]string{"nonsense"}, 2, "unexpected argument"},
	} {
		out, errOut, code := call(t, dir, append([]string{"--lang", "en"}, c.args...)...)
		if code != c.code || !strings.Contains(out+errOut, c.says) {
			t.Errorf("%v: %d %q %q", c.args, code, out, errOut)
		}
	}
	_, errOut, _ := call(t, dir, "--lang", "ja", "sync")
	if !strings.Contains(errOut, "サインイン") || strings.Contains(errOut, "sign") {
		t.Errorf("in Japanese: %q", errOut)
	}
}

func TestOtherDevicesStoreIsRefused(t *testing.T) {
	dir := t.TempDir()
	call(t, dir, "--device", "tablet-a", "queue")
	if _, errOut, code := call(t, dir, "--device", "tablet-b", "--lang", "en", "queue"); code != 1 || !strings.Contains(errOut, "another device") {
		t.Errorf("%d %q", code, errOut)
	}
}

func TestSetAsideMovesOnlyWhatDoesNotOpen(t *testing.T) {
	dir := t.TempDir()
	call(t, dir, "queue")
	if _, errOut, code := call(t, dir, "--lang", "en", "set-aside"); code != 1 || !strings.Contains(errOut, "not sent yet: 0") {
		t.Errorf("a store that opens: %d %q", code, errOut)
	}
	if err := os.Remove(filepath.Join(dir, "tablet", "MANIFEST")); err != nil {
		t.Fatal(err)
	}
	out, _, code := call(t, dir, "set-aside")
	if code != 0 || !strings.Contains(out, "tablet.aside-1") {
		t.Errorf("%d %q", code, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "tablet.aside-1.key")); err != nil {
		t.Error("the key stayed behind")
	}
	if _, errOut, code := call(t, dir, "--lang", "en", "set-aside"); code != 1 || !strings.Contains(errOut, "no tablet's store") {
		t.Errorf("no store: %d %q", code, errOut)
	}
	if _, errOut, _ := call(t, dir, "--lang", "en", "vitals", "--chart", "c", "--temp", "36.8"); !strings.Contains(errOut, "not signed in") {
		t.Errorf("a write afterwards: %q", errOut)
	}
}

func TestLostKeyFileIsNamed(t *testing.T) {
	dir := t.TempDir()
	call(t, dir, "queue")
	if err := os.Remove(filepath.Join(dir, "tablet.key")); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"ja", "en"} {
		if _, errOut, code := call(t, dir, "--lang", lang, "queue"); code != 1 || !strings.Contains(errOut, "tablet.key") {
			t.Errorf("%d %q", code, errOut)
		}
	}
}

func TestReadingsAreReadAsWritten(t *testing.T) {
	v := &carev1.VitalSigns{Observation: "stays"}
	flags := vitalFlags{
		Temp: "36.8", BP: "120/70", Pulse: "72", SpO2: "９７", RR: "16", Oxygen: "0.5",
		JCS: "30-R", Glucose: "110", Weight: "52.35", Pain: "3",
	}
	if err := flags.into(v); err != nil {
		t.Fatal(err)
	}
	if v.GetTemperatureTenthsC() != 368 || v.GetSystolicMmhg() != 120 || v.GetDiastolicMmhg() != 70 || v.GetWeightG() != 52350 ||
		v.GetOxygen().GetFlowTenthsLPerMin() != 5 || v.GetJcs().GetLevel() != 30 || v.GetObservation() != "stays" {
		t.Errorf("read: %v", v)
	}
	if v.GetTemperatureSite() != 0 {
		t.Error("a site that nobody named")
	}
	for _, wrong := range []vitalFlags{
		{BP: "120/70x"}, {BP: "120/ 70"}, {BP: "-120/70"}, {Pulse: "7.2"}, {Pulse: "-72"}, {Pulse: "0x48"}, {SpO2: "97%"},
		{RR: "1e1"}, {Pain: "11"}, {Oxygen: "-1"}, {Oxygen: "0.55"}, {Oxygen: "1e1"}, {Weight: "52.1234"}, {Acvpu: "X"},
		{NotMeasurable: []string{"mood"}}, {Temp: "hot"}, {BP: "120"}, {JCS: "4"}, {Glucose: "x"}, {Weight: "-1"}, {Oxygen: "a lot"},
	} {
		if err := wrong.into(&carev1.VitalSigns{}); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}

func TestWhatIsNotMeasurableAndAirAreSaid(t *testing.T) {
	v := &carev1.VitalSigns{}
	flags := vitalFlags{Oxygen: "０", BP: "１２０／７０", NotMeasurable: []string{"spo2"}, Acvpu: "v", Temp: "36.8", Site: "ear"}
	if err := flags.into(v); err != nil {
		t.Fatal(err)
	}
	if v.GetOxygen() == nil || v.GetOxygen().GetSupplemental() || v.GetSystolicMmhg() != 120 || len(v.GetAbsent()) != 1 ||
		v.GetConsciousness() != carev1.Consciousness_CONSCIOUSNESS_VOICE ||
		v.GetTemperatureSite() != carev1.TemperatureSite_TEMPERATURE_SITE_EAR {
		t.Errorf("read: %v", v)
	}
	if err := (vitalFlags{SpO2: "95"}).into(v); err != nil || len(v.GetAbsent()) != 0 {
		t.Errorf("measured after all: %v, %v", v.GetAbsent(), err)
	}
}

func TestOrdersAreReadAsWritten(t *testing.T) {
	o := &carev1.MedicationOrder{}
	flags := orderFlags{Drug: "d", Amount: "２.5", Unit: "錠", Prn: "疼痛時", Interval: "6h", Max: "3", UsageCode: "1050110000000000"}
	if err := flags.into(o); err != nil {
		t.Fatal(err)
	}
	prn := o.GetDosage().GetPrn()
	if o.GetDosage().GetAmountThousandths() != 2500 || prn.GetMinIntervalMinutes() != 360 || prn.GetMaxPerDay() != 3 ||
		o.GetDosage().GetUsageCode() != flags.UsageCode {
		t.Errorf("read: %v", o)
	}
	coded := orderFlags{Drug: "アムロジピン錠5mg", YJ: "２１７１０２２f1029"}
	if err := coded.into(o); err != nil || o.GetDrug().GetYjCode() != "2171022F1029" || o.GetDrug().GetName() != coded.Drug {
		t.Errorf("the code: %v, %v", o.GetDrug(), err)
	}
	if err := (orderFlags{YJ: "3399007H1021"}).into(o); err != nil || o.GetDrug().GetYjCode() != "3399007H1021" || o.GetDrug().GetName() != coded.Drug {
		t.Errorf("another code of the same drug: %v, %v", o.GetDrug(), err)
	}
	for _, wrong := range []orderFlags{
		{Drug: "d", YJ: "217102"}, {Drug: "d", YJ: "2171022-1029"}, {YJ: "2171022F1029"},
		{Amount: "0.0005"}, {Amount: "-1"}, {Amount: "NaN"}, {Amount: "1e3"}, {UsageCode: "1"}, {Max: "3"}, {Prn: "p", Interval: "soon"},
		{Prn: "p", Max: "a"},
	} {
		if err := wrong.into(&carev1.MedicationOrder{}); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}

func TestFlagsBelongToTheKind(t *testing.T) {
	if err := (amendCmd{vitalFlags: vitalFlags{Pulse: "70"}}).fits("draft_note"); err == nil {
		t.Error("a pulse was taken for a note")
	}
	if err := (amendCmd{vitalFlags: vitalFlags{Pulse: "70"}, Reason: "typo"}).fits("vital_signs"); err != nil {
		t.Error(err)
	}
}

func TestTimesAreThoseOfJapan(t *testing.T) {
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC) // 23 November, 05:00 in Japan
	for written, want := range map[string]time.Time{
		"04:30":                time.Date(2026, 11, 22, 19, 30, 0, 0, time.UTC),
		"2026-11-01 09:00":     time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		"2026-11-01T09:00":     time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		"2026-11-01T09:00:00Z": time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC),
	} {
		if at, err := parseTime(written, now); err != nil || !at.Equal(want) {
			t.Errorf("%s: %v, %v", written, at, err)
		}
	}
	if _, err := parseTime("noon", now); err == nil {
		t.Error("noon was taken")
	}
}
