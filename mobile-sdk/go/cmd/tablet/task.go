package main

import (
	"errors"

	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type taskCmd struct {
	Add  taskAddCmd  `cmd:"" help:"Write down something to be done. やること"`
	Done taskDoneCmd `cmd:"" help:"Say that it is done. 完了"`
}

type taskAddCmd struct {
	chartFlag
	entryFlags
	Title  string `arg:"" help:"What is to be done."`
	Detail string `help:"The same at length."`
	Due    string `help:"Until when: HH:MM today, or 2026-11-23 09:30."`
	Urgent bool   `help:"急ぎ."`
}

func (c taskAddCmd) Run(e *env) error {
	task := &carev1.Task{
		Title: c.Title, Detail: c.Detail, Urgent: c.Urgent,
		Progress: &carev1.TaskProgress{State: carev1.TaskState_TASK_STATE_OPEN},
	}
	due, err := parseTime(c.Due, e.now())
	if err != nil {
		return err
	}
	if !due.IsZero() {
		task.Due = timestamppb.New(due)
	}
	return e.create(c.chartFlag, c.entryFlags, &carev1.Body{Kind: &carev1.Body_Task{Task: task}})
}

type taskDoneCmd struct {
	chartFlag
	entryFlags
	Task string `arg:"" help:"The task, as listed by show --kind task."`
}

func (c taskDoneCmd) Run(e *env) error {
	at, err := c.at(e)
	if err != nil {
		return err
	}
	p, signedIn, err := e.tablet.Person()
	if err != nil || !signedIn {
		return errors.Join(err, sdk.ErrSignIn)
	}
	return e.change(c.chartFlag, c.Task, "", c.Confirm, func(b *carev1.Body) error {
		task := b.GetTask()
		switch {
		case task == nil:
			return otherKind()
		case task.GetProgress().GetState() == carev1.TaskState_TASK_STATE_DONE:
			return settled("it is done already", "完了済みです")
		}
		task.Progress = &carev1.TaskProgress{
			State: carev1.TaskState_TASK_STATE_DONE, DoneAt: timestamppb.New(at),
			DoneBy: &carev1.Actor{PersonId: p.ID, Name: p.Name, Role: p.Role},
		}
		return nil
	})
}
