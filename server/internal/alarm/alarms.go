package alarm

import (
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Codes of operator alarms. Each is one line of the log at error level, and a label of a metric.
const (
	// AlarmDamaged: a row cannot be read. It was put aside.
	AlarmDamaged = "row-damaged"
	// AlarmStore: the store refuses what is to be written.
	AlarmStore = "store-refuses"
	// AlarmFailing: one chart or push fails each time.
	AlarmFailing = "row-fails"
	// AlarmStream: an event is of a stream that the directory does not have.
	AlarmStream = "stream-unknown"
	// AlarmCrowded: a patient has more alerts than one group takes.
	AlarmCrowded = "group-full"
	// AlarmUnanswered: everybody was told and nobody answered.
	AlarmUnanswered = "unanswered"
	// AlarmNobody: a step of a policy reaches nobody.
	AlarmNobody = "nobody-reachable"
	// AlarmBroken: the credentials of a channel are wrong.
	AlarmBroken = "channel-broken"
	// AlarmAside: a target is none, or is somebody else's.
	AlarmAside = "target-aside"
	// AlarmRefused: a push was refused.
	AlarmRefused = "push-refused"
	// AlarmProvider: whoever forwards pushes has a fault.
	AlarmProvider = "forwarder-fault"
	// AlarmTooLate: an alert could not be sent to a target until its time was over.
	AlarmTooLate = "push-too-late"
	// AlarmUnreachable: somebody who is about to be on call cannot be reached.
	AlarmUnreachable = "on-call-unreachable"
	// AlarmPanic: a channel panicked.
	AlarmPanic = "channel-panicked"
)

// sentences are for the person who reads the log.
var sentences = map[string]string{
	AlarmDamaged:     "a row of the alerts cannot be read and was put aside; the others go on: run tsunagu verify",
	AlarmStore:       "the store takes no writes; alerts wait and none is lost: look at the disk",
	AlarmFailing:     "what is due for one patient or push could not be done; it is tried again and the others go on: look at the code",
	AlarmStream:      "something is to be told about a stream that the directory does not have; it waits: put the chart back into the directory",
	AlarmCrowded:     "a patient has more alerts than one group takes; people are being told, and the rest waits: see who does not answer",
	AlarmUnanswered:  "the plan of an alert is through and nobody answered, or nobody could be reached; the last step is repeated: call somebody, and see tsunagu alerts trail",
	AlarmNobody:      "a step of a policy reaches nobody; the next one was taken: look at policy, rota and targets",
	AlarmBroken:      "the credentials of a channel are refused; its pushes wait and other channels go on: mend them",
	AlarmAside:       "a target was refused as none, or as somebody else's; it was put aside: ask its owner to register anew",
	AlarmRefused:     "a push was refused as it is; others were told: look at the trouble code",
	AlarmProvider:    "whoever forwards pushes has a fault; they are tried again: watch whether it goes on",
	AlarmTooLate:     "an alert could not be sent to a target in time; the escalation went on: look at the channel",
	AlarmUnreachable: "somebody who is about to be on call cannot be reached; others were told: look at the rota",
	AlarmPanic:       "a channel failed in a way that nobody foresaw; its push is tried again: report it",
}

// alarm is one operator alarm, with what may be said of it.
type alarm struct {
	code, channel, trouble, group string
	table                         uint32
}

// alarms tells the operator. The same alarm again within a minute is counted and not written: an outage has one line a
// minute for each thing that is wrong, and not one for each push.
type alarms struct {
	log  zerolog.Logger
	hook func(string)
	now  func() time.Time
	mu   sync.Mutex
	last map[alarm]time.Time
}

func (a *alarms) raise(all ...alarm) {
	for _, one := range all {
		if a.hook != nil {
			a.hook(one.code)
		}
		if !a.fresh(one) {
			continue
		}
		line := a.log.Error().Str("code", one.code)
		for _, field := range [][2]string{{"channel", one.channel}, {"trouble", one.trouble}, {"group", one.group}} {
			if field[1] != "" {
				line = line.Str(field[0], field[1])
			}
		}
		if one.table != 0 {
			line = line.Uint32("table", one.table)
		}
		line.Msg(sentences[one.code])
	}
}

// fresh tells whether an alarm is to be written.
func (a *alarms) fresh(one alarm) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if last, told := a.last[one]; told && now.Sub(last) < alarmEvery && !now.Before(last) {
		return false
	}
	if len(a.last) >= maxFailing {
		clear(a.last)
	}
	a.last[one] = now
	return true
}
