package escalation

import (
	"strconv"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
)

// CheckRota returns what is wrong with a rota at now, and what happens meanwhile: holes and overlaps of the next 30 days,
// at most MaxHoles of each and in Japan's time, and people who are not known.
func CheckRota(r *alertv1.Rota, known func(person string) bool, now time.Time) []*alertv1.Warning {
	c := &rotaCheck{Rota: r, duties: inOrder(r), now: now}
	c.people(known)
	c.short()
	if c.past() {
		c.add("rota-past", "当番表 "+r.GetId()+" には、この先の当番が一つもありません。"+c.meanwhile().ja,
			"The rota "+r.GetId()+" has no duty from now on. "+c.meanwhile().en)
		return c.found
	}
	c.holes()
	c.overlaps()
	return c.found
}

// ShortestDuty is the shortest duty that anybody means: whoever has a shorter one is told of alerts meanwhile, and not
// asked before it whether they can be reached.
const ShortestDuty = 15 * time.Minute

// TooShort tells whether a duty is shorter than ShortestDuty.
func TooShort(d *alertv1.Duty) bool {
	return d.GetUntil().AsTime().Sub(d.GetFrom().AsTime()) < ShortestDuty
}

type rotaCheck struct {
	*alertv1.Rota
	found
	duties []*alertv1.Duty
	now    time.Time
}

// meanwhile is what happens while nobody is on duty.
func (c *rotaCheck) meanwhile() called {
	if id := c.GetFallbackPersonId(); id != "" {
		return called{"その間は " + id + " さんに知らせます。", "Meanwhile " + id + " is told."}
	}
	return called{"その間は誰にも知らせず、すぐに次の手順を行います。", "Meanwhile nobody is told by it, and the next step is taken at once."}
}

// people names those who are not known, each once.
func (c *rotaCheck) people(known func(person string) bool) {
	seen := map[string]bool{}
	for _, d := range c.duties {
		id := d.GetPersonId()
		if !seen[id] && !known(id) {
			c.add("unknown-person", "当番の "+id+" さんは登録されていません。その当番の間は知らせが届かず、すぐに次の手順を行います。",
				id+", who has a duty, is not known. Nothing reaches them, and the next step is taken at once.")
		}
		seen[id] = true
	}
	if id := c.GetFallbackPersonId(); id != "" && !seen[id] && !known(id) {
		c.add("unknown-person", "当番がいないときの連絡先 "+id+" さんは登録されていません。当番がいない間は、すぐに次の手順を行います。",
			id+", who is told while nobody is on duty, is not known. The next step is taken at once instead.")
	}
}

// short names the first duty that nobody can mean, and says how many there are.
func (c *rotaCheck) short() {
	var first *alertv1.Duty
	n := 0
	for _, d := range c.duties {
		if d.GetUntil().AsTime().After(c.now) && TooShort(d) {
			if n++; first == nil {
				first = d
			}
		}
	}
	if n == 0 {
		return
	}
	at, count := localTime(first.GetFrom().AsTime()), strconv.Itoa(n)
	c.add("duty-short",
		"当番表 "+c.GetId()+" に、15分より短い当番が"+count+"件あります（最初は日本時間 "+at+"）。その間の知らせは届きますが、事前の連絡確認は行いません。入力の誤りがないか確かめてください。",
		"The rota "+c.GetId()+" has duties shorter than 15 minutes ("+count+", the first at "+at+", Japan time). Alerts reach whoever has them, and nobody asks beforehand whether they can be reached. See whether they are meant.")
}

// past tells whether no duty is left.
func (c *rotaCheck) past() bool {
	for _, d := range c.duties {
		if d.GetUntil().AsTime().After(c.now) {
			return false
		}
	}
	return true
}

// holes names the times in which nobody is on duty.
func (c *rotaCheck) holes() {
	covered, end := c.now, c.now.Add(lookAhead)
	for n := 0; n < MaxHoles && covered.Before(end); {
		next := c.nextDuty(covered)
		switch {
		case next == nil:
			c.hole(localTime(covered)+" から先", "from "+localTime(covered)+" on")
			return
		case next.GetFrom().AsTime().After(covered):
			from := next.GetFrom().AsTime()
			if !from.Before(end) {
				from = end
			}
			c.hole(localTime(covered)+" から "+localTime(from)+" まで", "from "+localTime(covered)+" until "+localTime(from))
			n++
		}
		covered = next.GetUntil().AsTime()
	}
}

// nextDuty returns, of the duties that end after a moment, the one that begins first; nil: there is none.
func (c *rotaCheck) nextDuty(at time.Time) *alertv1.Duty {
	for _, d := range c.duties {
		if from, until := d.GetFrom().AsTime(), d.GetUntil().AsTime(); until.After(at) && from.Before(until) {
			return d
		}
	}
	return nil
}

func (c *rotaCheck) hole(ja, en string) {
	c.add("rota-hole", "当番表 "+c.GetId()+"：日本時間で "+ja+"、当番がいません。"+c.meanwhile().ja,
		"The rota "+c.GetId()+" has nobody "+en+", Japan time. "+c.meanwhile().en)
}

// overlaps names the times in which two persons are on duty.
func (c *rotaCheck) overlaps() {
	end, n := c.now.Add(lookAhead), 0
	for i, a := range c.duties {
		for _, b := range c.duties[i+1:] {
			from, until := b.GetFrom().AsTime(), a.GetUntil().AsTime()
			if !from.Before(until) || !from.Before(end) || n == MaxHoles {
				break // the duties stand in the order of their beginning
			}
			if other := b.GetUntil().AsTime(); other.Before(until) {
				until = other
			}
			if a.GetPersonId() == b.GetPersonId() || !until.After(c.now) {
				continue
			}
			n++
			c.add("rota-overlap",
				"当番表 "+c.GetId()+"："+localTime(from)+" から "+localTime(until)+" まで、"+a.GetPersonId()+" さんと "+b.GetPersonId()+" さんの当番が重なっています。二人ともに知らせます。",
				"The rota "+c.GetId()+" has both "+a.GetPersonId()+" and "+b.GetPersonId()+" from "+localTime(from)+" until "+localTime(until)+". Both are told.")
		}
	}
}
