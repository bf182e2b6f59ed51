package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// TaskOpen tells whether a task still waits for somebody. A state that this build does not know counts as open: the
// worse case.
func TaskOpen(t *carev1.Task) bool {
	switch t.GetProgress().GetState() {
	case carev1.TaskState_TASK_STATE_DONE, carev1.TaskState_TASK_STATE_CANCELLED:
		return false
	default:
		return true
	}
}

// taskSummary writes "【至急】再検温 未着手 期限: 2026-11-23 15:00 担当: 看護師".
func taskSummary(t *carev1.Task) title {
	var p phrase
	if t.GetUrgent() {
		p.add("【至急】", "[urgent]")
	}
	p.addSame(t.GetTitle())
	addEnum(&p, t.GetProgress().GetState())
	if TaskOpen(t) {
		addNamed(&p, "期限: ", "due ", wallClock(t.GetDue()))
		addAssignee(&p, t.GetAssignee())
	}
	addNamed(&p, "完了者: ", "by ", t.GetProgress().GetDoneBy().GetName())
	p.addSame(wallClock(t.GetProgress().GetDoneAt()))
	addNamed(&p, "理由・結果: ", "reason or result: ", t.GetProgress().GetReason())
	p.addSame(t.GetDetail())
	return p.title()
}

func addAssignee(p *phrase, a *carev1.TaskAssignee) {
	switch {
	case a.GetName() != "":
		p.add("担当: "+a.GetName(), "for "+a.GetName())
	case a.GetRole() != 0:
		ja, en := RoleTitle(a.GetRole())
		p.add("担当: "+ja, "for a "+en)
	}
}
