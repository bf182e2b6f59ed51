//go:build planted && judges_before_confirmation

package planted

// Bug is the mistake of this build: a restored server judges before its operator has confirmed.
const Bug = JudgesBeforeConfirmation
