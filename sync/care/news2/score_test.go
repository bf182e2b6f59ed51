package news2_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"pgregory.net/rapid"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/sync/care/news2"
)

type vector struct {
	Name       string
	VitalSigns json.RawMessage `json:"vital_signs"`
	Scale      news2.Scale
	Points     []*int
	Sum        int
	Risk       string
}

var risks = map[string]news2.Risk{
	"unknown": news2.RiskUnknown, "low": news2.Low, "low-medium": news2.LowMedium, "medium": news2.Medium, "high": news2.High,
}

func TestVectors(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "clinical", "news2.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []vector }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 100 {
		t.Fatalf("%d cases: the file was cut", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.Name, c.check)
	}
}

func (c *vector) check(t *testing.T) {
	var v carev1.VitalSigns
	if err := protojson.Unmarshal(c.VitalSigns, &v); err != nil {
		t.Fatal(err)
	}
	got := news2.Score(&v, c.Scale)
	risk, known := risks[c.Risk]
	if !known || len(c.Points) != len(got.Parts) {
		t.Fatalf("the case names risk %q and %d points", c.Risk, len(c.Points))
	}
	for i, want := range c.Points {
		part := got.Parts[i]
		if part.Measured != (want != nil) || want != nil && part.Points != *want {
			ja, _ := news2.Parameter(i).Title()
			t.Errorf("%s: %+v", ja, part)
		}
	}
	if got.Sum != c.Sum || got.Risk() != risk || got.Scale != c.Scale {
		t.Errorf("sum %d, risk %d, scale %d", got.Sum, got.Risk(), got.Scale)
	}
}

// TestLessNeverScoresMore takes readings away: the lower bound must not rise, and no total may come of it.
func TestLessNeverScoresMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := anySet(t)
		scale := rapid.SampledFrom([]news2.Scale{news2.Scale1, news2.Scale2}).Draw(t, "scale")
		before := news2.Score(whole, scale)
		if !before.Complete() || before.Sum > 20 {
			t.Fatalf("%s: %+v", whole, before)
		}
		take(whole, rapid.IntRange(0, 6).Draw(t, "taken"))
		after := news2.Score(whole, scale)
		if after.Complete() || after.Risk() != news2.RiskUnknown || after.Sum > before.Sum || after.AtLeast() > before.AtLeast() {
			t.Fatalf("%+v became %+v", before, after)
		}
	})
}

func anySet(t *rapid.T) *carev1.VitalSigns {
	number := func(name string, from, to uint32) *uint32 {
		n := rapid.Uint32Range(from, to).Draw(t, name)
		return &n
	}
	temperature := rapid.Int32Range(200, 460).Draw(t, "temperature")
	return &carev1.VitalSigns{
		RespirationsPerMin: number("respirations", 0, 120), Spo2Percent: number("saturation", 0, 100),
		Oxygen: &carev1.Oxygen{Supplemental: rapid.Bool().Draw(t, "oxygen")}, SystolicMmhg: number("systolic", 20, 330),
		PulsePerMin: number("pulse", 0, 350), TemperatureTenthsC: &temperature,
		Consciousness: carev1.Consciousness(rapid.Int32Range(1, 5).Draw(t, "consciousness")),
	}
}

func take(v *carev1.VitalSigns, which int) {
	switch news2.Parameter(which) {
	case news2.Respirations:
		v.RespirationsPerMin = nil
	case news2.Saturation:
		v.Spo2Percent = nil
	case news2.AirOrOxygen:
		v.Oxygen = nil
	case news2.Systolic:
		v.SystolicMmhg = nil
	case news2.Pulse:
		v.PulsePerMin = nil
	case news2.Consciousness:
		v.Consciousness = 0
	case news2.Temperature:
		v.TemperatureTenthsC = nil
	}
}

func TestText(t *testing.T) {
	pulse, saturation := uint32(135), uint32(97)
	ja, en := news2.Score(&carev1.VitalSigns{PulsePerMin: &pulse, Spo2Percent: &saturation}, news2.Scale2).Text()
	if ja != "NEWS2 未完了 3点以上（呼吸数・SpO2・酸素投与・収縮期血圧・意識・体温なし）、SpO2スケール2、3点の項目：脈拍" ||
		en != "NEWS2 incomplete, ≥3 (respiratory rate, SpO2, air or oxygen, systolic blood pressure, consciousness, temperature missing), SpO2 scale 2, scoring 3: pulse" {
		t.Errorf("%s\n%s", ja, en)
	}
}

// TestUnknownLevelIsMissing: a later contract may bring a level of consciousness that this one does not know.
func TestUnknownLevelIsMissing(t *testing.T) {
	if r := news2.Score(&carev1.VitalSigns{Consciousness: 77}, news2.Scale1); r.Parts[news2.Consciousness].Measured {
		t.Errorf("%+v", r)
	}
}
