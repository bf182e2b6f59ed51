package hub_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// chapter is one history with writes, judgements, restores and erasures in any order.
type chapter struct {
	*bench
	t         *rapid.T
	restoring restoring
	written   []*syncv1.Mutation
	records   []*syncv1.Mutation // the CREATEs
	erased    map[string]bool    // records
	texts     map[string][]string
}

// TestAnyHistoryWithErasures: whatever was written, judged and erased, the chain is whole, the digests add up, nothing
// of an erased record is left in any row, and a device that reads from the start gets its stub.
func TestAnyHistoryWithErasures(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := &chapter{bench: newBench(t), t: rt, erased: map[string]bool{}, texts: map[string][]string{}}
		c.hub = hub.New(hub.Config{Store: c.store, Directory: people{}, Seals: c.seals, Epochs: c.bench, Restored: &c.restoring})
		steps := []func(){c.write, c.write, c.change, c.change, c.change, c.judgeOne, c.judgeOne, c.again, c.eraseOne, c.restart}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			steps[rapid.IntRange(0, len(steps)-1).Draw(rt, "step")]()
		}
		c.confirm()
		for id := range c.erased {
			c.erase([]byte(id)) // what came after it is held with its payload until the order is carried out again
		}
		c.look()
	})
}

func (c *chapter) author() string {
	return rapid.SampledFrom([]string{"sato", "suzuki", "takahashi", "nobody"}).Draw(c.t, "author")
}

// text is a note's text that stands nowhere else.
func (c *chapter) text(record []byte) *carev1.Body {
	words := fmt.Sprintf("言葉-%x", c.id())
	c.texts[string(record)] = append(c.texts[string(record)], words)
	return &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Objective: words, Plan: words,
	}}}
}

func (c *chapter) send(m *syncv1.Mutation) {
	c.written = append(c.written, m)
	c.push(m.GetPersonId(), m)
}

func (c *chapter) write() {
	m := c.create(c.author(), nil)
	m.Record.Body = c.text(m.GetId())
	c.records = append(c.records, m)
	if rapid.IntRange(0, 3).Draw(c.t, "arrives") > 0 {
		c.send(m)
	} else {
		c.written = append(c.written, m) // comes later, with what was built on it
	}
}

func (c *chapter) change() {
	if len(c.records) == 0 {
		return
	}
	of := rapid.SampledFrom(c.records).Draw(c.t, "record")
	m := c.patch(c.author(), of.GetId(), nil, c.text(of.GetId()))
	m.Groups = []uint32{5, 6}
	if rapid.Bool().Draw(c.t, "linked") {
		before := rapid.SampledFrom(c.written).Draw(c.t, "before")
		m = c.after(m, before)
	}
	c.send(m)
}

func (c *chapter) again() {
	if len(c.written) > 0 {
		c.push("sato", rapid.SampledFrom(c.written).Draw(c.t, "again"))
	}
}

func (c *chapter) judgeOne() {
	if len(c.written) == 0 {
		return
	}
	m := rapid.SampledFrom(c.written).Draw(c.t, "judged")
	stream := rapid.SampledFrom([]string{"yamada/care", ""}).Draw(c.t, "where")
	words := fmt.Sprintf("却下-%x", c.id())
	release := rapid.Bool().Draw(c.t, "release")
	_, _, err := c.hub.Judge(context.Background(), c.call("suzuki"), &chartv1.JudgeRequest{
		StreamId: stream, MutationId: m.GetId(), Release: release, Words: words,
	})
	if err == nil && !release {
		c.texts[recordOf(m)] = append(c.texts[recordOf(m)], words)
	}
}

func recordOf(m *syncv1.Mutation) string {
	if len(m.GetRecordId()) > 0 {
		return string(m.GetRecordId())
	}
	return string(m.GetId())
}

func (c *chapter) eraseOne() {
	if len(c.records) > 0 {
		id := rapid.SampledFrom(c.records).Draw(c.t, "erased").GetId()
		c.erase(id)
		c.erased[string(id)] = true
	}
}

func (c *chapter) restart() { c.restoring = !c.restoring }

func (c *chapter) confirm() {
	c.restoring = false
	if _, err := c.hub.ConfirmRestore(context.Background(), c.call("")); err != nil {
		c.t.Fatal(err)
	}
}

// look compares what is left with what was erased.
func (c *chapter) look() {
	if v := c.verify(); len(v.Damage) > 0 {
		c.t.Error(v.Damage)
	}
	err := c.store.Dump(context.Background(), func(r store.Row) error {
		for id := range c.erased {
			for _, words := range c.texts[id] {
				if bytes.Contains(r.Value, []byte(words)) {
					c.t.Errorf("table %d still says %q", r.Table, words)
				}
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.device()
}

// device reads everything from the start and adds it up.
func (c *chapter) device() {
	sums := map[uint32]ledger.Digest{}
	seen := map[string]bool{}
	var sections []*syncv1.SectionDigest
	for _, page := range c.sync("sato", c.request()).GetPages() {
		for _, r := range page.GetRecords() {
			rec := &carev1.Record{}
			if err := proto.Unmarshal(r.GetRecord(), rec); err != nil {
				c.t.Fatal(err)
			}
			if stub := rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED; stub != c.erased[string(rec.GetId())] {
				c.t.Errorf("a stub is %v: %v", stub, rec)
			}
			seen[string(rec.GetId())] = true
			sums[r.GetSection()] = sums[r.GetSection()].Add(ledger.TermOf(store.ID(rec.GetId()), r.GetVersion(), sha256.Sum256(r.GetRecord())))
		}
		sections = page.GetSections()
	}
	for id := range c.erased {
		if !seen[id] {
			c.t.Error("a device gets no stub")
		}
	}
	for _, d := range sections {
		if sum := sums[d.GetSection()]; !bytes.Equal(sum[:], d.GetDigest()) {
			c.t.Errorf("section %d does not add up", d.GetSection())
		}
	}
}
