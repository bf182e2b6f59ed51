// Package alarm brings what was written to the people who must hear of it: it takes the outbox, runs the escalations,
// sends the pushes and keeps the trail of each.
//
// It promises that what is due is looked at until it is done, whatever fails in between; that a step of an escalation is
// taken once, since it is taken and written in one transaction; and that a push is sent outside of every transaction,
// by whoever holds its lease. A process that dies between the sending and the recording costs one more push with the same
// delivery id, which its receiver shows once. The alerts of one patient that are due at once are one push for each device.
// What is critical is sent before what is not, and a slow way out holds nobody up but itself.
//
// Nobody is told of a chart that they may not read at that moment, whatever names them; they count as nobody who is reached.
//
// No row is ever deleted, so that the trail of every alert can be read as long as the store exists. What grows, with keys:
// for each alert and each answer a row of the outbox of some 150 bytes; for each matter of a patient an escalation of some
// 600 bytes, in a flood up to 30 kilobytes; for each push to each target a delivery of some 300 bytes, also for tests,
// heartbeats and digests, and while nobody answers a few more with every repetition; for each duty of at least a quarter of an
// hour, and each day for each person whom an organisation's policy names, a check of some 150 bytes; for each person and day
// with notices a digest of some 100 bytes. Fifty matters a day with six pushes each come to some 600 megabytes in ten years.
//
// It never passes on what a record says: a push has no field for it. Of a record it reads but whether those at the patient
// have to hear of an answer or an instruction, and how urgent an alert is whose answer was taken back. It never ends an
// escalation by itself, since only a person's answer does. It deletes no row: what ended is a state that is written over the
// one before. Its log lines and counts name tables, channels and codes, never a patient, a person or an address.
package alarm
