package care

import (
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// PlannedEnd returns when a visit is planned to end; nil if it has no planned start or no planned length.
func PlannedEnd(v *carev1.Visit) *timestamppb.Timestamp {
	start := v.GetPlannedStart()
	if start == nil || !start.IsValid() || v.GetPlannedMinutes() == 0 {
		return nil
	}
	return timestamppb.New(start.AsTime().Add(time.Duration(v.GetPlannedMinutes()) * time.Minute))
}

// visitSummary writes "訪問看護 予定 2026-11-23 09:00 60分 鈴木 一郎 点滴", and the real times once there are some.
func visitSummary(v *carev1.Visit) title {
	var p phrase
	if v.GetEmergency() {
		p.add("【緊急】", "[emergency]")
	}
	ja, en := EnumTitle(v.GetKind())
	if ja == "" {
		ja, en = "訪問", "visit"
	}
	p.add(ja, en)
	progress := v.GetProgress()
	addEnum(&p, progress.GetState())
	addVisitTimes(&p, v)
	p.addSame(v.GetStaffName())
	if names := companions(v.GetCompanions()); names != "" {
		p.add("同行: "+names, "with "+names)
	}
	if v.GetByVideo() {
		p.add("テレビ電話", "by video")
	}
	p.addSame(v.GetPurpose())
	addNamed(&p, "理由: ", "reason: ", progress.GetReason())
	return p.title()
}

// addVisitTimes adds the real times if there are any, else the planned ones.
func addVisitTimes(p *phrase, v *carev1.Visit) {
	started := wallClock(v.GetProgress().GetStarted())
	ended := wallClockBeside(v.GetProgress().GetEnded(), v.GetProgress().GetStarted())
	switch {
	case ended != "":
		p.add(started+"〜"+ended, started+" to "+ended)
	case started != "":
		p.add(started+"〜", "since "+started)
	default:
		p.addSame(wallClock(v.GetPlannedStart()))
		if n := v.GetPlannedMinutes(); n > 0 {
			minutes := strconv.FormatUint(uint64(n), 10)
			p.add(minutes+"分", minutes+" min")
		}
	}
}

func companions(actors []*carev1.Actor) string {
	var names []string
	for _, a := range actors {
		if a.GetName() != "" {
			names = append(names, a.GetName())
		}
	}
	return strings.Join(names, "・")
}
