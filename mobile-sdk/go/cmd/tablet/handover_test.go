package main

import (
	"testing"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// TestNobodyReadsForAnother: a handover leaves somebody's list by their own mark only.
func TestNobodyReadsForAnother(t *testing.T) {
	id := replica.ID{7}
	note := sdk.Item{
		View: replica.View{ID: id, Record: &carev1.Record{Body: &carev1.Body{Kind: &carev1.Body_SignedNote{
			SignedNote: &carev1.SignedNote{HandoverTo: "夜勤"},
		}}}},
		Author: &carev1.Actor{PersonId: "sato", Name: "佐藤"},
	}
	mark := func(author, of string) sdk.Item {
		return sdk.Item{
			View: replica.View{ID: replica.ID{8}, Record: &carev1.Record{Body: &carev1.Body{Kind: &carev1.Body_ReadMark{
				ReadMark: &carev1.ReadMark{PersonId: of, RecordId: id[:]},
			}}}},
			Author: &carev1.Actor{PersonId: author, Name: "名前"},
		}
	}
	for _, c := range []struct {
		author, of string
		listed     int
	}{{"takahashi", "suzuki", 1}, {"suzuki", "suzuki", 0}, {"suzuki", "takahashi", 1}} {
		list := handoverCmd{}.toRead(sdk.Chart{}, []sdk.Item{mark(c.author, c.of), note}, "suzuki")
		if len(list) != c.listed {
			t.Errorf("%s marked it for %s: %d on the list of suzuki, want %d", c.author, c.of, len(list), c.listed)
		}
	}
}
