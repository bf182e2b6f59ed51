package operator

import "time"

// AlertsNow is how the way from a reading to a person stands. Nothing in it is about a patient but the chart's id of the
// operator's own directory file.
type AlertsNow struct {
	// Ways are the ways out, in order of their name; none where no server runs, since only a server has any.
	Ways []Way `json:"ways"`
	// Unconfirmed: the store was restored and waits to be confirmed; nobody is told of anything until then.
	Unconfirmed bool `json:"unconfirmed,omitempty"`
	// LogOnly: nothing is configured that reaches a telephone, and such pushes go to the log.
	LogOnly bool `json:"logOnly"`
	// Running, Unanswered and Digest count the groups of alerts in that state.
	Running    int `json:"running"`
	Unanswered int `json:"unanswered"`
	Digest     int `json:"digest"`
	// Waiting is how many rows wait for the dispatcher, and Oldest since when the first of them does.
	Waiting int       `json:"waiting"`
	Oldest  time.Time `json:"oldest,omitzero"`
	// Live, Dead and Aside count registered targets.
	Live  int `json:"live"`
	Dead  int `json:"dead"`
	Aside int `json:"aside"`
	// Damaged counts groups and targets that cannot be read; they are not among the others.
	Damaged int `json:"damaged,omitempty"`
	// Groups are those that nobody has answered, the oldest first; More: there are others.
	Groups []Group `json:"groups"`
	More   bool    `json:"more,omitempty"`
}

// Way is one way out.
type Way struct {
	// Name is "fcm", "mail" or "webhook".
	Name string `json:"name"`
	// Off: it is not configured, and what would go out by it is written to the log.
	Off bool `json:"off,omitempty"`
	// Trouble is what is wrong with it now: a code; empty if nothing is known to be.
	Trouble string `json:"trouble,omitempty"`
}

// Group is one group of alerts.
type Group struct {
	ID       string    `json:"id"`
	Chart    string    `json:"chart"`
	Severity string    `json:"severity"`
	State    string    `json:"state"`
	Alerts   int       `json:"alerts"`
	Began    time.Time `json:"began"`
	Step     uint32    `json:"step"`
	Round    uint32    `json:"round"`
	Next     time.Time `json:"next,omitzero"`
	Told     []string  `json:"told"`
}

// Sent is one push of a trail.
type Sent struct {
	ID       string    `json:"id"`
	Person   string    `json:"person"`
	Kind     string    `json:"kind"`
	State    string    `json:"state"`
	Step     uint32    `json:"step"`
	Round    uint32    `json:"round"`
	Created  time.Time `json:"created"`
	Accepted time.Time `json:"accepted,omitzero"`
	Opened   time.Time `json:"opened,omitzero"`
	Attempts uint32    `json:"attempts"`
	Trouble  string    `json:"trouble,omitempty"`
}

// Registered is one way to reach a person, without what it is reached by.
type Registered struct {
	ID        string    `json:"id"`
	Person    string    `json:"person"`
	Device    string    `json:"device"`
	Kind      string    `json:"kind"`
	Hint      string    `json:"hint"`
	State     string    `json:"state"`
	Trouble   string    `json:"trouble,omitempty"`
	Confirmed time.Time `json:"confirmed"`
}

// Duty is one that begins soon, or runs.
type Duty struct {
	Organisation string    `json:"organisation"`
	Rota         string    `json:"rota"`
	Person       string    `json:"person"`
	From         time.Time `json:"from"`
	Until        time.Time `json:"until"`
	// Reachable: the person has a target that is live and was confirmed lately.
	Reachable bool `json:"reachable"`
}
