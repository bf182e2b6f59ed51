package care

import (
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// VisitKindTitle names a kind of visit. One that this build does not know is "visit".
func VisitKindTitle(k carev1.VisitKind) (ja, en string) {
	return titleOf(visitKinds, k, title{"訪問", "visit"})
}

var visitKinds = map[carev1.VisitKind]title{
	carev1.VisitKind_VISIT_KIND_NURSING:      {"訪問看護", "nursing visit"},
	carev1.VisitKind_VISIT_KIND_THERAPY:      {"訪問リハビリテーション", "therapy visit"},
	carev1.VisitKind_VISIT_KIND_HOME_HELP:    {"訪問介護", "home help visit"},
	carev1.VisitKind_VISIT_KIND_BATHING:      {"訪問入浴", "bathing visit"},
	carev1.VisitKind_VISIT_KIND_PHYSICIAN:    {"訪問診療", "physician's regular visit"},
	carev1.VisitKind_VISIT_KIND_HOUSE_CALL:   {"往診", "house call"},
	carev1.VisitKind_VISIT_KIND_PHARMACIST:   {"訪問薬剤管理指導", "pharmacist's visit"},
	carev1.VisitKind_VISIT_KIND_CARE_MANAGER: {"モニタリング訪問", "care manager's visit"},
	carev1.VisitKind_VISIT_KIND_OTHER:        {"その他の訪問", "other visit"},
}

// VisitStateTitle names a state of a visit. One that this build does not know is "see record".
func VisitStateTitle(s carev1.VisitState) (ja, en string) { return titleOf(visitStates, s, seeRecord) }

var visitStates = map[carev1.VisitState]title{
	carev1.VisitState_VISIT_STATE_PLANNED:   {"予定", "planned"},
	carev1.VisitState_VISIT_STATE_STARTED:   {"訪問中", "under way"},
	carev1.VisitState_VISIT_STATE_ENDED:     {"終了", "ended"},
	carev1.VisitState_VISIT_STATE_CANCELLED: {"中止", "cancelled"},
}

// PlannedEnd returns when a visit is planned to end; nil if it has no planned start or no planned length.
func PlannedEnd(v *carev1.Visit) *timestamppb.Timestamp {
	start := v.GetPlannedStart()
	if start == nil || !start.IsValid() || v.GetPlannedMinutes() == 0 {
		return nil
	}
	return timestamppb.New(start.AsTime().Add(time.Duration(v.GetPlannedMinutes()) * time.Minute))
}

// visitSummary writes "訪問看護 予定 11-23 09:00 60分 鈴木 一郎 点滴", and the real times once there are some.
func visitSummary(v *carev1.Visit) title {
	var p phrase
	if v.GetEmergency() {
		p.add("【緊急】", "[emergency]")
	}
	ja, en := VisitKindTitle(v.GetKind())
	p.add(ja, en)
	progress := v.GetProgress()
	addTitle(&p, visitStates, progress.GetState(), seeRecord, "", "")
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
	started, ended := wallClock(v.GetProgress().GetStarted()), wallClock(v.GetProgress().GetEnded())
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
