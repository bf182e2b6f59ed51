package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// look says how to look further. Every command works as it is printed, in a POSIX shell.
func (t *teller) look(url, dir string, viewer *tablet, chart string) {
	person := viewer.people[0].ID
	t.heading("自分で見る", "Look for yourself")
	t.line("サインインして、サーバーのカルテを JSON で：", "Sign in, and read charts from the server as JSON:")
	t.print(`
  TOKEN=$(curl -s %s/tsunagu.identity.v1.IdentityService/SignIn -H 'Content-Type: application/json' \
    -d '{"deviceId":"%s","deviceSecret":"%s","personId":"%s","personSecret":"%s"}' | sed 's/.*"token": *"\([^"]*\)".*/\1/')
  curl -s %[1]s/tsunagu.chart.v1.ChartService/ListCharts -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{}'
  curl -s %[1]s/tsunagu.chart.v1.ChartService/GetTimeline -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -d '{"chartId":"%[6]s"}'
`, url, viewer.device, secret(viewer.device), person, secret(person), chart)
	t.line("端末を使う（書いたものは、サーバーが止まっていても端末に残ります）：",
		"Use a tablet (what is written stays on it, also while no server runs):")
	t.print(`
  export TSUNAGU_SERVER=%s TSUNAGU_DEVICE=%s TSUNAGU_STORE=%s TSUNAGU_CHART=%s
  tablet() { %s "$@"; }
  tablet show
  tablet conflicts
  tablet work%s
  tablet vitals --temp 36.9 --pulse 70
  tablet queue
  tablet sync
`, url, viewer.device, quote(viewer.dir), chart, quote(program(dir, "tablet")), ownHeld(viewer))
	t.lookHeld(viewer)
	t.print("サーバーの記録（患者の情報は入りません） / the server's log, without patient data: %s", filepath.Join(dir, "server.log"))
}

// ownHeld is the command that lists what the server holds, for a tablet whose person may decide about it.
func ownHeld(viewer *tablet) string {
	if viewer.judge != viewer {
		return ""
	}
	return "\n  tablet held"
}

// lookHeld says how to decide about what the server holds, if that is for the person of another tablet.
func (t *teller) lookHeld(viewer *tablet) {
	if viewer.judge == nil || viewer.judge == viewer {
		return
	}
	who := viewer.judge.people[0]
	ja, en := whom(who.ID, who.Name, who.Role)
	t.line("サーバーで保留中のものを見る（"+ja+"の端末）：", "See what the server holds, on the tablet of "+en+":")
	t.print(`
  TSUNAGU_DEVICE=%s TSUNAGU_STORE=%s tablet held
`, viewer.judge.device, quote(viewer.judge.dir))
}

// quote makes one word of a path for a shell.
func quote(path string) string {
	if !strings.ContainsAny(path, " '\"$`\\&;()<>|*?[]#~!{}") {
		return path
	}
	return fmt.Sprintf("'%s'", strings.ReplaceAll(path, "'", `'\''`))
}
