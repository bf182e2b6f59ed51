package news2

import (
	"strconv"
	"strings"
)

// title is how a parameter is called on a screen.
type title struct{ ja, en string }

var titles = [parameters]title{
	Respirations:  {"呼吸数", "respiratory rate"},
	Saturation:    {"SpO2", "SpO2"},
	AirOrOxygen:   {"酸素投与", "air or oxygen"},
	Systolic:      {"収縮期血圧", "systolic blood pressure"},
	Pulse:         {"脈拍", "pulse"},
	Consciousness: {"意識", "consciousness"},
	Temperature:   {"体温", "temperature"},
}

// Title returns the parameter's name in Japanese and English; both empty for a number that is none of the seven.
func (p Parameter) Title() (ja, en string) {
	if p >= parameters {
		return "", ""
	}
	return titles[p].ja, titles[p].en
}

// Text says the score in one line: the total, or the lower bound with what is missing; then every single 3. It holds
// no reading.
func (r Result) Text() (ja, en string) {
	ja, en = "NEWS2 "+strconv.Itoa(r.Sum)+"点", "NEWS2 "+strconv.Itoa(r.Sum)
	if missing := r.Missing(); len(missing) > 0 {
		mja, men := list(missing)
		ja = "NEWS2 未完了 " + strconv.Itoa(r.Sum) + "点以上（" + mja + "なし）"
		en = "NEWS2 incomplete, ≥" + strconv.Itoa(r.Sum) + " (" + men + " missing)"
	}
	if r.Scale == Scale2 {
		ja, en = ja+"、SpO2スケール2", en+", SpO2 scale 2"
	}
	if reds := r.Reds(); len(reds) > 0 {
		rja, ren := list(reds)
		ja, en = ja+"、3点の項目："+rja, en+", scoring 3: "+ren
	}
	return ja, en
}

func list(some []Parameter) (ja, en string) {
	var jas, ens []string
	for _, p := range some {
		j, e := p.Title()
		jas, ens = append(jas, j), append(ens, e)
	}
	return strings.Join(jas, "・"), strings.Join(ens, ", ")
}
