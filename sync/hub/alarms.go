package hub

import (
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// patientZone is that of the patients, as package care has it for days.
var patientZone = time.FixedZone("Asia/Tokyo", 9*60*60)

// alarms is what one transaction knows of a stream for the clinical rules. All of it is read when it is first needed, and
// kept up to date as the transaction writes.
type alarms struct {
	hub    *Hub
	stream store.Stream
	tx     store.Reader

	asked, care bool // whether the rules look at this stream
	defaults    []rules.Limit
	gate        *rules.Gate  // nil: profile and limits were not read yet
	standing    []rules.Seen // profile and limits
	orders      []rules.Seen
	ordered     bool         // the orders were read
	named       []rules.Seen // the order that a dose names, where it is not among them
	window      window       // up to the time that was judged
	ahead       window       // after it: what is dated ahead must not take the place of what lies before
	again       int          // records that were looked at to judge others again
	raised      []rules.Seen // alerts of the days that were read
	days        map[int64]bool
}

func (h *Hub) alarms(r store.Reader, s store.Stream) *alarms {
	return &alarms{hub: h, stream: s, tx: r}
}

// looks tells whether the rules look at this stream: at what is written down in care.
func (a *alarms) looks() bool {
	if !a.asked {
		ref, _ := a.hub.dir.Stream(a.stream.Tenant, a.stream.Name)
		a.asked, a.care = true, ref.Info.GetStreamClass() == carev1.StreamClass_STREAM_CLASS_CARE
		if a.care {
			a.defaults = a.hub.alertDefaults(a.stream.Tenant, ref.Info.GetChartId())
		}
	}
	return a.care
}

// might tells whether a rule could speak of a record.
func (a *alarms) might(r *carev1.Record) (bool, error) {
	if r.GetBody().GetVitalSigns() == nil {
		return ungated.MightSpeak(r), nil
	}
	if a.gate == nil {
		if err := a.readStanding(); err != nil {
			return false, err
		}
		a.gate = rules.NewGate(a.base())
	}
	return a.gate.MightSpeak(r), nil
}

// ungated is a gate for what profile and limits do not matter to.
var ungated = &rules.Gate{}

func (a *alarms) readStanding() (err error) {
	a.standing, err = a.listed(profileKind, thresholdKind)
	return err
}

// base is a view without any record of a month.
func (a *alarms) base() *rules.View {
	return &rules.View{
		Zone: patientZone, Defaults: a.defaults, Standing: slices.Concat(a.standing, a.orders, a.named),
	}
}

// judge returns what the rules find in a record, and the view that they found it in: no more than they have to look at, so
// that it does not hang on what was read for another record.
func (a *alarms) judge(cause rules.Seen) ([]rules.Finding, *rules.View, error) {
	if log := cause.Record.GetBody().GetMedicationLog(); log != nil {
		if err := a.readOrders(log.GetOrderId()); err != nil {
			return nil, nil, err
		}
	}
	v, at, c := a.alone(cause), effective(cause), courseOf(cause.Record)
	reach, whole := rules.ReachOf(v, cause), false
	for round := 0; !whole && reach != (rules.Reach{}) && round < maxRounds; round++ {
		from, until := at.Add(-reach.Back), at.Add(reach.Ahead)
		if round > 0 || !a.window.holds(c, at.UnixMilli()) { // what was read for another record may do
			var err error
			places := windowStep << min(round, windowDoublings)
			if whole, err = a.cover(&a.window, c, from.UnixMilli(), at.UnixMilli(), places); err == nil && until.After(at) {
				_, err = a.cover(&a.ahead, c, at.UnixMilli()+1, until.UnixMilli(), maxWindowReads)
			}
			if err != nil {
				return nil, nil, err
			}
		}
		v = a.cut(c, from, at, until)
		if next := rules.ReachOf(v, cause); next != reach {
			reach, whole = next, false
		}
	}
	if reach == (rules.Reach{}) || a.window.short(c) && !slices.ContainsFunc(v.Recent, func(s rules.Seen) bool { return s.Seq == cause.Seq }) {
		v = a.alone(cause)
	}
	v.Seq = cause.Seq
	return rules.Judge(v, cause), v, nil
}

// maxRounds bounds how often it is asked how far back a rule has to look.
const maxRounds = 40

// alone is a view of one record.
func (a *alarms) alone(cause rules.Seen) *rules.View {
	v := a.base()
	v.From, v.Recent, v.Seq = effective(cause), []rules.Seen{cause}, cause.Seq
	return v
}

// view returns what the stream has around a time. It begins later where there is more than a window holds; of no stool it
// is told by how far back a view goes, and so care decides where this one begins.
func (a *alarms) view(from, at, until time.Time) (*rules.View, error) {
	for c := range course(courses) {
		if _, err := a.cover(&a.window, c, from.UnixMilli(), at.UnixMilli(), maxWindowReads); err != nil {
			return nil, err
		}
	}
	for c := range course(courses) {
		if _, err := a.cover(&a.ahead, c, at.UnixMilli()+1, until.UnixMilli(), maxWindowReads); err != nil {
			return nil, err
		}
	}
	return a.cut(careCourse, from, at, until), nil
}

// cut returns what the windows have from one time until another, to judge what is of a course and a time between them.
func (a *alarms) cut(c course, from, at, until time.Time) *rules.View {
	v := a.base()
	v.From, v.Recent = from, a.window.between(from.UnixMilli(), at.UnixMilli())
	if begins := time.UnixMilli(a.window.begins(c)); begins.After(from) {
		v.From = begins
	}
	if after := a.ahead.between(at.UnixMilli()+1, until.UnixMilli()); until.After(at) && len(after) > 0 {
		v.Recent = slices.Concat(after, v.Recent)
	}
	return v
}

// readOrders reads the orders, which the rules on doses look at: the newest ones, and the one that a dose names, however
// many were written since.
func (a *alarms) readOrders(named []byte) (err error) {
	if !a.ordered {
		a.orders, err = a.listed(orderKind)
		a.ordered = err == nil
	}
	a.named = nil
	is := func(s rules.Seen) bool { return sameID(s.Record.GetId(), named) }
	if err != nil || len(named) != len(store.ID{}) || slices.ContainsFunc(a.orders, is) {
		return err
	}
	s, err := a.read(store.ID(named))
	if s.Record.GetBody().GetMedicationOrder() != nil {
		a.named = []rules.Seen{s}
	}
	return err
}

// read returns the newest version of a record; none if there is none, or it was erased.
func (a *alarms) read(id store.ID) (rules.Seen, error) {
	state, err := readState(a.tx, a.stream, id)
	if err != nil || state == nil {
		return rules.Seen{}, err
	}
	seq := state.GetVersion().GetSeq()
	raw, err := a.tx.Entry(a.stream, seq)
	if err != nil {
		return rules.Seen{}, err
	}
	g, err := ledger.Look(raw)
	rec := &carev1.Record{}
	if err != nil || proto.Unmarshal(g.Record, rec) != nil {
		return rules.Seen{}, store.ErrDamaged
	}
	if rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED {
		return rules.Seen{}, nil
	}
	return rules.Seen{Record: rec, Seq: seq}, nil
}

// changed keeps up to date what was read, after a version was installed.
func (a *alarms) changed(v *version) {
	switch s := (rules.Seen{Record: v.record, Seq: v.at.GetSeq()}); v.kind.Number {
	case profileKind, thresholdKind:
		a.gate = nil
	case orderKind: // read anew when a dose needs it: who wrote it stands in what was stored
		a.orders, a.ordered = nil, false
	default:
		if rules.Concerns(v.record.GetBody()) {
			a.window.put(s, v.state != nil)
			a.ahead.put(s, v.state != nil)
		}
	}
}

func effective(s rules.Seen) time.Time { return s.Record.GetEnvelope().GetEffective().AsTime() }

// Numbers of the kinds that are treated each in its own way.
var (
	profileKind     = numberOf("patient_profile")
	thresholdKind   = numberOf("alert_threshold")
	orderKind       = numberOf("medication_order")
	episodeKind     = numberOf("episode")
	alertKind       = numberOf("alert")
	answerKind      = numberOf("alert_response")
	instructionKind = numberOf("temporary_instruction")
	receiptKind     = numberOf("instruction_receipt")
)

func numberOf(name string) uint32 {
	kind, _ := care.KindByName(name)
	return kind.Number
}
