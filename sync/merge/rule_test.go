package merge_test

import (
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/merge"
)

// The worked example of sync/doc/protocol.md, "The merge rule".
func TestExampleOfTheProtocol(t *testing.T) {
	play(t, `
create draft s=S
b1 patch trunk=10 s="slept badly"
-> applied
c1 patch trunk=10 o=36.8
-> merged
d1 patch trunk=10 s="slept well"
-> conflict
d2 patch trunk=10 after=d1 s="slept till 3"
-> conflict
e1 patch trunk=10 s="slept badly"
-> merged
b2 patch trunk=10 after=b1 s="woke at 4"
-> conflict
show
-> 2 subjective=slept badly (15 nobody)
-> 3 objective=36.8 (12 c1)
-> beside 2, d2: subjective=slept till 3
-> beside 2, b2: subjective=woke at 4
n1 resolve trunk=16 names="d2/2 b2/2" s="slept till 3, woke at 4"
-> applied
show
-> 2 subjective=slept till 3, woke at 4 (17 n1)
-> 3 objective=36.8 (12 c1)
`)
}

// Each case is a record's history, told in the lines of play.
func TestTheRule(t *testing.T) {
	cases := []struct{ name, history string }{
		{"a value that the author had seen is replaced", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=11 s=two
-> applied
show
-> 2 subjective=two (12 c1)
`},
		{"the author of a value may replace it without having pulled", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
b2 patch trunk=10 after=b1 s=two
-> applied
b3 patch trunk=10 after=b2 s=three
-> applied
show
-> 2 subjective=three (13 b3)
`},
		{"a confirmed predecessor is owned although the chain has ended", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
b2 patch trunk=10 knows=b1 s=two
-> applied
`},
		{"a predecessor that its author never saw is not owned", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
b2 patch trunk=10 behind=b1 s=two
-> conflict
show
-> 2 subjective=one (11 b1)
-> beside 2, b2: subjective=two
`},
		{"a foreign value stays, and the new one stands beside it", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 s=two
-> conflict
show
-> 2 subjective=one (11 b1)
-> beside 2, c1: subjective=two
`},
		{"clearing a field is a value like any other", `
create draft s=S
b1 patch trunk=10 clear=2
-> applied
c1 patch trunk=10 s=two
-> conflict
d1 patch trunk=10 clear=2
-> merged
show
-> 2 empty (13 nobody)
-> beside 2, c1: subjective=two
`},
		{"clearing what somebody wrote meanwhile takes nothing away", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 clear=2
-> conflict
show
-> 2 subjective=one (11 b1)
-> beside 2, c1: empty
`},
		{"without a trunk everything is foreign", `
create draft s=S
b1 patch trunk=0 s=S
-> merged
c1 patch trunk=0 s=one
-> conflict
show
-> 2 subjective=S (11 nobody)
-> beside 2, c1: subjective=one
`},
		{"an equal value stands for two: each of the two authors is foreign to it", `
create draft s=S
b1 patch trunk=10 s=same
-> applied
c1 patch trunk=10 s=same
-> merged
b2 patch trunk=10 after=b1 s=mine
-> conflict
c2 patch trunk=10 after=c1 s=mine
-> conflict
show
-> 2 subjective=same (12 nobody)
-> beside 2, b2: subjective=mine
-> beside 2, c2: subjective=mine
`},
		{"whoever has seen that it stands for two may replace it", `
create draft s=S
b1 patch trunk=10 s=same
-> applied
c1 patch trunk=10 s=same
-> merged
d1 patch trunk=12 s=new
-> applied
show
-> 2 subjective=new (13 d1)
`},
		{"an equal value that was seen passes to whoever wrote it last", `
create draft s=S
b1 patch trunk=10 s=S
-> applied
show
-> 2 subjective=S (11 b1)
c1 patch trunk=10 s=other
-> conflict
`},
		{"a new candidate of a chain replaces the old one", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 s=two
-> conflict
c2 patch trunk=10 after=c1 s=three
-> conflict
show
-> 2 subjective=one (11 b1)
-> beside 2, c2: subjective=three
`},
		{"a candidate is withdrawn by writing what stands there", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 s=two
-> conflict
c2 patch trunk=10 after=c1 s=one
-> merged
show
-> 2 subjective=one (13 nobody)
`},
		{"a candidate of a chain stays in the groups that the next one does not write", `
create draft s=S
b1 patch trunk=10 s=one o=one
-> applied
c1 patch trunk=10 s=two o=two
-> conflict
c2 patch trunk=10 after=c1 s=three
-> conflict
show
-> 2 subjective=one (11 b1)
-> 3 objective=one (11 b1)
-> beside 3, c1: objective=two
-> beside 2, c2: subjective=three
`},
		{"a candidate of a chain that has ended stays until somebody decides", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 s=two
-> conflict
c2 patch trunk=12 knows=c1 s=three
-> applied
show
-> 2 subjective=three (13 c2)
-> beside 2, c1: subjective=two
`},
		{"a candidate that its author did not see stays", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 s=two
-> conflict
c2 patch trunk=10 behind=c1 s=three
-> conflict
show
-> 2 subjective=one (11 b1)
-> beside 2, c1: subjective=two
-> beside 2, c2: subjective=three
`},
		{"a PATCH leaves the candidates of others, also one that they see", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 s=two
-> conflict
d1 patch trunk=12 s=three
-> applied
show
-> 2 subjective=three (13 d1)
-> beside 2, c1: subjective=two
`},
		{"only what conflicts stands beside: the other groups of a mutation are taken", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 s=two o=two
-> conflict
show
-> 2 subjective=one (11 b1)
-> 3 objective=two (12 c1)
-> beside 2, c1: subjective=two
`},
		{"a group that nobody else wrote is merged", `
create draft s=S
b1 patch trunk=10 at=09:00
-> applied
c1 patch trunk=10 s=two
-> merged
d1 patch trunk=12 o=three
-> applied
show
-> 1002 at 09:00 (11 b1)
-> 2 subjective=two (12 c1)
-> 3 objective=three (13 d1)
`},
		{"a group that is listed twice is written once", `
create draft s=S
b1 patch trunk=10 s=one groups="2 2"
-> applied
c1 patch trunk=10 s=two groups="2 2"
-> conflict
show
-> 2 subjective=one (11 b1)
-> beside 2, c1: subjective=two
`},
		{"RETRACT", `
create draft s=S
b1 retract trunk=10 because="wrong patient"
-> applied
show
-> 1001 retracted (11 b1)
`},
		{"RETRACT judges the whole record: any foreign group makes it wait", `
create draft s=S
b1 patch trunk=10 p="call the doctor"
-> applied
c1 retract trunk=10 because="wrong patient"
-> conflict
show
-> 5 plan=call the doctor (11 b1)
-> beside 1001, c1: retracted
d1 retract trunk=12 because="wrong patient"
-> applied
show
-> 5 plan=call the doctor (11 b1)
-> 1001 retracted (13 d1)
-> beside 1001, c1: retracted
`},
		{"RETRACT of what somebody retracted meanwhile", `
create draft s=S
b1 retract trunk=10 because="wrong patient"
-> applied
c1 retract trunk=10 because="wrong patient"
-> merged
show
-> 1001 retracted (12 nobody)
`},
		{"RETRACT of what its own author changed", `
create draft s=S
b1 patch trunk=10 p=plan
-> applied
b2 retract trunk=10 after=b1 because="wrong patient"
-> applied
`},
		{"a PATCH of a retracted record stands beside, even one that says the same", `
create draft s=S
b1 retract trunk=10 because="wrong patient"
-> applied
c1 patch trunk=10 s=two
-> conflict
d1 patch trunk=12 s=S
-> conflict
b2 patch trunk=10 after=b1 o=36.8
-> conflict
show
-> 1001 retracted (11 b1)
-> beside 2, c1: subjective=two
-> beside 2, d1: subjective=S
-> beside 3, b2: objective=36.8
`},
		{"RESOLVE brings a retracted record back", `
create draft s=S
b1 retract trunk=10 because="wrong patient"
-> applied
c1 patch trunk=10 s=two
-> conflict
n1 resolve trunk=12 names="c1/2" s=two status=active
-> applied
show
-> 1001 active (13 n1)
-> 2 subjective=two (13 n1)
`},
		{"RESOLVE of another group leaves the record retracted", `
create draft s=S
b1 retract trunk=10 because="wrong patient"
-> applied
c1 patch trunk=10 s=two
-> conflict
n1 resolve trunk=12 names="c1/2" s=two
-> applied
show
-> 1001 retracted (11 b1)
-> 2 subjective=two (13 n1)
`},
		{"RESOLVE leaves a candidate that came late", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 s=two
-> conflict
d1 patch trunk=10 s=three
-> conflict
n1 resolve trunk=12 names="c1/2" s=decided
-> applied
show
-> 2 subjective=decided (14 n1)
-> beside 2, d1: subjective=three
`},
		{"RESOLVE of a value that moved stands beside it, and what it names goes", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 s=two
-> conflict
d1 patch trunk=12 s=moved
-> applied
n1 resolve trunk=12 names="c1/2" s=decided
-> conflict
show
-> 2 subjective=moved (13 d1)
-> beside 2, n1: subjective=decided
`},
		{"RESOLVE judges by the version that it names, not by what it is built on", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 s=two
-> conflict
n1 resolve trunk=0 names="c1/2" s=decided
-> conflict
show
-> 2 subjective=one (11 b1)
-> beside 2, n1: subjective=decided
`},
		{"RESOLVE removes candidates of the groups that it writes, and of no others", `
create draft s=S
b1 patch trunk=10 s=one o=one
-> applied
c1 patch trunk=10 s=two o=two
-> conflict
n1 resolve trunk=12 names="c1/2 c1/3" s=decided
-> applied
show
-> 2 subjective=decided (13 n1)
-> 3 objective=one (11 b1)
-> beside 3, c1: objective=two
`},
		{"a name is a mutation and a group", `
create draft s=S
b1 patch trunk=10 s=one o=one
-> applied
c1 patch trunk=10 s=two o=two
-> conflict
n1 resolve trunk=12 names="c1/3 b1/2 zz/2" s=decided
-> applied
show
-> 2 subjective=decided (13 n1)
-> 3 objective=one (11 b1)
-> beside 2, c1: subjective=two
-> beside 3, c1: objective=two
`},
		{"RESOLVE cannot name itself away", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
n1 resolve trunk=10 names="n1/2" s=decided
-> conflict
show
-> 2 subjective=one (11 b1)
-> beside 2, n1: subjective=decided
`},
		{"two decisions that do not know of each other", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 patch trunk=10 s=two
-> conflict
n1 resolve trunk=12 names="c1/2" s="decided so"
-> applied
k1 resolve trunk=12 names="c1/2" s="decided otherwise"
-> conflict
show
-> 2 subjective=decided so (13 n1)
-> beside 2, k1: subjective=decided otherwise
`},
		{"RESOLVE of a status that waits", `
create draft s=S
b1 patch trunk=10 s=one
-> applied
c1 retract trunk=10 because="wrong patient"
-> conflict
n1 resolve trunk=12 names="c1/1001" status=active
-> applied
show
-> 2 subjective=one (11 b1)
-> 1001 active (13 n1)
`},
		{"a whole record: two amendments", `
create vitals temp=38.6
b1 patch trunk=10 temp=36.8 because="misread"
-> applied
c1 patch trunk=10 temp=36.9 because="measured again"
-> conflict
show
-> 0 temperature_tenths_c=368 at 08:00 (11 b1)
-> beside 0, c1: temperature_tenths_c=369
n1 resolve trunk=12 names="c1/0" temp=36.9
-> applied
show
-> 0 temperature_tenths_c=369 at 08:00 (13 n1)
`},
		{"a whole record: another reading is another value", `
create vitals temp=36.5
b1 patch trunk=10 pulse=72 because=added
-> applied
c1 patch trunk=10 rr=16 because=added
-> conflict
show
-> 0 temperature_tenths_c=365 pulse_per_min=72 at 08:00 (11 b1)
-> beside 0, c1: temperature_tenths_c=365 pulse_per_min=72 respirations_per_min=16
`},
		{"a whole record: the same amendment twice", `
create order drug=D amount=1 unit=T
b1 patch trunk=10 amount=2
-> applied
c1 patch trunk=10 amount=2
-> merged
`},
		{"a whole record: the time belongs to it", `
create vitals temp=36.5
b1 patch trunk=10 temp=36.6 at=09:00 because="wrong time"
-> applied
c1 patch trunk=10 temp=36.6 at=09:00 because="wrong time"
-> merged
d1 patch trunk=10 temp=36.6 at=09:30 because="wrong time"
-> conflict
show
-> 0 temperature_tenths_c=366 at 09:00 (12 nobody)
-> beside 0, d1: temperature_tenths_c=366 at 09:30
`},
		{"a whole record: a PATCH without a time leaves it", `
create vitals temp=36.5 at=07:00
b1 patch trunk=10 temp=36.6 because=misread
-> applied
show
-> 0 temperature_tenths_c=366 at 07:00 (11 b1)
`},
		{"a whole record: RETRACT and PATCH at the same time", `
create vitals temp=36.5
b1 patch trunk=10 temp=36.6 because=misread
-> applied
c1 retract trunk=10 because="wrong patient"
-> conflict
show
-> 0 temperature_tenths_c=366 at 08:00 (11 b1)
-> beside 0, c1: retracted
n1 resolve trunk=12 names="c1/0" status=retracted
-> applied
show
-> 0 temperature_tenths_c=366 retracted at 08:00 (13 n1)
`},
		{"a whole record: a PATCH never changes the status", `
create vitals temp=36.5
b1 patch trunk=10 temp=36.6 status=retracted because=misread
-> applied
show
-> 0 temperature_tenths_c=366 at 08:00 (11 b1)
b2 retract trunk=10 after=b1 because="wrong patient"
-> applied
c1 patch trunk=12 temp=36.7 status=active because=misread
-> conflict
show
-> 0 temperature_tenths_c=366 retracted at 08:00 (12 b2)
-> beside 0, c1: temperature_tenths_c=367
`},
		{"a whole record: a decision brings it back with a body", `
create vitals temp=36.5
b1 retract trunk=10 because="wrong patient"
-> applied
n1 resolve trunk=11 temp=36.6
-> applied
show
-> 0 temperature_tenths_c=366 retracted at 08:00 (12 n1)
n2 resolve trunk=12 knows=n1 temp=36.6 status=active
-> applied
show
-> 0 temperature_tenths_c=366 at 08:00 (13 n2)
`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { play(t, c.history) })
	}
}

func TestWhatTheRuleRefuses(t *testing.T) {
	texts := map[string]string{"groups": merge.ErrGroups.Error(), "record": merge.ErrBody.Error()}
	cases := []struct{ name, record, mutation, err string }{
		{"groups on a RETRACT", "draft s=S", "b1 retract trunk=10 groups=1001", "groups"},
		{"groups of a whole record", "vitals temp=36.5", "b1 patch trunk=10 temp=36.6 groups=1", "groups"},
		{"a RETRACT with groups of a whole record", "vitals temp=36.5", "b1 retract trunk=10 groups=1001", "groups"},
		{"no groups", "draft s=S", "b1 patch trunk=10", "groups"},
		{"no groups in a decision", "draft s=S", "b1 resolve trunk=10", "groups"},
		{"a field that the kind does not have", "draft s=S", "b1 patch trunk=10 s=one groups=999", "groups"},
		{"group 0 of a kind that merges by field", "draft s=S", "b1 patch trunk=10 s=one groups=0", "groups"},
		{"a group between fields and status", "draft s=S", "b1 patch trunk=10 s=one groups=1000", "groups"},
		{"a PATCH of the status", "draft s=S", "b1 patch trunk=10 status=retracted", "groups"},
		{"a PATCH of the status and a field", "draft s=S", "b1 patch trunk=10 s=one status=active", "groups"},
		{"the status without a status", "draft s=S", "b1 resolve trunk=10 groups=1001", "record"},
		{"the envelope without a time", "draft s=S", "b1 patch trunk=10 groups=1002", "record"},
		{"a whole record without a body", "vitals temp=36.5", "b1 patch trunk=10", "record"},
		{"a whole decision without a body", "vitals temp=36.5", "b1 resolve trunk=10", "record"},
		{"a decision for ACTIVE without a body", "vitals temp=36.5", "b1 resolve trunk=10 status=active", "record"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			play(t, "create "+c.record+"\n"+c.mutation+"\n-> refused: "+texts[c.err]+"\nshow\n")
		})
	}
}
