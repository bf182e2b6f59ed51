package main

import (
	"errors"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// vitalFlags are the readings, as written on a sheet.
type vitalFlags struct {
	Temp          string   `help:"体温 in °C: 36.8." group:"Vital signs"`
	Site          string   `help:"Where the temperature was taken: axilla, ear, mouth, rectum or forehead." enum:",axilla,ear,mouth,rectum,forehead" default:"" group:"Vital signs"`
	BP            string   `help:"血圧 in mmHg: 120/70." name:"bp" group:"Vital signs"`
	Pulse         string   `help:"脈拍 per minute." group:"Vital signs"`
	SpO2          string   `help:"SpO2 in %." name:"spo2" group:"Vital signs"`
	RR            string   `help:"呼吸数 per minute." name:"rr" group:"Vital signs"`
	Oxygen        string   `help:"酸素 in L/min: 2 or 0.5, or 0 for room air." group:"Vital signs"`
	JCS           string   `help:"意識 on the Japan Coma Scale: 0, 1, 10, 30-R. Give --acvpu beside it: it is never read out of the JCS, and without it NEWS2 stays incomplete." name:"jcs" group:"Vital signs"`
	Acvpu         string   `help:"意識 on ACVPU, which NEWS2 needs: A (清明), C (新たな混乱), V (声に反応), P (痛みに反応) or U (反応なし)." group:"Vital signs"`
	Glucose       string   `help:"血糖 in mg/dL, or Lo or Hi." group:"Vital signs"`
	Weight        string   `help:"体重 in kg: 52.5." group:"Vital signs"`
	Pain          string   `help:"疼痛 NRS 0 to 10." group:"Vital signs"`
	Observation   string   `help:"観察 in words." group:"Vital signs"`
	NotMeasurable []string `help:"測定できず: temp, bp, pulse, spo2, rr, oxygen, jcs, glucose, weight, pain." group:"Vital signs"`
}

// into puts what was written into the readings; what was left out stays as it is.
func (f vitalFlags) into(v *carev1.VitalSigns) error {
	for _, set := range []func(*carev1.VitalSigns) error{
		f.temperature, f.pressure, f.counts, f.pain, f.oxygen, f.consciousness, f.glucose, f.weight, f.absent,
	} {
		if err := set(v); err != nil {
			return err
		}
	}
	if f.Observation != "" {
		v.Observation = f.Observation
	}
	return nil
}

func (f vitalFlags) temperature(v *carev1.VitalSigns) error {
	if f.Temp != "" {
		tenths, err := care.ParseTemperature(f.Temp)
		if err != nil {
			return usage("the temperature is written 36.8", "体温は 36.8 の形で入力してください")
		}
		v.TemperatureTenthsC = proto.Int32(tenths)
	}
	if site, ok := carev1.TemperatureSite_value["TEMPERATURE_SITE_"+enumName(f.Site)]; ok {
		v.TemperatureSite = carev1.TemperatureSite(site)
	}
	return nil
}

func (f vitalFlags) pressure(v *carev1.VitalSigns) error {
	if f.BP == "" {
		return nil
	}
	m := pressures.FindStringSubmatch(narrow(f.BP))
	if m == nil {
		return usage("the blood pressure is written 120/70", "血圧は 120/70 の形で入力してください")
	}
	high, err := whole(m[1])
	low, err2 := whole(m[2])
	v.SystolicMmhg, v.DiastolicMmhg = proto.Uint32(high), proto.Uint32(low)
	return errors.Join(err, err2)
}

// counts are the readings that are whole numbers.
func (f vitalFlags) counts(v *carev1.VitalSigns) error {
	for _, c := range []struct {
		text   string
		to     **uint32
		ja, en string
	}{
		{f.Pulse, &v.PulsePerMin, "脈拍", "the pulse"},
		{f.SpO2, &v.Spo2Percent, "SpO2", "SpO2"},
		{f.RR, &v.RespirationsPerMin, "呼吸数", "the respiratory rate"},
	} {
		if c.text == "" {
			continue
		}
		n, err := whole(c.text)
		if err != nil {
			return usage(c.en+" is a whole number, such as 72", c.ja+"は 72 のような整数で入力してください")
		}
		*c.to = proto.Uint32(n)
	}
	return nil
}

func (f vitalFlags) pain(v *carev1.VitalSigns) error {
	if f.Pain == "" {
		return nil
	}
	n, err := whole(f.Pain)
	if err != nil || n > 10 {
		return usage("pain is a whole number from 0 to 10", "疼痛は 0 から 10 の整数で入力してください")
	}
	v.Pain = &carev1.Pain{Finding: &carev1.Pain_Score{Score: n}, Scale: carev1.PainScale_PAIN_SCALE_NRS}
	return nil
}

func (f vitalFlags) oxygen(v *carev1.VitalSigns) error {
	if f.Oxygen == "" {
		return nil
	}
	tenths, err := scaled(f.Oxygen, 1)
	if err != nil {
		return usage("oxygen is written in L/min with at most one decimal: 2 or 0.5, or 0 for room air",
			"酸素は L/min で、2 や 0.5（小数は1桁まで）、室内気は 0 と入力してください")
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
	if f.Acvpu != "" {
		level, known := acvpu[strings.ToUpper(narrow(f.Acvpu))]
		if !known {
			return usage("ACVPU is one of A, C, V, P, U", "ACVPU は A・C・V・P・U から選んでください")
		}
		v.Consciousness = level
	}
	return nil
}

// absent names what could not be measured. A reading that is given now is measurable after all.
func (f vitalFlags) absent(v *carev1.VitalSigns) error {
	for name, text := range map[string]string{
		"temp": f.Temp, "bp": f.BP, "pulse": f.Pulse, "spo2": f.SpO2, "rr": f.RR, "oxygen": f.Oxygen,
		"jcs": f.JCS + f.Acvpu, "glucose": f.Glucose, "weight": f.Weight, "pain": f.Pain,
	} {
		if text != "" {
			v.Absent = slices.DeleteFunc(v.Absent, func(a *carev1.AbsentReading) bool { return slices.Contains(items[name], a.GetItem()) })
		}
	}
	for _, name := range f.NotMeasurable {
		named, known := items[strings.ToLower(strings.TrimSpace(name))]
		if !known {
			return usage("what was not measurable is named as its flag: temp, bp, pulse, spo2, rr, oxygen, jcs, glucose, weight, pain",
				"測定できなかった項目は temp・bp・pulse・spo2・rr・oxygen・jcs・glucose・weight・pain から選んでください")
		}
		for _, item := range named {
			v.Absent = append(v.Absent, &carev1.AbsentReading{Item: item, Reason: carev1.AbsentReason_ABSENT_REASON_NOT_MEASURABLE})
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
	grams, err := scaled(f.Weight, 3)
	if err != nil {
		return usage("the weight is written in kg with at most three decimals: 52.5", "体重は kg で 52.5 の形（小数は3桁まで）で入力してください")
	}
	v.WeightG = proto.Uint32(grams)
	return nil
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
