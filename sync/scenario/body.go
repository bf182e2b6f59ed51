package scenario

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Verbs are the words for writing a new record, with the kind that each writes. The first five have short keys of
// their own; the fields of the others are written by their names in the contract.
var Verbs = map[string]string{
	"vitals": "vital_signs", "draft": "draft_note", "note": "signed_note", "order": "medication_order", "dose": "medication_log",
	"profile": "patient_profile", "visit": "visit", "care": "daily_care", "allergy": "allergy", "condition": "condition",
	"instruction": "instruction", "directive": "advance_directive", "lab": "lab_result", "document": "document",
	"inquiry": "inquiry", "task": "task", "read": "read_mark", "episode": "episode",
}

// Labels finds the id of a record by the name that the script gave it.
type Labels func(label string) ([]byte, bool)

// New makes the content of a new record from the pairs of a step.
func New(verb string, args Args, labels Labels) (*carev1.Body, error) {
	kind, ok := care.KindByName(Verbs[verb])
	if !ok {
		words := strings.Join(slices.Sorted(maps.Keys(Verbs)), ", ")
		return nil, fmt.Errorf("%q is not something to write: %s", verb, words)
	}
	body := care.NewBody(kind)
	setDefaults(body)
	_, err := Set(body, args, labels)
	return body, err
}

func setDefaults(b *carev1.Body) {
	switch {
	case b.GetDraftNote() != nil:
		b.GetDraftNote().Format = carev1.NoteFormat_NOTE_FORMAT_FREE
	case b.GetSignedNote() != nil:
		b.GetSignedNote().Format = carev1.NoteFormat_NOTE_FORMAT_FREE
	case b.GetMedicationOrder() != nil:
		o := b.GetMedicationOrder()
		o.State, o.Drug, o.Dosage = carev1.OrderState_ORDER_STATE_ACTIVE, &carev1.Drug{}, &carev1.Dosage{}
	case b.GetMedicationLog() != nil:
		b.GetMedicationLog().Outcome = carev1.DoseOutcome_DOSE_OUTCOME_GIVEN
	}
}

// Set changes a record's content by the pairs of a step; a pair without a value clears. It returns the numbers of
// the fields that were written.
func Set(b *carev1.Body, args Args, labels Labels) ([]uint32, error) {
	var groups []uint32
	for _, a := range args {
		field, err := setOne(b, a, labels)
		if err != nil {
			return nil, fmt.Errorf("%s=%s: %w", a.Key, a.Value, err)
		}
		groups = append(groups, field...)
	}
	return slices.Compact(slices.Sorted(slices.Values(groups))), nil
}

func setOne(b *carev1.Body, a Arg, labels Labels) ([]uint32, error) {
	switch {
	case b.GetVitalSigns() != nil:
		return setVitals(b.GetVitalSigns(), a)
	case b.GetDraftNote() != nil:
		return setNote(b.GetDraftNote().ProtoReflect(), a, labels)
	case b.GetSignedNote() != nil:
		return setNote(b.GetSignedNote().ProtoReflect(), a, labels)
	case b.GetMedicationOrder() != nil:
		return setOrder(b.GetMedicationOrder(), a)
	case b.GetMedicationLog() != nil:
		return setDose(b.GetMedicationLog(), a, labels)
	}
	if m := care.Message(b); m != nil {
		return setField(m.ProtoReflect(), a, labels)
	}
	return nil, fmt.Errorf("this kind of record is not known here")
}

var errKey = fmt.Errorf("there is no such field")

func setVitals(v *carev1.VitalSigns, a Arg) (field []uint32, err error) {
	switch a.Key {
	case "temp":
		if a.Value == "unmeasurable" {
			return []uint32{22}, absent(v, carev1.VitalItem_VITAL_ITEM_TEMPERATURE)
		}
		tenths, err := care.ParseTemperature(a.Value)
		v.TemperatureTenthsC = &tenths
		return []uint32{1}, err
	case "pulse":
		v.PulsePerMin, err = number(a.Value)
		return []uint32{3}, err
	case "rr":
		v.RespirationsPerMin, err = number(a.Value)
		return []uint32{6}, err
	case "bp":
		high, low, ok := strings.Cut(a.Value, "/")
		if !ok {
			return nil, fmt.Errorf("write it as 120/70")
		}
		if v.SystolicMmhg, err = number(high); err != nil {
			return nil, err
		}
		v.DiastolicMmhg, err = number(low)
		return []uint32{7, 8}, err
	case "spo2":
		if a.Value == "unmeasurable" {
			return []uint32{22}, absent(v, carev1.VitalItem_VITAL_ITEM_SPO2)
		}
		v.Spo2Percent, err = number(a.Value)
		return []uint32{10}, err
	case "weight":
		kg, err := thousandths(a.Value)
		v.WeightG = &kg
		return []uint32{13}, err
	case "glucose":
		v.Glucose, err = care.ParseGlucose(a.Value)
		return []uint32{16}, err
	case "jcs":
		v.Jcs, err = care.ParseJCS(a.Value)
		return []uint32{17}, err
	case "acvpu":
		at := strings.Index("ACVPU", a.Value)
		if len(a.Value) != 1 || at < 0 {
			return nil, fmt.Errorf("one of A, C, V, P, U")
		}
		v.Consciousness = carev1.Consciousness(at + 1)
		return []uint32{18}, nil
	case "oxygen":
		v.Oxygen, err = oxygen(a.Value)
		return []uint32{12}, err
	case "saw":
		v.Observation = a.Value
		return []uint32{21}, nil
	}
	return nil, errKey
}

// oxygen reads "air", or how many litres a minute.
func oxygen(s string) (*carev1.Oxygen, error) {
	if s == "air" {
		return &carev1.Oxygen{}, nil
	}
	litres, err := strconv.ParseFloat(s, 64)
	if err != nil || litres <= 0 || litres > 70 {
		return nil, fmt.Errorf("air, or litres a minute such as 2")
	}
	tenths := uint32(litres*10 + 0.5)
	return &carev1.Oxygen{Supplemental: true, FlowTenthsLPerMin: &tenths}, nil
}

func absent(v *carev1.VitalSigns, item carev1.VitalItem) error {
	v.Absent = append(v.Absent, &carev1.AbsentReading{Item: item, Reason: carev1.AbsentReason_ABSENT_REASON_NOT_MEASURABLE})
	return nil
}

func number(s string) (*uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("a whole number, please")
	}
	value := uint32(n)
	return &value, nil
}

// thousandths reads a decimal with at most three places: 1, 2.5, 0.125.
func thousandths(s string) (uint32, error) {
	whole, part, _ := strings.Cut(s, ".")
	if len(part) > 3 {
		return 0, fmt.Errorf("at most three decimal places")
	}
	n, err := strconv.ParseUint(whole+(part + "000")[:3], 10, 64)
	if err != nil || n > math.MaxUint32 {
		return 0, fmt.Errorf("a number, please")
	}
	return uint32(n), nil
}

func word[E ~int32](prefix, s string, values map[string]int32) (E, error) {
	name := prefix + strings.ToUpper(strings.ReplaceAll(s, "-", "_"))
	n, ok := values[name]
	if !ok || n == 0 {
		var known []string
		for v, i := range values {
			if i != 0 {
				known = append(known, strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(v, prefix), "_", "-")))
			}
		}
		slices.Sort(known)
		return 0, fmt.Errorf("one of %s", strings.Join(known, ", "))
	}
	return E(n), nil
}
