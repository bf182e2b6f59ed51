package main

import (
	"errors"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type visitCmd struct {
	Plan   visitPlanCmd   `cmd:"" help:"Plan a visit. 訪問予定"`
	Start  visitStartCmd  `cmd:"" help:"Begin a visit now, or one that was planned. 訪問開始"`
	End    visitEndCmd    `cmd:"" help:"End a visit. 訪問終了"`
	Cancel visitCancelCmd `cmd:"" help:"Cancel a planned visit. 訪問中止"`
}

type visitPlanCmd struct {
	chartFlag
	Start   string `arg:"" help:"When it is to begin: HH:MM today, or 2026-11-23 09:30, in Japan."`
	Minutes uint32 `help:"How long it is to last." default:"40"`
	Kind    string `help:"nursing, therapy, home-help, bathing, physician, house-call, pharmacist, care-manager or other." default:"nursing" enum:"nursing,therapy,home-help,bathing,physician,house-call,pharmacist,care-manager,other"`
	Purpose string `help:"What for."`
	Confirm bool   `help:"You looked at what was asked, and mean it."`
}

// Run plans a visit of whoever uses the tablet.
func (c visitPlanCmd) Run(e *env) error {
	start, err := parseTime(c.Start, e.now())
	if err != nil {
		return err
	}
	if start.IsZero() {
		return usage("say when the visit is to begin, such as 14:00", "14:00 のように、訪問の開始時刻を指定してください")
	}
	p, signedIn, err := e.tablet.Person()
	if err != nil || !signedIn {
		return errors.Join(err, sdk.ErrSignIn)
	}
	return e.create(c.chartFlag, entryFlags{Confirm: c.Confirm}, &carev1.Body{Kind: &carev1.Body_Visit{Visit: &carev1.Visit{
		StaffId: p.ID, StaffName: p.Name, PlannedStart: timestamppb.New(start), PlannedMinutes: c.Minutes, Purpose: c.Purpose,
		Kind:     carev1.VisitKind(enum(carev1.VisitKind_value, "VISIT_KIND_", c.Kind)),
		Progress: &carev1.VisitProgress{State: carev1.VisitState_VISIT_STATE_PLANNED},
	}}})
}

type visitCancelCmd struct {
	chartFlag
	Visit   string `arg:"" help:"The visit, as listed by show --kind visit."`
	Reason  string `help:"Why." required:""`
	Confirm bool   `help:"You looked at what was asked, and mean it."`
}

func (c visitCancelCmd) Run(e *env) error {
	return e.change(c.chartFlag, c.Visit, c.Reason, c.Confirm, func(b *carev1.Body) error {
		v, err := unfinished(b)
		if err != nil {
			return err
		}
		v.Progress = &carev1.VisitProgress{
			State: carev1.VisitState_VISIT_STATE_CANCELLED, Reason: c.Reason, Started: v.GetProgress().GetStarted(),
		}
		return nil
	})
}

type visitStartCmd struct {
	chartFlag
	entryFlags
	Visit   string `arg:"" optional:"" help:"The planned visit, as listed by show --kind visit. Left out: a visit of its own."`
	Kind    string `help:"nursing, therapy, home-help, bathing, physician, house-call, pharmacist, care-manager or other." default:"nursing" enum:"nursing,therapy,home-help,bathing,physician,house-call,pharmacist,care-manager,other"`
	Purpose string `help:"What for."`
}

// at is the time that was typed, or now.
func (f entryFlags) at(e *env) (time.Time, error) {
	at, err := parseTime(f.At, e.now())
	if at.IsZero() {
		at = e.now()
	}
	return at.Truncate(time.Second), err
}

func (c visitStartCmd) Run(e *env) error {
	at, err := c.at(e)
	if err != nil {
		return err
	}
	begun := &carev1.VisitProgress{State: carev1.VisitState_VISIT_STATE_STARTED, Started: timestamppb.New(at)}
	if c.Visit != "" {
		return e.change(c.chartFlag, c.Visit, "", c.Confirm, func(b *carev1.Body) error {
			v, err := unfinished(b)
			if err != nil {
				return err
			}
			if v.GetProgress().GetState() == carev1.VisitState_VISIT_STATE_STARTED {
				return settled("the visit has begun already", "この訪問は開始済みです")
			}
			v.Progress = begun
			return nil
		})
	}
	p, signedIn, err := e.tablet.Person()
	if err != nil || !signedIn {
		return errors.Join(err, sdk.ErrSignIn)
	}
	return e.create(c.chartFlag, c.entryFlags, &carev1.Body{Kind: &carev1.Body_Visit{Visit: &carev1.Visit{
		StaffId: p.ID, StaffName: p.Name, PlannedStart: begun.Started, Progress: begun, Purpose: c.Purpose,
		Kind: carev1.VisitKind(enum(carev1.VisitKind_value, "VISIT_KIND_", c.Kind)),
	}}})
}

type visitEndCmd struct {
	chartFlag
	entryFlags
	Visit string `arg:"" help:"The visit, as listed by show --kind visit."`
}

func (c visitEndCmd) Run(e *env) error {
	at, err := c.at(e)
	if err != nil {
		return err
	}
	return e.change(c.chartFlag, c.Visit, "", c.Confirm, func(b *carev1.Body) error {
		v, err := unfinished(b)
		if err != nil {
			return err
		}
		v.Progress = &carev1.VisitProgress{
			State: carev1.VisitState_VISIT_STATE_ENDED, Started: v.GetProgress().GetStarted(), Ended: timestamppb.New(at),
		}
		return nil
	})
}

// unfinished is a visit that may still go on. What is over is not changed by a word in passing: a correction has a reason.
func unfinished(b *carev1.Body) (*carev1.Visit, error) {
	switch v := b.GetVisit(); {
	case v == nil:
		return nil, otherKind()
	case v.GetProgress().GetState() == carev1.VisitState_VISIT_STATE_ENDED:
		return nil, settled("the visit has ended already", "この訪問は終了済みです")
	case v.GetProgress().GetState() == carev1.VisitState_VISIT_STATE_CANCELLED:
		return nil, settled("the visit was cancelled", "この訪問は中止済みです")
	default:
		return v, nil
	}
}
