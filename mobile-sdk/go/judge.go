package sdk

import (
	"errors"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Times that are asked about: a tablet's clock may be off by a little, and somebody who is cared for was not seen
// before 1900.
const timeAhead = time.Hour

var timeLeast = time.Date(1900, 1, 1, 0, 0, 0, 0, time.FixedZone("JST", 9*60*60))

// Ten times the ordered amount is a slip of the decimal point.
const amountSlip = 10

// Unlikely things that only the tablet can see: they need its clock, or the order.
var (
	timeUnlikely = ask("envelope.effective", "1900-01-01 – now + 1 h",
		"時刻がこの端末の時計より1時間以上先か、1900年より前なので、確かめてください。",
		"The time is more than 1 hour ahead of this tablet's clock, or before 1900; correct it, or confirm it if it is right.")
	orderNotActive = ask("order_id", "",
		"この指示は中止・保留、または取消済みなので、与薬してよかったか確かめてください。",
		"The order is stopped, on hold or retracted; see whether the dose was right, and confirm it if it was given.")
	slotNotOrdered = ask("slot", "",
		"この服用時点は指示にないので、確かめてください。",
		"The order does not have this time of day; correct it, or confirm it if it is right.")
	amountTimesTen = ask("amount_thousandths", "",
		"量が指示の10倍以上なので、確かめてください。",
		"The amount is ten times the ordered one or more; correct it, or confirm it if it is right.")
)

func ask(field, span, ja, en string) care.Finding {
	return care.Finding{Field: field, Severity: care.Unlikely, Range: span, Ja: ja, En: en}
}

// entered is what is about to be saved: a new record, or the new content of one.
type entered struct {
	stream string
	body   *carev1.Body
	at     time.Time      // when it was measured, given or seen; zero: now
	amends *carev1.Record // nil: it is new
}

// confirmed looks at what was entered. Impossible values are refused; unlikely ones have to be confirmed, which the
// record then says. A confirmation that the body brings along is not one: it was given to another value.
func (t *Tablet) confirmed(e entered, confirm bool) (*carev1.Body, error) {
	body := proto.CloneOf(e.body)
	forgetConfirmed(body)
	found := care.Check(body)
	if slices.ContainsFunc(found, func(f care.Finding) bool { return f.Severity == care.Refused }) {
		return nil, &CheckError{Findings: found}
	}
	asked, err := t.unlikely(e)
	if err != nil {
		return nil, err
	}
	if len(found)+len(asked) > 0 && !confirm {
		return nil, &CheckError{Confirm: true, Findings: append(found, asked...)}
	}
	markConfirmed(body, found)
	return body, nil
}

// Check looks at a new record as Create does, and answers what that would refuse or ask to confirm.
func (t *Tablet) Check(chart string, body *carev1.Body, at time.Time) ([]care.Finding, error) {
	kind, known := care.KindOf(body)
	if !known {
		return nil, replica.ErrNoBody
	}
	stream, err := t.usual(chart, kind.DefaultStream)
	if err != nil {
		return nil, err
	}
	var check *CheckError
	if _, err := t.confirmed(entered{stream: stream, body: body, at: at}, false); errors.As(err, &check) {
		return check.Findings, nil
	} else if err != nil {
		return nil, err
	}
	return nil, nil
}

// unlikely finds what needs the tablet's clock, the order, or what else is in the chart.
func (t *Tablet) unlikely(e entered) (found []care.Finding, err error) {
	now := time.UnixMilli(t.opts.Clock().WallMs)
	if e.amends == nil && !e.at.IsZero() && (e.at.After(now.Add(timeAhead)) || e.at.Before(timeLeast)) {
		found = append(found, timeUnlikely)
	}
	if e.at.IsZero() {
		e.at = now
	}
	seen, err := t.sight()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	log := e.body.GetMedicationLog()
	var order *carev1.Record
	if log != nil && care.CountsAsTaken(log.GetOutcome()) {
		if order, err = t.order(seen, e.stream, log); err != nil {
			return nil, err
		}
		if order != nil {
			found = append(found, againstOrder(log, order)...)
		}
	}
	beside, err := t.beside(seen, e, now, order)
	return append(found, beside...), err
}

func againstOrder(log *carev1.MedicationLog, rec *carev1.Record) (found []care.Finding) {
	o := rec.GetBody().GetMedicationOrder()
	if rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED || o.GetState() > carev1.OrderState_ORDER_STATE_ACTIVE {
		found = append(found, orderNotActive)
	}
	d := o.GetDosage()
	scheduled := len(d.GetSlots()) > 0 || d.GetPrn() != nil // an order in words alone does not name its slots
	if _, slot, has := strings.Cut(log.GetSlot(), "/"); has && scheduled && !slices.Contains(d.GetSlots(), slot) {
		found = append(found, slotNotOrdered)
	}
	given, ordered := uint64(log.GetAmountThousandths()), uint64(d.GetAmountThousandths())
	sameUnit := log.GetUnit() == "" || log.GetUnit() == d.GetUnit()
	if sameUnit && ordered > 0 && given >= amountSlip*ordered {
		found = append(found, amountTimesTen)
	}
	return found
}

// blank refuses texts of nothing but spaces, which would pass for a reason or a note.
func blank(s string) bool { return s != "" && strings.TrimSpace(s) == "" }

// blankText tells whether any text of a message is blank, however deep it lies.
func blankText(m protoreflect.Message) (found bool) {
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap():
		case f.IsList():
			for n := range v.List().Len() {
				found = found || blankValue(f, v.List().Get(n))
			}
		default:
			found = blankValue(f, v)
		}
		return !found
	})
	return found
}

func blankValue(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
	switch f.Kind() {
	case protoreflect.StringKind:
		return blank(v.String())
	case protoreflect.MessageKind:
		return blankText(v.Message())
	}
	return false
}
