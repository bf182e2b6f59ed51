package synthetic

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// progressField is the field of a visit that its beginning and its end write.
const progressField = 5

func visitBody(v *carev1.Visit) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_Visit{Visit: v}}
}

// call is one visit: whose, when, what for.
type call struct {
	by         *colleague
	kind       carev1.VisitKind
	start, end time.Time
	purpose    string
	emergency  bool // nobody had planned it
	name       string
}

// nursingVisit is the record of a nurse's visit.
func (p *page) nursingVisit(by *colleague, start, end time.Time, emergency bool) {
	one := call{by: by, kind: carev1.VisitKind_VISIT_KIND_NURSING, start: start, end: end, purpose: p.chart.condition.focus, emergency: emergency, name: "visit"}
	if emergency {
		one.purpose = "状態変化の連絡を受け訪問"
	}
	p.visited(one)
}

// professional is a planned visit of another profession.
func (p *page) professional(by *colleague, kind carev1.VisitKind, start time.Time, minutes int, purpose string) {
	p.visited(call{
		by: by, kind: kind, start: start, end: start.Add(time.Duration(minutes) * time.Minute), purpose: purpose, name: "visit of " + by.ID,
	})
}

// houseCall is a physician's visit that nobody had planned.
func (p *page) houseCall(by *colleague, start, end time.Time) {
	p.visited(call{
		by: by, kind: carev1.VisitKind_VISIT_KIND_HOUSE_CALL, start: start, end: end, purpose: "看護師の報告を受け往診", emergency: true,
		name: "house call of " + by.ID,
	})
}

// visited is the record of a visit as whoever goes keeps it: planned in the morning, begun at the door, ended at the
// door. A call that nobody had planned begins at the door.
func (p *page) visited(v call) {
	w, c := p.world, p.chart
	name := v.name + " " + w.date(p.day)
	one := &carev1.Visit{StaffId: v.by.ID, StaffName: v.by.Name, Kind: v.kind, Purpose: v.purpose, Emergency: v.emergency}
	first := v.start
	begun := &carev1.VisitProgress{State: carev1.VisitState_VISIT_STATE_STARTED, Started: timestamppb.New(v.start)}
	if v.emergency {
		one.Progress = begun
		p.add(visitBody(one), entry{by: v.by, at: v.start, later: 1, name: name})
	} else {
		planned := v.start.Add(-time.Duration(v.start.Minute()%5) * time.Minute)
		one.PlannedStart, one.PlannedMinutes = timestamppb.New(planned), uint32(v.end.Sub(v.start)/time.Minute+9)/10*10
		one.Progress = &carev1.VisitProgress{State: carev1.VisitState_VISIT_STATE_PLANNED}
		first = w.clock(p.day, 8, 5+w.dice(c, "visit plan "+v.by.ID, p.day).between(0, 30))
		p.add(visitBody(one), entry{by: v.by, at: first, later: 1, name: name, planned: planned})
		p.progress(v.by, one, w.recordID(c, first, name), begun, v.start, name+" begun")
	}
	ended := &carev1.VisitProgress{
		State: carev1.VisitState_VISIT_STATE_ENDED, Started: timestamppb.New(v.start), Ended: timestamppb.New(v.end),
	}
	p.progress(v.by, one, w.recordID(c, first, name), ended, v.end, name+" ended")
}

// progress moves a visit on.
func (p *page) progress(by *colleague, one *carev1.Visit, record ID, to *carev1.VisitProgress, at time.Time, name string) {
	moved := &carev1.Visit{
		StaffId: one.GetStaffId(), StaffName: one.GetStaffName(), PlannedStart: one.GetPlannedStart(),
		PlannedMinutes: one.GetPlannedMinutes(), Kind: one.GetKind(), Purpose: one.GetPurpose(),
		Emergency: one.GetEmergency(), Progress: to,
	}
	p.change(record, visitBody(moved), entry{by: by, at: at, later: 1, name: name}, "", progressField)
}

// careAtVisit is what a nurse does for somebody who lies in bed: washes, turns, looks at the skin.
func (p *page) careAtVisit(v stop, s state, d *dice) {
	c := p.chart
	if !c.is(bedridden) {
		return
	}
	side := carev1.BodyPosition_BODY_POSITION_LEFT
	if p.day%2 == 0 {
		side = carev1.BodyPosition_BODY_POSITION_RIGHT
	}
	skin := &carev1.Skin{Site: "仙骨部・踵部", Finding: "発赤なし"}
	var photos []File
	if c.is(woundCare) {
		width := max(30-p.day/7, 18)
		size := kilograms(uint32(width)*100) + "×" + kilograms(uint32(width)*70)
		skin = &carev1.Skin{Site: "仙骨部", Finding: "褥瘡 " + size + "cm、肉芽良好、滲出液少量", Treatment: "洗浄、軟膏塗布、保護"}
		if p.world.weekday(p.day) == 0 { // once a week it is photographed
			photos = []File{woundFile(width)}
		}
	}
	washed := carev1.BathingKind_BATHING_KIND_BED_BATH
	if s.bad() || d.percent(40) {
		washed = carev1.BathingKind_BATHING_KIND_PARTIAL
	}
	p.add(dailyBody(&carev1.DailyCare{
		Bathing: &carev1.Bathing{Kind: washed}, Skin: skin,
		Position: &carev1.PositionChange{To: side, Note: "30度側臥位、クッション使用"},
		OralCare: &carev1.OralCare{Done: true, Help: carev1.HelpLevel_HELP_LEVEL_FULL},
	}), entry{by: v.nurse, at: v.at.Add(20 * time.Minute), later: 4, name: "care at visit " + p.world.date(p.day), files: photos})
}
