package synthetic

import (
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Hours at which somebody is taken to the toilet, and those of somebody whose bladder is inflamed.
var (
	usualToilet  = []int{5, 8, 10, 13, 16, 19, 21}
	urgentToilet = []int{2, 4, 5, 8, 9, 10, 13, 14, 16, 18, 19, 21, 22}
)

// toilet: about seven times a day, with a stool on most days and none for two or three now and then.
func (p *page) toilet() {
	s := p.chart.at(p.world.clock(p.day, 12, 0))
	infected := s.kind == UrinaryInfection && s.stage >= early && s.stage != recovering
	times := usualToilet
	if infected {
		times = urgentToilet
	}
	for n, hour := range times {
		d := p.world.dice(p.chart, "toilet", p.day, n)
		care := &carev1.DailyCare{Urine: p.urine(d, infected)}
		if hour == 8 {
			care.Stool = p.stool(d)
		}
		if care.GetUrine().GetIncontinence() {
			care.Remarks = "パッド内に失禁あり、交換。"
		}
		p.log(care, p.world.clock(p.day, hour, d.between(0, 45)), "toilet "+digits(n, 2))
	}
}

// urine is what was passed: as somebody who looks into the bowl writes it, not measured.
func (p *page) urine(d *dice, infected bool) *carev1.Urine {
	u := &carev1.Urine{Count: proto.Uint32(1), Incontinence: proto.Bool(false)}
	u.Appearance = pick(d, []string{"中量", "中量、淡黄色", "多量", "少量"})
	if infected {
		u.Appearance = "少量、" + pick(d, []string{"混濁あり", "尿臭が強い", "排尿時に顔をしかめる"})
	}
	u.Incontinence = proto.Bool(p.chart.usual.jcs >= 3 && d.percent(20))
	return u
}

// without tells whether the day is one of the two in nine on which there is no stool.
func (p *page) without(day int) bool {
	return (day+p.world.dice(p.chart, "bowel").below(9))%9 < 2
}

// stool is that of the morning; on days without one, when the last was.
func (p *page) stool(d *dice) *carev1.Stool {
	if !p.without(p.day) {
		return &carev1.Stool{
			Bristol: proto.Uint32(uint32(d.between(3, 5))), Count: proto.Uint32(1),
			Amount: pick(d, []carev1.StoolAmount{
				carev1.StoolAmount_STOOL_AMOUNT_MEDIUM, carev1.StoolAmount_STOOL_AMOUNT_LARGE, carev1.StoolAmount_STOOL_AMOUNT_SMALL,
			}),
		}
	}
	last := p.day - 1
	if p.without(last) {
		last--
	}
	return &carev1.Stool{Amount: carev1.StoolAmount_STOOL_AMOUNT_NONE, LastDate: p.world.date(last)}
}
