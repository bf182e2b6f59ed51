package escalation

import (
	"strconv"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
)

// found collects warnings, MaxWarnings at most. Each says what is wrong and what happens meanwhile; persons and rotas are
// named by their ids, and no patient is.
type found []*alertv1.Warning

func (f *found) add(code, ja, en string) {
	if len(*f) < MaxWarnings {
		*f = append(*f, &alertv1.Warning{Code: code, Ja: ja, En: en})
	}
}

// called is what a plan is called.
type called struct{ ja, en string }

var (
	criticalPlan = called{"緊急", "critical"}
	urgentPlan   = called{"要報告", "urgent"}
)

// step names a step of a plan, counted from 0 here and from 1 for people.
func (c called) step(i int) called {
	n := strconv.Itoa(i + 1)
	return called{"「" + c.ja + "」の手順" + n, "Step " + n + " of what is " + c.en}
}

// localTime writes a moment as a rota shows it.
func localTime(t time.Time) string { return t.In(japan).Format("2006-01-02 15:04") }
