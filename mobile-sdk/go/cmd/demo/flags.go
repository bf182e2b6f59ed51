package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/synthetic"
)

// Limits of what the demo loads before its day. The generator makes more; a demo is waited for.
const (
	maxWeeks     = 52
	maxPatients  = 1000
	maxResidents = 1000
	maxDaysBack  = 90 // older days lie outside the months that a tablet holds
)

// lastStep is the hour of the last step of the day.
const lastStep = 23

// check refuses flags that make no day, before anything is built.
func (c cli) check() error {
	switch {
	case c.Weeks < 1 || c.Weeks > maxWeeks:
		return fmt.Errorf("--weeks is 1 to %d; nothing was started", maxWeeks)
	case c.Patients < 0 || c.Patients > maxPatients:
		return fmt.Errorf("--patients is 0 to %d; nothing was started", maxPatients)
	case c.Residents < 0 || c.Residents > maxResidents:
		return fmt.Errorf("--residents is 0 to %d; nothing was started", maxResidents)
	case c.Patients+c.Residents == 0:
		return errors.New("the day needs somebody to care for: give --patients or --residents; nothing was started")
	}
	return nil
}

// date reads --day: midnight of it in Japan. Without one it is the last day that is over, so that nothing in it lies
// ahead of the clock.
func (c cli) date(now time.Time) (time.Time, error) {
	y, m, d := now.In(tokyo).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, tokyo)
	if c.Day == "" {
		if now.In(tokyo).Hour() < lastStep {
			return today.AddDate(0, 0, -1), nil
		}
		return today, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, c.Day, tokyo)
	switch {
	case err != nil:
		return day, errors.New("--day is a date such as 2026-11-23; nothing was started")
	case day.After(today):
		return day, errors.New("--day lies ahead: take today or a day before it; nothing was started")
	case day.Before(today.AddDate(0, 0, -maxDaysBack)):
		return day, fmt.Errorf("--day lies more than %d days back, before the months that a tablet holds; nothing was started", maxDaysBack)
	}
	return day, nil
}

// world is what the flags ask the generator for: the weeks up to the day.
func (c cli) world(day time.Time) *synthetic.World {
	people := func(n int) int {
		if n == 0 {
			return -1 // none; 0 means the usual number there
		}
		return n
	}
	return synthetic.New(synthetic.Config{
		Seed: c.Seed, Start: day.AddDate(0, 0, -7*c.Weeks), Weeks: c.Weeks, Patients: people(c.Patients), Residents: people(c.Residents),
	})
}
