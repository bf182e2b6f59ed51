package synthetic

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// progressOfTask is the field of a task that whoever did it writes.
const progressOfTask = 5

// chore is one thing to do: who wrote it down when, and who did it when.
type chore struct {
	name, title, detail, source, outcome string
	by, doneBy                           *colleague
	at, due, done                        time.Time
	urgent                               bool
}

// chores of somebody: what an illness and a discharge leave to do. Days are those of the writers, not of the page.
func (p *page) chores() []chore {
	w, c := p.world, p.chart
	var all []chore
	for _, one := range c.courses {
		if one.Kind == EndOfLife {
			continue
		}
		at := one.Worst.Add(80 * time.Minute)
		next := w.clock(w.dayOf(at)+1, 10, 20)
		ill := chore{
			name: "look again", title: "状態の再確認と主治医への報告", detail: sickWords(one.Kind), source: "往診時の指示",
			by: c.physician, doneBy: c.nurseOf(w, next), at: at, due: next.Add(100 * time.Minute), done: next, urgent: true,
			outcome: "電話で状態を確認し、主治医へ報告した。",
		}
		if c.home {
			ill.title, ill.outcome = "検温と尿の観察を主治医へ報告", "朝の検温と尿の性状を報告した。"
		}
		if !one.Admitted.IsZero() { // until then the hospital looks after it
			at = one.Discharged.Add(100 * time.Minute)
			next = w.clock(w.dayOf(at)+1, 16, 40)
			ill = chore{
				name: "after discharge", title: "退院後の内服と食形態の確認", detail: "とろみ食・とろみ水分が続けられているか、残薬と退院時処方が合っているかを確認する。",
				source: "退院時サマリー", by: c.physician, doneBy: c.nurseOf(w, next), at: at, due: next.Add(24 * time.Hour), done: next,
				outcome: "家族へ電話し、内服と食形態に問題のないことを確認した。",
			}
		}
		all = append(all, ill)
	}
	return all
}

// nurseOf is who takes calls for somebody on the day of a time.
func (c *chart) nurseOf(w *World, at time.Time) *colleague {
	day := min(max(w.dayOf(at), 0), w.days-1)
	return (&page{world: w, chart: c, day: day}).someNurse()
}

// tasks writes what is to be done, and that it was done.
func (p *page) tasks() {
	w := p.world
	for _, one := range p.chores() {
		name := one.name + " " + w.date(w.dayOf(one.at))
		if w.dayOf(one.at) == p.day && !p.away(one.at) {
			p.add(taskBody(one.task(false)), entry{by: one.by, at: one.at, later: 3, name: name})
		}
		if w.dayOf(one.done) == p.day && !p.away(one.at) && !p.away(one.done) {
			p.change(w.recordID(p.chart, one.at, name), taskBody(one.task(true)), entry{
				by: one.doneBy, at: one.done, later: 2, name: name + " done",
			}, "", progressOfTask)
		}
	}
}

func taskBody(t *carev1.Task) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_Task{Task: t}}
}

func (c chore) task(done bool) *carev1.Task {
	t := &carev1.Task{
		Title: c.title, Detail: c.detail, Due: timestamppb.New(c.due), Source: c.source, Urgent: c.urgent,
		Assignee: &carev1.TaskAssignee{Role: carev1.Role_ROLE_NURSE, OrganisationId: station},
		Progress: &carev1.TaskProgress{State: carev1.TaskState_TASK_STATE_OPEN},
	}
	if done {
		t.Progress = &carev1.TaskProgress{
			State: carev1.TaskState_TASK_STATE_DONE, DoneBy: c.doneBy.actor(), DoneAt: timestamppb.New(c.done), Reason: c.outcome,
		}
	}
	return t
}
