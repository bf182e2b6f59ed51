//go:build planted && alert_without_event

package planted

// Bug is the mistake of this build: an alert is raised and nothing is put into the outbox.
const Bug = AlertWithoutEvent
