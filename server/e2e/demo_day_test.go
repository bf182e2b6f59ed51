package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDemoDay plays the day after the weeks of a seed: every answer is the one that its script expects, every write
// reaches the server, and the folder is whole afterwards.
func TestDemoDay(t *testing.T) {
	out, folder := playDemo(t, "--seed", "7", "--weeks", "1")
	if strings.Contains(out, unexpected) {
		t.Errorf("the answers in the script are not what happened:\n%s", out)
	}
	for _, words := range []string{
		"the 7 days before: 29 charts", "possible double dose", "the request was lost", "its answer was lost",
		"nothing is there twice", "Not saved: Temperature must be within", "no right to write here at that time is known",
		"is released by nurse-1 (nurse)", "kept beside another value: needs a decision", "restored from its old copy",
		"writes with an old app: new vital signs", "seems to have been restored from an older copy", "Everything adds up",
		"care-4 (care worker)", "doctor-", "pharmacist-", "NEWS2 14", "which says nothing about a patient",
		"the push is with the forwarder", "is on the nurse's tablet", "the physician's tablet shows that it was received", "nobody is told again",
	} {
		if !strings.Contains(out, words) {
			t.Errorf("the day does not print %q:\n%s", words, out)
		}
	}
	verify(t, filepath.Join(folder, "server"))
	log, err := os.ReadFile(filepath.Join(folder, "server.log"))
	if err != nil || len(log) == 0 {
		t.Fatalf("the server's log: %v", err)
	}
	for _, word := range []string{"patient-0", "resident-0", "nurse-1", "care-1", "昨日はよく歩いた", "朝食", "ふらつ"} {
		if bytes.Contains(log, []byte(word)) {
			t.Errorf("the server's log holds %q", word)
		}
	}
}
