package scenario

import (
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func setOrder(o *carev1.MedicationOrder, a Arg) ([]uint32, error) {
	const drug, dosage = 1, 2
	var err error
	switch a.Key {
	case "drug":
		o.Drug.Name = a.Value
		return []uint32{drug}, nil
	case "yj":
		o.Drug.YjCode = a.Value
		return []uint32{drug}, nil
	case "amount":
		o.Dosage.AmountThousandths, err = thousandths(a.Value)
		return []uint32{dosage}, err
	case "unit":
		o.Dosage.Unit = a.Value
		return []uint32{dosage}, nil
	case "usage":
		o.Dosage.UsageCode = a.Value
		return []uint32{dosage}, nil
	case "slots":
		o.Dosage.Slots = strings.Split(a.Value, ",")
		return []uint32{dosage}, nil
	case "prn":
		o.Dosage.Prn = &carev1.Prn{Indication: a.Value}
		return []uint32{dosage}, nil
	case "state":
		o.State, err = word[carev1.OrderState]("ORDER_STATE_", a.Value, carev1.OrderState_value)
		return []uint32{8}, err
	case "hold":
		o.HoldRule = a.Value
		return []uint32{11}, nil
	case "instructions":
		o.Instructions = a.Value
		return []uint32{13}, nil
	}
	return nil, errKey
}

func setDose(d *carev1.MedicationLog, a Arg, labels Labels) ([]uint32, error) {
	var err error
	switch a.Key {
	case "order":
		d.OrderId, err = labelled(labels, a.Value)
		return []uint32{1}, err
	case "slot":
		d.Slot = a.Value
		return []uint32{2}, nil
	case "outcome":
		d.Outcome, err = word[carev1.DoseOutcome]("DOSE_OUTCOME_", a.Value, carev1.DoseOutcome_value)
		return []uint32{3}, err
	case "why":
		d.Reason = a.Value
		return []uint32{6}, nil
	case "prn":
		d.PrnIndication = a.Value
		return []uint32{7}, nil
	case "source":
		d.Source = a.Value
		return []uint32{8}, nil
	}
	return nil, errKey
}
