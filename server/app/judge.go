package app

import (
	"context"
	"errors"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// judgeOf returns the hub as what judges on an operator's word.
func judgeOf(h *hub.Hub) judge {
	if j, ok := any(h).(judge); ok {
		return j
	}
	return noJudge{}
}

// noJudge is a core that holds nothing for a restore and cannot erase.
type noJudge struct{}

var errCannotErase = errors.New("this version cannot erase records; nothing was erased: use a newer one")

func (noJudge) Erase(context.Context, hub.Call, string, store.ID, string) error {
	return errCannotErase
}

func (noJudge) ConfirmRestore(context.Context, hub.Call) (int, error) { return 0, nil }
