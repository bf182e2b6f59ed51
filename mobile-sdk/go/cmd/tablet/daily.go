package main

import (
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// enum finds a value by the name that people type; 0 if none was typed.
func enum(values map[string]int32, prefix, typed string) int32 { return values[prefix+enumName(typed)] }

// tenths reads a part eaten: 0 to 10. Nil: nothing was typed.
func tenths(typed string) (*uint32, error) {
	if typed == "" {
		return nil, nil
	}
	n, err := whole(typed)
	if err != nil || n > 10 {
		return nil, usage("how much was eaten is written in tenths, 0 to 10", "摂取量は 0～10 割で入力してください")
	}
	return proto.Uint32(n), nil
}

// amount reads a whole number; nil if nothing was typed.
func amount(typed string) (*uint32, error) {
	if typed == "" {
		return nil, nil
	}
	n, err := whole(typed)
	if err != nil {
		return nil, usage("the amount is a whole number", "量は整数で入力してください")
	}
	return proto.Uint32(n), nil
}

func (e *env) daily(chart chartFlag, flags entryFlags, d *carev1.DailyCare) error {
	return e.create(chart, flags, &carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: d}})
}

type mealCmd struct {
	chartFlag
	entryFlags
	Meal    string `arg:"" help:"breakfast, lunch, dinner or snack." enum:"breakfast,lunch,dinner,snack"`
	Staple  string `help:"主食 in tenths: 0 to 10."`
	Side    string `help:"副食 in tenths: 0 to 10."`
	Form    string `help:"食形態, such as 粥・刻み."`
	Help    string `name:"helped" help:"介助: none, watched, partial or full." enum:",none,watched,partial,full" default:""`
	Choking bool   `help:"むせ: coughed or choked."`
	Reason  string `help:"Why nothing was eaten."`
	Remarks string `help:"Anything else."`
}

func (c mealCmd) Run(e *env) error {
	m := &carev1.Meal{
		Time: carev1.MealTime(enum(carev1.MealTime_value, "MEAL_TIME_", c.Meal)), Form: c.Form, NotEatenReason: c.Reason,
		Help: carev1.HelpLevel(enum(carev1.HelpLevel_value, "HELP_LEVEL_", c.Help)),
	}
	var err error
	if m.StapleTenths, err = tenths(c.Staple); err != nil {
		return err
	}
	if m.SideTenths, err = tenths(c.Side); err != nil {
		return err
	}
	if c.Choking {
		m.Choking = proto.Bool(true)
	}
	return e.daily(c.chartFlag, c.entryFlags, &carev1.DailyCare{Meal: m, Remarks: c.Remarks})
}

type drinkCmd struct {
	chartFlag
	entryFlags
	Ml        string `arg:"" help:"水分 in mL: 150."`
	What      string `help:"What it was: お茶."`
	Thickened string `help:"とろみ: none, mild, moderate or strong." enum:",none,mild,moderate,strong" default:""`
	Choking   bool   `help:"むせ: coughed or choked."`
	Remarks   string `help:"Anything else."`
}

func (c drinkCmd) Run(e *env) error {
	ml, err := amount(c.Ml)
	if err != nil {
		return err
	}
	f := &carev1.Fluid{
		Ml: *ml, What: c.What, Thickening: carev1.Thickening(enum(carev1.Thickening_value, "THICKENING_", c.Thickened)),
	}
	if c.Choking {
		f.Choking = proto.Bool(true)
	}
	return e.daily(c.chartFlag, c.entryFlags, &carev1.DailyCare{Fluid: f, Remarks: c.Remarks})
}

type toiletCmd struct {
	chartFlag
	entryFlags
	Urine        string `help:"尿 in mL."`
	Times        string `help:"排尿回数: how often."`
	Bristol      string `help:"便 on the Bristol scale: 1 to 7."`
	Stool        string `help:"便量: none, trace, small, medium or large." enum:",none,trace,small,medium,large" default:""`
	Incontinence bool   `help:"失禁."`
	Appearance   string `help:"What the urine looked like."`
	Remarks      string `help:"Anything else."`
}

func (c toiletCmd) Run(e *env) error {
	d := &carev1.DailyCare{Remarks: c.Remarks}
	if err := c.urine(d); err != nil {
		return err
	}
	if c.Bristol+c.Stool != "" {
		bristol, err := amount(c.Bristol)
		if err != nil || bristol != nil && (*bristol < 1 || *bristol > 7) {
			return usage("the Bristol scale goes from 1 to 7", "ブリストルスケールは 1～7 で入力してください")
		}
		if c.Stool == "" {
			return usage("--bristol goes with --stool, the amount: trace, small, medium or large", "--bristol は便量 --stool（trace・small・medium・large）と一緒に指定してください")
		}
		d.Stool = &carev1.Stool{Bristol: bristol, Amount: carev1.StoolAmount(enum(carev1.StoolAmount_value, "STOOL_AMOUNT_", c.Stool))}
		if c.Incontinence {
			d.Stool.Incontinence = proto.Bool(true)
		}
	}
	return e.daily(c.chartFlag, c.entryFlags, d)
}

// urine writes what is known of the urine. Incontinence that is said of neither is of urine.
func (c toiletCmd) urine(d *carev1.DailyCare) (err error) {
	stool := c.Bristol+c.Stool != ""
	if c.Urine+c.Times+c.Appearance == "" && (stool || !c.Incontinence) {
		return nil
	}
	d.Urine = &carev1.Urine{Appearance: c.Appearance}
	if d.Urine.Ml, err = amount(c.Urine); err != nil {
		return err
	}
	if d.Urine.Count, err = amount(c.Times); err != nil {
		return err
	}
	if c.Incontinence && !stool {
		d.Urine.Incontinence = proto.Bool(true)
	}
	return nil
}
