package care

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// oldEntry is how long ago something may have happened before its author is asked whether the date is right. Chosen for
// this project: a month's papers are closed by then, and a mistyped month or year is longer ago.
const oldEntry = 30 * 24 * time.Hour

// Entered is what is about to be saved, with what the device knows beside it.
type Entered struct {
	Body *carev1.Body
	// At is when it was measured, given or seen; Now is the device's clock.
	At, Now time.Time
	// Order of a dose; nil: the device does not have it, and nothing is held against it.
	Order *carev1.Record
	// Doses of the stream that the device has, the one that is entered not among them.
	Doses []GivenDose
	// Died is when the patient died; zero: no death is known.
	Died time.Time
}

// GivenDose is a dose that was recorded, and by whom; the name may be empty.
type GivenDose struct {
	Record *carev1.Record
	By     string
}

// CheckEntry finds what is unlikely about an entry beside its values: its date, a level of consciousness without ACVPU or
// against it, or a dose that is there already. All of it is Unlikely; whoever confirms it means it. The sentences about doses name when and by whom the other was recorded.
func CheckEntry(e Entered) []Finding {
	found := append(checkDate(e), CheckConsciousness(nil, e.Body.GetVitalSigns())...)
	if log := e.Body.GetMedicationLog(); log != nil && CountsAsTaken(log.GetOutcome()) {
		found = append(found, checkDays(log, e.Order.GetBody().GetMedicationOrder(), e.At)...)
		found = append(found, CheckDose(e)...)
	}
	return found
}

// checkDate asks about what happened long ago, about every death, and about everything that happened after one.
func checkDate(e Entered) (found []Finding) {
	if happens(e.Body) && e.At.Before(e.Now.Add(-oldEntry)) {
		found = append(found, entryOld)
	}
	switch episode := e.Body.GetEpisode(); {
	case episode.GetKind() == carev1.EpisodeKind_EPISODE_KIND_DEATH:
		found = append(found, entryDeath)
	case !e.Died.IsZero() && e.At.After(e.Died) && e.Body.GetReadMark() == nil:
		found = append(found, entryAfterDeath)
	}
	return found
}

// happens tells whether a record says what was seen or done at its time. The date of a sheet, a result or an order is that
// of the paper, and may lie long ago.
func happens(b *carev1.Body) bool {
	switch Message(b).(type) {
	case *carev1.VitalSigns, *carev1.DailyCare, *carev1.MedicationLog, *carev1.DraftNote, *carev1.SignedNote:
		return true
	default:
		return false
	}
}

// checkDays holds the day of a dose, and that of its slot, against the period of its order and against each other.
func checkDays(log *carev1.MedicationLog, o *carev1.MedicationOrder, at time.Time) (found []Finding) {
	given := at.In(japan).Format(dayLayout)
	slotDay, _, has := strings.Cut(log.GetSlot(), "/")
	if outsidePeriod(o, given) || has && outsidePeriod(o, slotDay) {
		found = append(found, doseOutsideOrder)
	}
	if day, err := time.ParseInLocation(dayLayout, slotDay, japan); has && err == nil {
		near := given >= day.AddDate(0, 0, -1).Format(dayLayout) && given <= day.AddDate(0, 0, 1).Format(dayLayout)
		if !near {
			found = append(found, doseOtherDay)
		}
	}
	return found
}

func outsidePeriod(o *carev1.MedicationOrder, day string) bool {
	return o != nil && (day < o.GetStartDate() || o.GetEndDate() != "" && day > o.GetEndDate())
}

// CheckDose finds that a dose is there already: the same order and slot, or one given when needed within the interval of
// its order or beyond the most of its day. A remainder belongs to the dose that it completes.
func CheckDose(e Entered) (found []Finding) {
	log := e.Body.GetMedicationLog()
	if log == nil || !CountsAsTaken(log.GetOutcome()) {
		return nil
	}
	taken := takenOf(e.Doses, log.GetOrderId())
	if same, again := givenBefore(e.Body, taken); again {
		found = append(found, doseThere(same, e.At))
	}
	prn := e.Order.GetBody().GetMedicationOrder().GetDosage().GetPrn()
	if prn == nil || len(log.GetRemainderOf()) > 0 {
		return found
	}
	taken = slices.DeleteFunc(taken, func(g GivenDose) bool { return len(g.log().GetRemainderOf()) > 0 })
	if near, too := within(taken, e.At, time.Duration(prn.GetMinIntervalMinutes())*time.Minute); too {
		found = append(found, doseTooSoon(near, e.At, prn.GetMinIntervalMinutes()))
	}
	if most := prn.GetMaxPerDay(); most > 0 && onDay(taken, e.At) >= int(most) {
		found = append(found, doseTooMany(most))
	}
	return found
}

