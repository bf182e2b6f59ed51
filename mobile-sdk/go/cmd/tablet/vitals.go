package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// entryFlags go with every new record.
type entryFlags struct {
	At      string `help:"When it was measured, given or seen: HH:MM today, or 2026-11-23 09:30, in Japan. Default: now."`
	Confirm bool   `help:"You looked at the unlikely values and mean them."`
}

func (f entryFlags) entry(e *env) (sdk.Entry, error) {
	at, err := parseTime(f.At, e.now())
	return sdk.Entry{At: at, Confirm: f.Confirm}, err
}

// parseTime reads a time as people write it.
func parseTime(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if clock, err := time.ParseInLocation("15:04", s, tokyo); err == nil {
		day := now.In(tokyo)
		return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, tokyo), nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339} {
		if at, err := time.ParseInLocation(layout, s, tokyo); err == nil {
			return at, nil
		}
	}
	return time.Time{}, usage("a time is written 09:30 or 2026-11-23 09:30", "時刻は 09:30 または 2026-11-23 09:30 の形で入力してください")
}

func usage(en, ja string) error {
	return &sdk.Problem{En: "Not saved: " + en + ".", Ja: "保存していません：" + ja + "。"}
}

// vitalFlags are the readings, as written on a sheet.
type vitalFlags struct {
	Temp        string  `help:"体温 in °C: 36.8." group:"Vital signs"`
	BP          string  `help:"血圧 in mmHg: 120/70." name:"bp" group:"Vital signs"`
	Pulse       *uint32 `help:"脈拍 per minute." group:"Vital signs"`
	SpO2        *uint32 `help:"SpO2 in %." name:"spo2" group:"Vital signs"`
	RR          *uint32 `help:"呼吸数 per minute." name:"rr" group:"Vital signs"`
	Oxygen      string  `help:"酸素 in L/min: 2, or 0 for room air." group:"Vital signs"`
	JCS         string  `help:"意識 on the Japan Coma Scale: 0, 1, 10, 30-R." name:"jcs" group:"Vital signs"`
	Glucose     string  `help:"血糖 in mg/dL, or Lo or Hi." group:"Vital signs"`
	Weight      string  `help:"体重 in kg: 52.5." group:"Vital signs"`
	Pain        *uint32 `help:"疼痛 NRS 0 to 10." group:"Vital signs"`
	Observation string  `help:"観察 in words." group:"Vital signs"`
}

// into puts what was written into the readings; what was left out stays as it is.
func (f vitalFlags) into(v *carev1.VitalSigns) error {
	for _, set := range []func(*carev1.VitalSigns) error{f.temperature, f.pressure, f.oxygen, f.consciousness, f.glucose, f.weight} {
		if err := set(v); err != nil {
			return err
		}
	}
	if f.Pulse != nil {
		v.PulsePerMin = f.Pulse
	}
	if f.SpO2 != nil {
		v.Spo2Percent = f.SpO2
	}
	if f.RR != nil {
		v.RespirationsPerMin = f.RR
	}
	if f.Pain != nil {
		v.Pain = &carev1.Pain{Finding: &carev1.Pain_Score{Score: *f.Pain}, Scale: carev1.PainScale_PAIN_SCALE_NRS}
	}
	if f.Observation != "" {
		v.Observation = f.Observation
	}
	return nil
}

func (f vitalFlags) temperature(v *carev1.VitalSigns) error {
	if f.Temp == "" {
		return nil
	}
	tenths, err := care.ParseTemperature(f.Temp)
	if err != nil {
		return usage("the temperature is written 36.8", "体温は 36.8 の形で入力してください")
	}
	v.TemperatureTenthsC = proto.Int32(tenths)
	if v.TemperatureSite == 0 {
		v.TemperatureSite = carev1.TemperatureSite_TEMPERATURE_SITE_AXILLA
	}
	return nil
}

func (f vitalFlags) pressure(v *carev1.VitalSigns) error {
	if f.BP == "" {
		return nil
	}
	var high, low uint32
	if n, err := fmt.Sscanf(f.BP, "%d/%d", &high, &low); n != 2 || err != nil {
		return usage("the blood pressure is written 120/70", "血圧は 120/70 の形で入力してください")
	}
	v.SystolicMmhg, v.DiastolicMmhg = proto.Uint32(high), proto.Uint32(low)
	return nil
}

func (f vitalFlags) oxygen(v *carev1.VitalSigns) error {
	if f.Oxygen == "" {
		return nil
	}
	tenths, err := scaled(f.Oxygen, 10)
	if err != nil {
		return usage("oxygen is written in L/min: 2 or 0.5", "酸素は L/min で 2 や 0.5 の形で入力してください")
	}
	v.Oxygen = &carev1.Oxygen{Supplemental: tenths > 0}
	if tenths > 0 {
		v.Oxygen.FlowTenthsLPerMin = proto.Uint32(tenths)
	}
	return nil
}

func (f vitalFlags) consciousness(v *carev1.VitalSigns) (err error) {
	if f.JCS != "" {
		if v.Jcs, err = care.ParseJCS(f.JCS); err != nil {
			return usage("the JCS is written 0, 1, 10 or 30-R", "JCS は 0、1、10、30-R の形で入力してください")
		}
	}
	return nil
}

func (f vitalFlags) glucose(v *carev1.VitalSigns) (err error) {
	if f.Glucose != "" {
		if v.Glucose, err = care.ParseGlucose(f.Glucose); err != nil {
			return usage("glucose is written in mg/dL, or Lo or Hi", "血糖は mg/dL の数値、または Lo・Hi で入力してください")
		}
	}
	return nil
}

func (f vitalFlags) weight(v *carev1.VitalSigns) error {
	if f.Weight == "" {
		return nil
	}
	grams, err := scaled(f.Weight, 1000)
	if err != nil {
		return usage("the weight is written in kg: 52.5", "体重は kg で 52.5 の形で入力してください")
	}
	v.WeightG = proto.Uint32(grams)
	return nil
}

// scaled reads a decimal number in units of 1/per.
func scaled(s string, per float64) (uint32, error) {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(n) || n < 0 || n*per > math.MaxUint32 {
		return 0, fmt.Errorf("not a number")
	}
	return uint32(math.Round(n * per)), nil
}

type vitalsCmd struct {
	chartFlag
	entryFlags
	vitalFlags
}

func (c vitalsCmd) Run(e *env) error {
	v := &carev1.VitalSigns{}
	if err := c.into(v); err != nil {
		return err
	}
	return e.create(c.chartFlag, c.entryFlags, &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: v}})
}

// create writes a new record and says that it is safe here.
func (e *env) create(chart chartFlag, flags entryFlags, body *carev1.Body) error {
	id, err := chart.id(e)
	if err != nil {
		return err
	}
	entry, err := flags.entry(e)
	if err != nil {
		return err
	}
	saved, err := e.tablet.Create(id, body, entry)
	if err != nil {
		return err
	}
	return e.saved(saved)
}
