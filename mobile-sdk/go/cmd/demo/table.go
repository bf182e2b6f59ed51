package main

import (
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// table tells each person's story: how their day went in a sentence or two, what they wrote, and where it stands now.
func (p *player) table() error {
	if err := p.standing(); err != nil {
		return err
	}
	p.tell.heading("ひとりずつ：その日のできごとと、書いたもののいまの状態", "person by person: their day, what they wrote, and where it stands")
	var order []string
	byPerson := map[string][]*write{}
	for _, w := range p.writes {
		if len(byPerson[w.by.ID]) == 0 {
			order = append(order, w.by.ID)
		}
		byPerson[w.by.ID] = append(byPerson[w.by.ID], w)
	}
	slices.Sort(order)
	for _, id := range order {
		by := byPerson[id][0].by
		ja, en := whom(by.ID, by.Name, by.Role)
		p.tell.print("\n%s / %s", ja, en)
		for _, told := range p.day.told[id] {
			p.tell.print("  %s\n    %s", told.ja, told.en)
		}
		for _, w := range byPerson[id] {
			p.stands(w)
		}
	}
	return nil
}

// stands tells where one write stands.
func (p *player) stands(w *write) {
	kindJa, kindEn := kindWords(w.body)
	stateJa, stateEn := outcome(w)
	p.tell.print("  (%2d) 端末%-8s %s → %s", w.number, w.tablet.name, p.named(chartOf(w.stream))+" "+kindJa, stateJa)
	p.tell.print("       %s of %s → %s", kindEn, chartOf(w.stream), stateEn)
}

// standing asks every tablet where its entries stand now, and whether what stood beside another value still does.
func (p *player) standing() error {
	for _, t := range p.order {
		queue, err := t.Queue()
		if err != nil {
			return err
		}
		p.note(t, queue)
	}
	for _, w := range p.writes {
		if w.own.Result.GetOutcome() != syncv1.Outcome_OUTCOME_CONFLICT {
			continue
		}
		shown, err := w.tablet.Record(w.stream, w.record)
		if err != nil {
			return err
		}
		w.decided = true
		for _, c := range shown.Record.GetCandidates() {
			if replica.ID(c.GetMutationId()) == w.mutation {
				w.decided = false
			}
		}
	}
	return nil
}

// note takes over what a tablet's queue says of its writes. A write that is not there any more has another id now, or
// is gone with the state that a restored tablet was in: then its last answer stands.
func (p *player) note(t *tablet, queue []replica.Own) {
	byID := map[replica.ID]replica.Own{}
	for _, own := range queue {
		byID[own.MutationID] = own
	}
	for _, w := range p.writes {
		if w.tablet != t {
			continue
		}
		if own, kept := byID[w.mutation]; kept {
			w.own = own
		} else {
			w.renewed = w.own.Result == nil
		}
	}
}
