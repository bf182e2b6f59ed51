package escalation

import "time"

// Bounds of what a row holds, so that no flood makes it too large to be written.
const (
	// MaxAlerts is how many alerts a group lists.
	MaxAlerts = 256
	// MaxUrgent is how many of them may be urgent and unanswered: the rest is kept free for what is critical.
	MaxUrgent = 192
	// MaxPeople is how many people are told at once, and how many a row names.
	MaxPeople = 256
	// MaxHoles is how many holes of a rota are named.
	MaxHoles = 5
	// MaxWarnings is how many warnings one check returns.
	MaxWarnings = 50
)

// regroup is how long after people were told those who were told are not told again because another critical alert joined:
// they have just looked, and one push says what the next would.
const regroup = time.Minute

// defaultWait counts where a plan says nothing (Plan.wait_minutes).
const defaultWait = 30 * time.Minute

// lookAhead is how far a rota is looked at for holes.
const lookAhead = 30 * 24 * time.Hour
