package main

import (
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// settled refuses to write over what was written before.
func settled(en, ja string) error {
	return usage(en+"; correct it with amend NUMBER --json … --reason …", ja+"。訂正するときは amend 番号 --json … --reason … を使ってください")
}

func otherKind() error {
	return usage("that record is of another kind", "その記録は別の種類です")
}

// change takes a record as it is shown and changes it; edit answers why it may not be changed so.
func (e *env) change(chart chartFlag, typed, reason string, confirm bool, edit func(*carev1.Body) error) error {
	chart, i, err := e.located(chart, typed)
	if err != nil {
		return err
	}
	if i.Erased {
		return replica.ErrErased
	}
	body := proto.CloneOf(i.Record.GetBody())
	if err := edit(body); err != nil {
		return err
	}
	saved, err := e.tablet.AmendSeen(i, body, reason, confirm)
	if err != nil {
		return e.question(err, chart.Chart, body, time.Time{})
	}
	return e.saved(saved)
}
