package main

import (
	"strings"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// orderFlags are the parts of an order.
type orderFlags struct {
	Drug         string   `help:"薬剤, as on the packet: アムロジピン錠5mg." group:"Orders"`
	YJ           string   `help:"YJコード, 12 characters, as in the drug master: 2171022F1029. By it the rules know one drug under two names." name:"yj" group:"Orders"`
	Amount       string   `help:"1回量: 1 or 2.5." group:"Orders"`
	Unit         string   `help:"単位: 錠, mL." group:"Orders"`
	Slots        []string `help:"服用時点: after-breakfast,after-dinner." group:"Orders"`
	Usage        string   `help:"用法 in words." group:"Orders"`
	Start        string   `help:"First day, YYYY-MM-DD." group:"Orders"`
	End          string   `help:"Last day, YYYY-MM-DD." group:"Orders"`
	UsageCode    string   `help:"用法コード, 16 characters." group:"Orders"`
	Prn          string   `help:"頓用: when to give it, such as 疼痛時." group:"Orders"`
	Interval     string   `help:"頓用: least interval, 6h or 90m." group:"Orders"`
	Max          string   `help:"頓用: most doses a day." group:"Orders"`
	Prescriber   string   `help:"処方医, if not you." group:"Orders"`
	Instructions string   `help:"Anything else the giver has to know." group:"Orders"`
	State        string   `help:"active, on-hold or stopped." enum:",active,on-hold,stopped" default:"" group:"Orders"`
	StateReason  string   `help:"Why it was stopped or put on hold." group:"Orders"`
}

func (f orderFlags) into(o *carev1.MedicationOrder) error {
	if f.Drug != "" {
		o.Drug = &carev1.Drug{Name: f.Drug}
	}
	if f.YJ != "" {
		code := strings.ToUpper(narrow(f.YJ))
		if !yjCode.MatchString(code) {
			return usage("a YJ code has 12 characters, such as 2171022F1029", "YJコードは 2171022F1029 のような12文字です")
		}
		if o.Drug == nil {
			return usage("--yj goes with --drug", "--yj は --drug と一緒に指定してください")
		}
		o.Drug.YjCode = code
	}
	if o.Dosage == nil {
		o.Dosage = &carev1.Dosage{}
	}
	if f.Amount != "" {
		amount, err := scaled(f.Amount, 3)
		if err != nil {
			return usage("the amount is written 1 or 2.5, with at most three decimals", "1回量は 1 や 2.5 の形（小数は3桁まで）で入力してください")
		}
		o.Dosage.AmountThousandths = amount
	}
	if len(f.Slots) > 0 {
		o.Dosage.Slots = f.Slots
	}
	if f.UsageCode != "" {
		if o.Dosage.UsageCode = strings.ToUpper(narrow(f.UsageCode)); len(o.Dosage.UsageCode) != 16 {
			return usage("a dosage code has 16 characters", "用法コードは16文字です")
		}
	}
	if err := f.whenNeeded(o.Dosage); err != nil {
		return err
	}
	setFields([]field{{&o.Dosage.Unit, f.Unit}, {&o.Dosage.Text, f.Usage}, {&o.StartDate, f.Start}, {&o.EndDate, f.End},
		{&o.Prescriber, f.Prescriber}, {&o.Instructions, f.Instructions}, {&o.StateReason, f.StateReason}})
	if state, ok := carev1.OrderState_value["ORDER_STATE_"+enumName(f.State)]; ok {
		o.State = carev1.OrderState(state)
	}
	if o.State == 0 {
		o.State = carev1.OrderState_ORDER_STATE_ACTIVE
	}
	return nil
}

// whenNeeded sets the condition and the limits of a drug given when needed.
func (f orderFlags) whenNeeded(d *carev1.Dosage) error {
	if f.Prn+f.Interval+f.Max == "" {
		return nil
	}
	if d.Prn == nil {
		d.Prn = &carev1.Prn{}
	}
	if f.Prn != "" {
		d.Prn.Indication = f.Prn
	}
	if d.Prn.Indication == "" {
		return usage("--interval and --max go with --prn", "--interval と --max は --prn と一緒に指定してください")
	}
	var err error
	if f.Interval != "" {
		if d.Prn.MinIntervalMinutes, err = minutes(f.Interval); err != nil {
			return usage("the interval is written 6h or 90m", "間隔は 6h や 90m の形で入力してください")
		}
	}
	if f.Max != "" {
		if d.Prn.MaxPerDay, err = whole(f.Max); err != nil {
			return usage("the most doses a day are a whole number", "1日の上限回数は整数で入力してください")
		}
	}
	return nil
}

func enumName(s string) string { return strings.ToUpper(strings.ReplaceAll(s, "-", "_")) }

type orderCmd struct {
	chartFlag
	entryFlags
	orderFlags
}

func (c orderCmd) Run(e *env) error {
	o := &carev1.MedicationOrder{}
	if err := c.into(o); err != nil {
		return err
	}
	return e.create(c.chartFlag, c.entryFlags, &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: o}})
}

// doseFlags are the parts of a dose.
type doseFlags struct {
	Outcome       string `help:"given, watched, found-taken, partial, refused, held, missed, away, unavailable or wrong." group:"Doses"`
	Slot          string `help:"Which scheduled dose: after-breakfast (today), or 2026-11-23/after-breakfast." group:"Doses"`
	Why           string `help:"Why it was not given, or given otherwise." group:"Doses"`
	PrnIndication string `help:"頓用: why it was given." group:"Doses"`
	Taken         string `help:"Amount taken, if not the ordered one." group:"Doses"`
	Source        string `help:"Where you have it from, if not seen: 空包を確認." group:"Doses"`
}

func (f doseFlags) into(e *env, l *carev1.MedicationLog) error {
	if f.Outcome != "" {
		outcome, ok := carev1.DoseOutcome_value["DOSE_OUTCOME_"+enumName(f.Outcome)]
		if !ok {
			return usage("the outcome is one of given, watched, found-taken, partial, refused, held, missed, away, unavailable, wrong",
				"結果は given・refused などから選んでください")
		}
		l.Outcome = carev1.DoseOutcome(outcome)
	}
	if f.Taken != "" {
		amount, err := scaled(f.Taken, 3)
		if err != nil {
			return usage("the amount is written 1 or 2.5, with at most three decimals", "服用量は 1 や 2.5 の形（小数は3桁まで）で入力してください")
		}
		l.AmountThousandths = proto.Uint32(amount)
	}
	slot := f.Slot
	if slot != "" && !strings.Contains(slot, "/") {
		slot = e.now().In(tokyo).Format("2006-01-02") + "/" + slot
	}
	setFields([]field{{&l.Slot, slot}, {&l.Reason, f.Why}, {&l.PrnIndication, f.PrnIndication}, {&l.Source, f.Source}})
	return nil
}

type doseCmd struct {
	chartFlag
	entryFlags
	Order string `arg:"" help:"The order, as listed by show --kind medication_order."`
	doseFlags
}

func (c doseCmd) Run(e *env) error {
	chart, order, err := e.located(c.chartFlag, c.Order)
	if err != nil {
		return err
	}
	if order.Record.GetBody().GetMedicationOrder() == nil {
		return usage("that record is not an order", "その記録は与薬指示ではありません")
	}
	l := &carev1.MedicationLog{OrderId: order.ID[:], Outcome: carev1.DoseOutcome_DOSE_OUTCOME_GIVEN}
	if err := c.into(e, l); err != nil {
		return err
	}
	return e.create(chart, c.entryFlags, &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: l}})
}
