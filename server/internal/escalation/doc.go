// Package escalation decides who is told of an alert, when, and when again, until a person answers.
//
// It is a state machine and nothing else: the row of a group, the moment and the people come in, and who is to be told
// goes out. It keeps nothing, reads no clock, starts nothing and sends nothing, so that a night can be played in a test
// and a restart goes on from the row.
//
// It promises that what is urgent or worse never waits for nothing: while nobody has answered it, the row says when
// something happens next. Only a person's answer ends that. Every step of every round is taken once and in order,
// those that were missed while the server stood still are made up for at once, and what is critical knows no quiet hours.
// It never changes the policy that a group began with unless the group becomes worse.
package escalation
