package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// readings makes synthetic vital signs, the same ones for the same seed.
type readings struct {
	random *rand.Rand
	at     time.Time // of the next one
}

// apart is the mean time between two readings of a busy house.
const apart = 40 * time.Second

// newReadings makes readings of which the n-th is from just now.
func newReadings(seed uint64, n int) *readings {
	return &readings{rand.New(rand.NewPCG(seed, 0x7473756e616775)), time.Now().Add(-time.Duration(n+1) * apart)}
}

// next returns the next reading, without an id.
func (r *readings) next() *carev1.Record {
	r.at = r.at.Add(apart/2 + time.Duration(r.random.Int64N(int64(apart))))
	return &carev1.Record{
		Envelope: &carev1.Envelope{Effective: timestamppb.New(r.at.Truncate(time.Second))},
		Body:     &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: r.vitals()}},
	}
}

// vitals are within what is usual, so that nothing asks for a confirmation.
func (r *readings) vitals() *carev1.VitalSigns {
	systolic := r.around(124, 12)
	return &carev1.VitalSigns{
		TemperatureTenthsC: proto.Int32(int32(r.around(366, 4))),
		TemperatureSite:    carev1.TemperatureSite_TEMPERATURE_SITE_AXILLA,
		PulsePerMin:        proto.Uint32(r.around(74, 8)),
		PulseIrregular:     proto.Bool(r.random.IntN(20) == 0),
		RespirationsPerMin: proto.Uint32(r.around(17, 2)),
		SystolicMmhg:       proto.Uint32(systolic),
		DiastolicMmhg:      proto.Uint32(systolic - r.around(48, 6)),
		Spo2Percent:        proto.Uint32(min(r.around(97, 1), 100)),
		Jcs:                &carev1.JapanComaScale{},
		Observation:        r.observation(),
	}
}

// around is a value near the middle: readings crowd there.
func (r *readings) around(middle, spread float64) uint32 {
	off := max(-2.5, min(2.5, r.random.NormFloat64()))
	return uint32(middle + off*spread + 0.5)
}

var (
	seen = []string{
		"朝食8割摂取。", "昼食全量摂取。", "夕食半量。", "水分摂取良好。", "排便あり、普通便。", "食欲やや低下。",
		"夜間良眠。", "傾眠あり。", "痰がらみあり。", "下肢浮腫軽度。", "足浴実施。", "皮膚の発赤なし。",
	}
	felt = []string{
		"疼痛の訴えなし。", "腰痛の訴えあり。", "気分良好。", "倦怠感あり。", "めまいなし。", "笑顔で会話あり。",
		"呼吸苦なし。", "歩行ふらつきあり。", "家族面会あり。", "著変なし。",
	}
)

func (r *readings) observation() string {
	return seen[r.random.IntN(len(seen))] + felt[r.random.IntN(len(felt))]
}

// id makes the UUIDv7 of something written at the time of the last reading.
func (r *readings) id() replica.ID {
	var id replica.ID
	binary.BigEndian.PutUint64(id[:], uint64(r.at.UnixMilli())<<16|uint64(r.random.Uint32()&0xfff))
	binary.BigEndian.PutUint64(id[8:], r.random.Uint64())
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

// bodySize is the mean size of the bodies as JSON.
func bodySize(seed uint64) string {
	const sample = 200
	r, total := newReadings(seed, sample), 0
	for range sample {
		text, err := protojson.Marshal(r.next().GetBody())
		if err != nil {
			return "unknown"
		}
		var compact bytes.Buffer // protojson adds spaces as it likes
		if err := json.Compact(&compact, text); err != nil {
			return "unknown"
		}
		total += compact.Len()
	}
	return fmt.Sprint(total / sample)
}
