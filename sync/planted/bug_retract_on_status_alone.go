//go:build planted && retract_on_status_alone

package planted

// Bug is the mistake of this build: a RETRACT is judged on the status alone.
const Bug = RetractOnStatusAlone
