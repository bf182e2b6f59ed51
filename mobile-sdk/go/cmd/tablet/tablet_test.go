package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"google.golang.org/protobuf/proto"

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
		{[]string{"vitals", "--temp", "36.8"}, 1, "Say which chart"},
		{[]string{"vitals", "--chart", "x", "--temp", "36.8"}, 1, "no such chart"},
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

func TestSetAsideKeepsTheFolder(t *testing.T) {
	dir := t.TempDir()
	call(t, dir, "queue")
	out, _, code := call(t, dir, "set-aside")
	if code != 0 || !strings.Contains(out, "tablet.aside-1") {
		t.Errorf("%d %q", code, out)
	}
}

func TestReadingsAreReadAsWritten(t *testing.T) {
	v := &carev1.VitalSigns{Observation: "stays"}
	flags := vitalFlags{
		Temp: "36.8", BP: "120/70", Pulse: proto.Uint32(72), SpO2: proto.Uint32(97), RR: proto.Uint32(16), Oxygen: "0.5",
		JCS: "30-R", Glucose: "110", Weight: "52.35", Pain: proto.Uint32(3),
	}
	if err := flags.into(v); err != nil {
		t.Fatal(err)
	}
	if v.GetTemperatureTenthsC() != 368 || v.GetSystolicMmhg() != 120 || v.GetDiastolicMmhg() != 70 || v.GetWeightG() != 52350 ||
		v.GetOxygen().GetFlowTenthsLPerMin() != 5 || v.GetJcs().GetLevel() != 30 || v.GetObservation() != "stays" {
		t.Errorf("read: %v", v)
	}
	for _, wrong := range []vitalFlags{{Temp: "hot"}, {BP: "120"}, {JCS: "4"}, {Glucose: "x"}, {Weight: "-1"}, {Oxygen: "a lot"}} {
		if err := wrong.into(&carev1.VitalSigns{}); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
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
