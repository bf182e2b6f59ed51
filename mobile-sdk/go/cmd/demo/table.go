package main

import (
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// table tells each person's story: what they wrote, and where each of it stands now.
func (p *player) table() error {
	if err := p.standing(); err != nil {
		return err
	}
	p.tell.heading("ひとりずつ：書いたものと、いまの状態", "person by person: what they wrote, and where it stands")
	var order []string
	byPerson := map[string][]*write{}
	for _, w := range p.writes {
		if len(byPerson[w.by.ID]) == 0 {
			order = append(order, w.by.ID)
		}
		byPerson[w.by.ID] = append(byPerson[w.by.ID], w)
	}
	slices.Sort(order)
	safe := 0
	for _, id := range order {
		by := byPerson[id][0].by
		ja, en := whom(by.ID, by.Name, by.Role)
		p.tell.print("\n%s / %s", ja, en)
		for _, w := range byPerson[id] {
			kindJa, kindEn := kindWords(w.body)
			stateJa, stateEn := "まだ端末だけにあります", "still on the tablet alone"
			if w.own.Result != nil {
				stateJa, stateEn = outcome(w)
			}
			if w.own.State == replica.Safe || w.own.Receipt != nil {
				safe++
			}
			p.tell.print("  (%2d) 端末%-8s %s → %s", w.number, w.tablet.name, p.named(chartOf(w.stream))+" "+kindJa, stateJa)
			p.tell.print("       %s of %s → %s", kindEn, chartOf(w.stream), stateEn)
		}
	}
	p.tell.print("\n%d件中 %d件がサーバーに届いています / %d of %d entries have reached the server", len(p.writes), safe, safe, len(p.writes))
	return nil
}

// standing asks every tablet where its entries stand now.
func (p *player) standing() error {
	for _, t := range p.order {
		queue, err := t.Queue()
		if err != nil {
			return err
		}
		p.note(t, queue)
	}
	return nil
}

func (p *player) note(t *tablet, queue []replica.Own) {
	byID := map[replica.ID]replica.Own{}
	for _, own := range queue {
		byID[own.MutationID] = own
	}
	for _, w := range p.writes {
		if own, kept := byID[w.mutation]; kept && w.tablet == t {
			w.own = own
		}
	}
}
