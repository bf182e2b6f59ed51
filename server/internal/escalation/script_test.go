package escalation_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
)

var rewrite = flag.Bool("rewrite", false, "write what happens into the scripts of testdata anew")

// TestScripts plays the nights of testdata. A line that begins with "|" is what happened, and is compared; every other one
// says who there is or what somebody does. Times are those of Japan. Read a script that changed before it is written anew:
// go test ./server/internal/escalation -run TestScripts -rewrite.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			n := &night{t: t, world: newWorld(), policy: escalation.BuiltIn()}
			n.policy.Quiet = &alertv1.QuietHours{From: "21:00", Until: "07:00"}
			for line := range strings.Lines(string(want)) {
				if !strings.HasPrefix(line, "|") {
					n.play(line)
				}
			}
			if *rewrite {
				if err := os.WriteFile(file, []byte(n.out.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if n.out.String() != string(want) {
				t.Errorf("another night than the one that is committed:\n%s", n.out.String())
			}
		})
	}
}

// night is one script as it is played.
type night struct {
	t      *testing.T
	world  *world
	policy *alertv1.Policy
	group  *storev1.Escalation
	now    time.Time
	out    strings.Builder
}

var roleNames = map[string]carev1.Role{
	"physician": carev1.Role_ROLE_PHYSICIAN, "nurse": carev1.Role_ROLE_NURSE, "care-manager": carev1.Role_ROLE_CARE_MANAGER,
}

var severities = map[string]carev1.AlertSeverity{"notice": notice, "urgent": urgent, "critical": critical}

// play plays one line, after everything that was due before it.
func (n *night) play(line string) {
	words := strings.Fields(line)
	if len(words) < 4 || words[0] != "at" {
		n.out.WriteString(line)
		n.set(words)
		return
	}
	now := n.time(words[1:])
	if words[3] != "server-back" && words[3] != "clock-set-back" {
		n.until(now)
	}
	n.now = now
	n.out.WriteString(line)
	n.do(words[3:])
	n.advance()
}

// set says who and what there is.
func (n *night) set(words []string) {
	if len(words) == 0 || words[0] == "#" {
		return
	}
	switch words[0] {
	case "team": // team nurse suzuki
		r := roleNames[words[1]]
		n.world.team[r] = append(n.world.team[r], words[2])
	case "unreachable": // unreachable sato
		n.world.without[words[1]] = true
	case "reachable":
		delete(n.world.without, words[1])
	case "duty": // duty on-call suzuki 11-23 18:00 11-24 08:00
		r := n.world.rotas[words[1]]
		if r == nil {
			r = &alertv1.Rota{Id: words[1]}
			n.world.rotas[words[1]] = r
		}
		r.Duties = append(r.Duties, &alertv1.Duty{
			PersonId: words[2], From: timestamppb.New(n.time(words[3:])), Until: timestamppb.New(n.time(words[5:])),
		})
	case "quiet":
		n.policy.Quiet = &alertv1.QuietHours{From: words[1], Until: words[2]}
	case "plan": // plan critical loops 1 wait 15
		*n.plan(words[1]) = alertv1.Plan{Loops: n.number(words[3]), WaitMinutes: n.number(words[5])}
		n.policy.OrganisationId = "clinic"
	case "step": // step critical 5 again 2 person:sato rota:on-call
		p := n.plan(words[1])
		s := &alertv1.Step{AfterMinutes: n.number(words[2]), AgainMinutes: n.number(words[4])}
		for _, who := range words[5:] {
			s.To = append(s.To, n.recipient(who))
		}
		p.Steps = append(p.Steps, s)
	default:
		n.t.Fatalf("what is %q", words)
	}
}

func (n *night) plan(severity string) *alertv1.Plan {
	if severity == "critical" {
		return n.policy.Critical
	}
	return n.policy.Urgent
}

func (n *night) recipient(who string) *alertv1.Recipient {
	kind, name, _ := strings.Cut(who, ":")
	switch kind {
	case "person":
		return person(name)
	case "rota":
		return rota(name)
	}
	return role(roleNames[name])
}

func (n *night) number(s string) uint32 {
	v, err := strconv.Atoi(s)
	if err != nil {
		n.t.Fatal(err)
	}
	return uint32(v)
}

func (n *night) time(words []string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+words[0]+" "+words[1], tokyo)
	if err != nil {
		n.t.Fatal(err)
	}
	return at
}

// do does what somebody does now: at 11-23 22:40 alert a critical.
func (n *night) do(words []string) {
	switch words[0] {
	case "alert":
		n.alert(words[1], severities[words[2]])
	case "answer": // answer sato a b
		var ids [][]byte
		for _, name := range words[2:] {
			ids = append(ids, id(name))
		}
		if escalation.Answer(n.group, ids, words[1], n.now) {
			n.say("ended by %s", words[1])
		}
	case "duty", "reachable", "unreachable":
		n.set(words)
		n.group.NextMs = n.now.UnixMilli() // as when a rota is saved
	case "end", "server-back", "clock-set-back":
	default:
		n.t.Fatalf("what is %q", words)
	}
}

func (n *night) alert(name string, severity carev1.AlertSeverity) {
	a := alert(name, severity, n.now)
	if n.group == nil || n.group.GetState() == answered {
		n.group = escalation.Begin([16]byte{1}, "yamada", n.policy, n.policy.GetOrganisationId() == "", a, n.now)
		return
	}
	escalation.Join(n.group, a, n.policy, n.now)
}

// mostCalls bounds a script.
const mostCalls = 1000

// until does what is due before a moment.
func (n *night) until(end time.Time) {
	for range mostCalls {
		next := n.group.GetNextMs()
		if n.group == nil || next == 0 || next > end.UnixMilli() {
			return
		}
		n.now = time.UnixMilli(next)
		n.advance()
	}
	n.t.Fatal("there is no end to it")
}

func (n *night) advance() {
	if n.group == nil {
		return
	}
	told, alarm := escalation.Advance(n.group, n.world, n.now)
	for _, one := range told {
		what := "told " + one.Person
		switch {
		case one.Person == "":
			what = "found nobody"
		case !one.Reachable:
			what = "could not tell " + one.Person
		}
		n.say("%s, step %d, round %d", what, one.Step, one.Round)
	}
	if alarm {
		n.say("the operator is told that nobody answers")
	}
	if n.group.GetState() == digest {
		n.say("waits for the digest of %s", escalation.DigestAt(n.group.GetPolicy(), n.now).In(tokyo).Format("01-02 15:04"))
	}
	if next := n.group.GetNextMs(); next != 0 {
		n.say("next at %s", time.UnixMilli(next).In(tokyo).Format("01-02 15:04"))
	}
}

func (n *night) say(format string, args ...any) {
	fmt.Fprintf(&n.out, "| %s "+format+"\n", append([]any{n.now.In(tokyo).Format("01-02 15:04")}, args...)...)
}