func (g GivenDose) log() *carev1.MedicationLog { return g.Record.GetBody().GetMedicationLog() }

func (g GivenDose) at() time.Time { return g.Record.GetEnvelope().GetEffective().AsTime() }

// takenOf returns the doses of an order that reached the patient, in the order of their times.
func takenOf(doses []GivenDose, order []byte) (taken []GivenDose) {
	for _, g := range doses {
		if log := g.log(); log != nil && stands(g.Record) && CountsAsTaken(log.GetOutcome()) && bytes.Equal(log.GetOrderId(), order) {
			taken = append(taken, g)
		}
	}
	slices.SortStableFunc(taken, func(a, b GivenDose) int {
		return cmp.Or(a.at().Compare(b.at()), bytes.Compare(a.Record.GetId(), b.Record.GetId()))
	})
	return taken
}

// givenBefore tells whether the doses hold the same slot already, and returns the last of them. The entry is one dose more
// unless it is the remainder of one that has none.
func givenBefore(b *carev1.Body, taken []GivenDose) (last GivenDose, again bool) {
	slot := b.GetMedicationLog().GetSlot()
	if slot == "" {
		return last, false
	}
	records := []*carev1.Record{}
	for _, g := range taken {
		if g.log().GetSlot() == slot {
			records, last = append(records, g.Record), g
		}
	}
	if len(records) == 0 {
		return last, false
	}
	before := doses(records, places(len(records)))
	records = append(records, &carev1.Record{Body: b})
	return last, doses(records, places(len(records))) > before
}

func places(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// within finds a dose that is less than the interval from a time, before it or after it; of several the last.
func within(taken []GivenDose, at time.Time, interval time.Duration) (near GivenDose, found bool) {
	for _, g := range taken {
		if at.Sub(g.at()).Abs() < interval {
			near, found = g, true
		}
	}
	return near, found
}

func onDay(taken []GivenDose, at time.Time) (n int) {
	day := at.In(japan).Format(dayLayout)
	for _, g := range taken {
		if g.at().In(japan).Format(dayLayout) == day {
			n++
		}
	}
	return n
}

// recorded says when and by whom a dose was recorded: "08:18 橋本", with the day if it is another one.
func recorded(g GivenDose, at time.Time) string {
	return strings.TrimSpace(wallClockBeside(g.Record.GetEnvelope().GetEffective(), timestamppb.New(at)) + " " + oneLine(g.By))
}

func doseThere(g GivenDose, at time.Time) Finding {
	by := recorded(g, at)
	return unlikelyEntry("slot",
		"同じ分が "+by+" により記録済みです。もう一度与薬したのでなければ、入力をやめてください。",
		"The same dose is recorded already ("+by+"); leave this out unless it was given again.")
}

func doseTooSoon(g GivenDose, at time.Time, minutes uint32) Finding {
	by, n := recorded(g, at), strconv.FormatUint(uint64(minutes), 10)
	return unlikelyEntry("order_id",
		"頓用の間隔（"+n+"分）より近い与薬が "+by+" により記録済みです。与薬してよいか、指示を確かめてください。",
		"A dose within the least interval of "+n+" minutes is recorded already ("+by+"); see the order before it is given.")
}

func doseTooMany(most uint32) Finding {
	n := strconv.FormatUint(uint64(most), 10)
	return unlikelyEntry("order_id",
		"この日の頓用は上限の"+n+"回が記録済みです。与薬してよいか、指示を確かめてください。",
		"The most doses of a day, "+n+", are recorded already; see the order before it is given.")
}

// What CheckEntry finds whatever the entry says.
var (
	entryOld = unlikelyEntry("envelope.effective",
		"30日より前の日時なので、確かめてください。",
		"The time is more than 30 days ago; correct it, or confirm it if it is right.")
	entryDeath = unlikelyEntry("kind",
		"死亡の記録です。どなたの記録か、日時が正しいか、確かめてください。",
		"This records a death; see that the person and the time are right, and confirm it.")
	entryAfterDeath = unlikelyEntry("envelope.effective",
		"死亡の記録より後の日時なので、確かめてください。",
		"The time is after the recorded death; correct it, or confirm it if it is right.")
	doseOutsideOrder = unlikelyEntry("slot",
		"与薬の日が指示の期間の外なので、確かめてください。",
		"The day of the dose is outside the period of its order; correct it, or confirm it if it is right.")
	doseOtherDay = unlikelyEntry("slot",
		"服用の日付と与薬した日が2日以上離れているので、確かめてください。",
		"The day of the slot is two days or more from the day it was given; correct it, or confirm it if it is right.")
)

func unlikelyEntry(field, ja, en string) Finding {
	return Finding{Field: field, Severity: Unlikely, Ja: ja, En: en}
}
