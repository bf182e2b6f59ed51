package alarm

import (
	"time"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Limits bound the work. A zero field is the default beside it.
type Limits struct {
	// Batch is how many due rows one pass takes, at most as many as a store takes closures. 512.
	Batch int
	// Sending is how many pushes of one channel are on their way at once. 64.
	Sending int
	// Reserved is how many of those are kept for what is critical. 16.
	Reserved int
	// InHand is how many claimed pushes may wait to be sent before no more rows are claimed. 4,096.
	InHand int
	// Lease is how long a claimed push is this process's. Longer than Send. 60 s.
	Lease time.Duration
	// Send is how long one try may take. 15 s.
	Send time.Duration
	// Stop is how long pushes that are on their way get to end when the dispatcher stops. 3 s.
	Stop time.Duration
}

// Limits that no installation has to change.
const (
	// maxEvents bounds the events of one chart in one transaction.
	maxEvents = 512
	// maxToPerson bounds the pushes of one channel that are on their way to one person at once; to one target it is one.
	maxToPerson = 2
	// maxHeld bounds those that wait for it, of what is critical and of the rest. Others are looked at again after heldPause.
	maxHeld = 256
	// maxPassedOver bounds the due marks that one look reads in order to find those that it may take now.
	maxPassedOver = 16384
	// maxTargets bounds the ways to one person, and maxTargetRows those that they ever had: rows stay when a target ends.
	maxTargets, maxTargetRows = 16, 4096
	// maxTrail bounds the deliveries of one group that are looked at together.
	maxTrail = 4096
	// maxRunning bounds the charts that are gone through for the group of an alert that its own chart does not have.
	maxRunning = 50_000
	// maxDigestGroups bounds the groups that a digest remembers. It counts the rest all the same.
	maxDigestGroups = 256
	// maxFailing bounds the rows and charts whose failures are remembered, and the alarms.
	maxFailing = 4096
	// maxStrangers bounds the targets of a channel of which it is remembered that they are somebody else's.
	maxStrangers = 4096
	// maxRecorded bounds the results that are written together.
	maxRecorded = 256
	// maxWarned bounds the people who are told that somebody cannot be reached.
	maxWarned = 16
	// maxNurses bounds the nurses who are told of an answer.
	maxNurses = 32
	// maxDuties bounds the checks that one search puts down; the next one finds the others.
	maxDuties = 4096
	// maxSurveyed bounds the rows of each table that one survey counts.
	maxSurveyed = 100_000
	// maxIdle is how long nothing is looked at when nothing is due.
	maxIdle = 30 * time.Second
	// surveyEvery is how old the figures of Status may be; dutiesEvery how often rotas are searched for duties.
	surveyEvery, dutiesEvery = time.Minute, 10 * time.Minute
	// alarmEvery is how long the same alarm is not written again.
	alarmEvery = time.Minute
	// viewWait is how long one snapshot is read.
	viewWait = 20 * time.Second
)

// How long a push makes sense.
const (
	criticalLasts = 30 * time.Minute
	urgentLasts   = 4 * time.Hour
	digestLasts   = 12 * time.Hour
	answerLasts   = 12 * time.Hour
	warningLasts  = 2 * time.Hour
	// heartbeatLasts is when it is judged whether somebody could be reached.
	heartbeatLasts = 10 * time.Minute
)

// pagedAgain is how long after an alert was raised people are told of it again when its answer is taken back. After that it
// goes into the digest.
const pagedAgain = 7 * 24 * time.Hour

// Waiting after a failure.
const (
	// firstRetry and lastRetry bound the wait before a push is tried again. It doubles, and a quarter of it is by chance.
	firstRetry, lastRetry = 10 * time.Second, 5 * time.Minute
	// firstRest and lastRest bound how long nothing is sent over a channel whose credentials are wrong.
	firstRest, lastRest = 30 * time.Second, 5 * time.Minute
	// firstPause and lastPause bound the wait before something is asked of a store again that refused it.
	firstPause, lastPause = time.Second, 30 * time.Second
	// apartFor is how long the events of a chart that failed together are done one by one.
	apartFor = 10 * time.Minute
	// heldPause is how long a push waits whose person has maxHeld of them in hand.
	heldPause = 10 * time.Second
	// strangerPause is how long an event waits whose stream the directory does not have.
	strangerPause = 10 * time.Minute
	// crowdedPause is how long an alert waits whose group cannot take more of them.
	crowdedPause = time.Minute
)

// Duties.
const (
	// dutyAhead is how far ahead rotas are searched, dutyLead how long before a duty it is asked whether the person can be
	// reached, and confirmedWithin how long ago an app must have confirmed a target for that.
	dutyAhead, dutyLead, confirmedWithin = 24 * time.Hour, 2 * time.Hour, 30 * 24 * time.Hour
	// beatEvery is how often one person is asked at most whether they can be reached, and warnEvery how often one person is
	// told at most that somebody else cannot.
	beatEvery, warnEvery = 12 * time.Hour, 24 * time.Hour
	// dailyHour is the hour of the day, in the policy's zone, at which those whom a policy names are asked.
	dailyHour = 8
	// usualZone is the zone of a policy that names none.
	usualZone = "Asia/Tokyo"
)

func (l Limits) filled() Limits {
	or := func(n *int, usual int) {
		if *n <= 0 {
			*n = usual
		}
	}
	or(&l.Batch, 512)
	l.Batch = min(l.Batch, store.MaxClosures)
	or(&l.Sending, 64)
	or(&l.InHand, 4096)
	if l.Reserved <= 0 || l.Reserved >= l.Sending {
		l.Reserved = l.Sending / 4
	}
	lasts := func(d *time.Duration, usual time.Duration) {
		if *d <= 0 {
			*d = usual
		}
	}
	lasts(&l.Send, 15*time.Second)
	lasts(&l.Lease, 4*l.Send)
	lasts(&l.Stop, 3*time.Second)
	return l
}

// doubled is a wait that doubles with each failure, from 1, up to a last one.
func doubled(first, last time.Duration, failures int) time.Duration {
	for ; failures > 1 && first < last; failures-- {
		first *= 2
	}
	return min(first, last)
}
