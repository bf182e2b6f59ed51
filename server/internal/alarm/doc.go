// Package alarm brings what was written to the people who must hear of it: it takes the outbox, runs the escalations,
// sends the pushes and keeps the trail of each.
//
// It promises that what is due is looked at until it is done, whatever fails in between; that a step of an escalation is
// taken once, since it is taken and written in one transaction; and that a push is sent outside of every transaction,
// by whoever holds its lease. A process that dies between the sending and the recording costs one more push with the same
// delivery id, which its receiver shows once. The alerts of one patient that are due at once are one push for each device.
// What is critical is sent before what is not, and a slow way out holds nobody up but itself.
//
// It never reads what an alert says: a push has no field for it. It never ends an escalation by itself, since only a
// person's answer does. It deletes no row: what ended is a state that is written over the one before. Its log lines and
// counts name tables, channels and codes, never a patient, a person or an address.
package alarm
