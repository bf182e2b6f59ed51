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

// nursingVisit is the record of a visit as the nurse keeps it: planned in the morning, begun at the door, ended at the
// door. A call that nobody had planned begins at the door.
func (p *page) nursingVisit(by *colleague, start, end time.Time, emergency bool) {
	w, c := p.world, p.chart
	name := "visit " + w.date(p.day)
	one := &carev1.Visit{
		StaffId: by.ID, StaffName: by.Name, Kind: carev1.VisitKind_VISIT_KIND_NURSING, Purpose: c.condition.focus,
		Emergency: emergency,
	}
	first := start
	begun := &carev1.VisitProgress{State: carev1.VisitState_VISIT_STATE_STARTED, Started: timestamppb.New(start)}
	if emergency {
		one.Purpose, one.Progress = "状態変化の連絡を受け訪問", begun
		p.add(visitBody(one), entry{by: by, at: start, later: 1, name: name})
	} else {
		planned := start.Add(-time.Duration(start.Minute()%5) * time.Minute)
		one.PlannedStart, one.PlannedMinutes = timestamppb.New(planned), uint32(end.Sub(start)/time.Minute+9)/10*10
		one.Progress = &carev1.VisitProgress{State: carev1.VisitState_VISIT_STATE_PLANNED}
		first = w.clock(p.day, 8, 5+w.dice(c, "visit plan", p.day).between(0, 30))
		p.add(visitBody(one), entry{by: by, at: first, later: 1, name: name})
		p.progress(by, one, w.recordID(c, first, name), begun, start, name+" begun")
	}
	ended := &carev1.VisitProgress{
		State: carev1.VisitState_VISIT_STATE_ENDED, Started: timestamppb.New(start), Ended: timestamppb.New(end),
	}
	p.progress(by, one, w.recordID(c, first, name), ended, end, name+" ended")
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
	if c.is(woundCare) {
		skin = &carev1.Skin{Site: "仙骨部", Finding: "褥瘡 3×2cm、肉芽良好、滲出液少量", Treatment: "洗浄、軟膏塗布、保護"}
	}
	washed := carev1.BathingKind_BATHING_KIND_BED_BATH
	if s.stage >= clear || d.percent(40) {
		washed = carev1.BathingKind_BATHING_KIND_PARTIAL
	}
	p.add(dailyBody(&carev1.DailyCare{
		Bathing: &carev1.Bathing{Kind: washed}, Skin: skin,
		Position: &carev1.PositionChange{To: side, Note: "30度側臥位、クッション使用"},
		OralCare: &carev1.OralCare{Done: true, Help: carev1.HelpLevel_HELP_LEVEL_FULL},
	}), entry{by: v.nurse, at: v.at.Add(20 * time.Minute), later: 4, name: "care at visit " + p.world.date(p.day)})
}
