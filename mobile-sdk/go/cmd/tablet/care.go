package main

import (
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// careCmd is what the record of a home holds besides meals, fluids and the toilet.
type careCmd struct {
	chartFlag
	entryFlags
	Bath      string `help:"入浴: tub, lift, shower, bed-bath, partial or hair." enum:",tub,lift,shower,bed-bath,partial,hair" default:""`
	NoBath    string `help:"入浴中止: why there was none."`
	Round     string `help:"巡視: asleep, awake, up, restless or away." enum:",asleep,awake,up,restless,away" default:""`
	SleepNote string `help:"What the round saw, in words."`
	Slept     string `help:"睡眠: minutes of the night."`
	Oral      bool   `help:"口腔ケア: done."`
	NoOral    string `help:"口腔ケア: why it was not done."`
	Position  string `help:"体位変換: back, left, right, prone or sitting." enum:",back,left,right,prone,sitting" default:""`
	Skin      string `help:"皮膚: what was seen."`
	SkinSite  string `help:"皮膚: where."`
	Activity  string `help:"活動: what the person took part in."`
	Family    string `help:"家族連絡: who was told what."`
	Incident  string `help:"near-miss or accident; --remarks then says what happened." enum:",near-miss,accident" default:""`
	Remarks   string `help:"様子: anything else."`
}

// Run records daily care.
func (c careCmd) Run(e *env) error {
	d := &carev1.DailyCare{
		Activity: c.Activity, Remarks: c.Remarks, FamilyContact: c.Family,
		Incident: carev1.Incident(enum(carev1.Incident_value, "INCIDENT_", c.Incident)),
	}
	if c.Bath+c.NoBath != "" {
		d.Bathing = &carev1.Bathing{Kind: carev1.BathingKind(enum(carev1.BathingKind_value, "BATHING_KIND_", c.Bath)), StopReason: c.NoBath}
	}
	if c.Oral || c.NoOral != "" {
		d.OralCare = &carev1.OralCare{Done: c.Oral && c.NoOral == "", Reason: c.NoOral}
	}
	if c.Position != "" {
		d.Position = &carev1.PositionChange{To: carev1.BodyPosition(enum(carev1.BodyPosition_value, "BODY_POSITION_", c.Position))}
	}
	if c.Skin+c.SkinSite != "" {
		d.Skin = &carev1.Skin{Finding: c.Skin, Site: c.SkinSite}
	}
	if err := c.sleep(d); err != nil {
		return err
	}
	if proto.Equal(d, &carev1.DailyCare{}) {
		return usage("say what was done, such as --bath tub or --round asleep", "--bath tub や --round asleep のように、行ったことを指定してください")
	}
	return e.daily(c.chartFlag, c.entryFlags, d)
}

// sleep writes what a round found.
func (c careCmd) sleep(d *carev1.DailyCare) (err error) {
	if c.Round+c.Slept+c.SleepNote == "" {
		return nil
	}
	if c.Round == "" {
		return usage("--sleep-note and --slept go with --round", "--sleep-note と --slept は --round と一緒に指定してください")
	}
	d.Sleep = &carev1.Sleep{Finding: carev1.RoundFinding(enum(carev1.RoundFinding_value, "ROUND_FINDING_", c.Round)), Note: c.SleepNote}
	d.Sleep.SleptMinutes, err = amount(c.Slept)
	return err
}
