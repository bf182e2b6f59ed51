package main

import (
	"reflect"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type amendCmd struct {
	chartFlag
	Record  string `arg:"" help:"The record, as listed by show."`
	Reason  string `help:"Why. Required for what happened: vital signs, doses, signed notes."`
	Confirm bool   `help:"You looked at the unlikely values and mean them."`
	JSON    string `name:"json" help:"Fields of any kind of record as JSON: those that it names are replaced, null clears. @FILE reads it from a file, - from the input. history --json shows the present content."`
	vitalFlags
	noteFlags
	Order orderFlags `embed:""`
	Dose  doseFlags  `embed:""`
}

// Run takes the record as it is shown and changes what was given; the rest stays.
func (c amendCmd) Run(e *env) error {
	chart, i, err := e.located(c.chartFlag, c.Record)
	if err != nil {
		return err
	}
	if i.Erased {
		return replica.ErrErased
	}
	if err := c.fits(i.Kind); err != nil {
		return err
	}
	body, err := c.changed(e, i.Record.GetBody())
	if err != nil {
		return err
	}
	if !c.Confirm {
		if err := e.asked(chart.Chart, body, i.Record.GetBody(), time.Time{}); err != nil {
			return e.question(err, chart.Chart, body, time.Time{})
		}
	}
	saved, err := e.tablet.AmendSeen(i, body, c.Reason, c.Confirm)
	if err != nil {
		return e.question(err, chart.Chart, body, time.Time{})
	}
	return e.saved(saved)
}

// changed is the content with what was given.
func (c amendCmd) changed(e *env, was *carev1.Body) (body *carev1.Body, err error) {
	body = proto.CloneOf(was)
	switch kind := body.GetKind().(type) {
	case *carev1.Body_VitalSigns:
		err = c.vitalFlags.into(kind.VitalSigns)
	case *carev1.Body_DraftNote:
		c.intoDraft(kind.DraftNote)
	case *carev1.Body_SignedNote:
		c.intoSigned(kind.SignedNote)
	case *carev1.Body_MedicationOrder:
		err = c.Order.into(kind.MedicationOrder)
	case *carev1.Body_MedicationLog:
		err = c.Dose.into(e, kind.MedicationLog)
	default:
		if c.JSON == "" {
			return nil, usage("this kind of record is amended with --json; history --json shows its content",
				"この種類の記録は --json で訂正してください（history --json で内容を確認できます）")
		}
	}
	if err != nil || c.JSON == "" {
		return body, err
	}
	typed, err := e.typed(c.JSON)
	if err != nil {
		return nil, err
	}
	return overlaid(body, typed)
}

// fits refuses flags that do not belong to the kind of the record: ignored, they would pass for written.
func (c amendCmd) fits(kind string) error {
	for _, flags := range []struct {
		of    any
		kinds []string
	}{
		{c.vitalFlags, []string{"vital_signs"}}, {c.noteFlags, []string{"draft_note", "signed_note"}},
		{c.Order, []string{"medication_order"}}, {c.Dose, []string{"medication_log"}},
	} {
		if !slices.Contains(flags.kinds, kind) && !reflect.ValueOf(flags.of).IsZero() {
			return usage("some of these flags do not belong to this kind of record", "この種類の記録にない項目が指定されています")
		}
	}
	return nil
}

type retractCmd struct {
	chartFlag
	Record string `arg:"" help:"The record, as listed by show."`
	Reason string `help:"Why." required:""`
}

func (c retractCmd) Run(e *env) error {
	i, err := e.find(c.chartFlag, c.Record)
	if err != nil {
		return err
	}
	saved, err := e.tablet.RetractSeen(i, c.Reason)
	if err != nil {
		return err
	}
	return e.saved(saved)
}

type resolveCmd struct {
	chartFlag
	Record string `arg:"" help:"The record, as listed by conflicts."`
	Take   int    `help:"The number of the value to take, as conflicts shows it." xor:"choice"`
	Keep   bool   `help:"Keep the current value." xor:"choice"`
	Both   bool   `help:"Of a possible duplicate: all of them were given or done. If one was written by mistake, retract it." xor:"choice"`
	Reason string `help:"Why."`
}

func (c resolveCmd) Run(e *env) error {
	i, err := e.find(c.chartFlag, c.Record)
	if err != nil {
		return err
	}
	if c.Both {
		return c.both(e, i)
	}
	if len(i.Record.GetCandidates()) == 0 && len(i.PossibleDuplicates) > 0 {
		return usage("this is a possible duplicate: say --both if all were given or done, or retract the one that was written by mistake",
			"重複の可能性がある記録です。実際に両方行ったときは --both、書き間違いは retract で取り消してください")
	}
	if len(i.Record.GetCandidates()) == 0 {
		return sdk.ErrNoConflict
	}
	if c.Keep == (c.Take > 0) || c.Take > len(i.Record.GetCandidates()) {
		return usage("say --keep, or --take with a number that conflicts shows", "--keep、または --take に一覧の番号を指定してください")
	}
	choice := sdk.Keep
	if !c.Keep {
		choice = c.Take - 1
	}
	saved, err := e.tablet.ResolveSeen(i, choice, c.Reason)
	if err != nil {
		return err
	}
	return e.saved(saved)
}

// both decides that a record and those that look like it are all right.
func (c resolveCmd) both(e *env, i sdk.Item) error {
	if c.Reason == "" {
		return usage("--reason: say how it is known that all were given or done", "--reason で、両方行ったと分かる理由を書いてください")
	}
	saved, err := e.tablet.BothHappened(i, c.Reason)
	if err != nil {
		return err
	}
	return e.saved(saved)
}
