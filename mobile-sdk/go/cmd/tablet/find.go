package main

import (
	"errors"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
)

// find returns the record whose number was typed.
func (e *env) find(f chartFlag, typed string) (sdk.Item, error) {
	_, i, err := e.located(f, typed)
	return i, err
}

// located returns the record whose number was typed, and its chart. Where no chart is named, all on this tablet are looked
// through: the number says which record is meant, and people copy it from lists that go over several charts.
func (e *env) located(f chartFlag, typed string) (chartFlag, sdk.Item, error) {
	if f.Chart != "" {
		i, err := e.tablet.Find(f.Chart, typed)
		return f, i, err
	}
	if _, signedIn, err := e.tablet.Person(); err != nil || !signedIn {
		return f, sdk.Item{}, errors.Join(err, sdk.ErrSignIn)
	}
	charts, err := e.tablet.Charts()
	if err != nil {
		return f, sdk.Item{}, err
	}
	var in chartFlag
	var found sdk.Item
	for _, c := range charts {
		i, err := e.tablet.Find(c.ID, typed)
		switch {
		case errors.Is(err, sdk.ErrNoRecord):
			continue
		case err != nil:
			return f, sdk.Item{}, err
		case in.Chart != "":
			return f, sdk.Item{}, sdk.ErrAmbiguous
		}
		in, found = chartFlag{Chart: c.ID}, i
	}
	if in.Chart == "" {
		return f, sdk.Item{}, sdk.ErrNoRecord
	}
	return in, found, nil
}
