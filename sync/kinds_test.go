package arrows_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/care"
)

// TestKindsAreThoseOfTheContract: the table of kinds in sync/doc/protocol.md has every kind of the contract, with the policy,
// section and domain key that the contract declares, and no other.
func TestKindsAreThoseOfTheContract(t *testing.T) {
	raw, err := os.ReadFile("doc/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	const head = "| kind | number | policy | section | domain key |\n|---|---|---|---|---|\n"
	_, table, found := strings.Cut(string(raw), head)
	table, _, _ = strings.Cut(table, "\n\n")
	if !found {
		t.Fatalf("there is no table under\n%s", head)
	}
	got, want := strings.Split(table, "\n"), kindRows()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(want):
			t.Errorf("the contract has no such kind: %s", got[i])
		case i >= len(got):
			t.Errorf("the table lacks: %s", want[i])
		case got[i] != want[i]:
			t.Errorf("the table says\n%s\nthe contract\n%s", got[i], want[i])
		}
	}
}

// kindRows are the rows that the contract asks for, by number.
func kindRows() (rows []string) {
	for _, k := range care.Kinds() {
		rows = append(rows, strings.ReplaceAll(fmt.Sprintf("| %s | %d | %s | %s | %s |", k.Name, k.Number,
			strings.TrimPrefix(k.Merge.String(), "MERGE_POLICY_"),
			strings.ToLower(strings.TrimPrefix(k.Section.String(), "SECTION_POLICY_")), strings.Join(k.UniqueBy, ", ")), "|  |", "| |"))
	}
	return rows
}
