//go:build planted && alert_named_by_place

package planted

// Bug is the mistake of this build: an alert is named after its place in the log.
const Bug = AlertNamedByPlace
