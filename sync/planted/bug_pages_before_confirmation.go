//go:build planted && pages_before_confirmation

package planted

// Bug is the mistake of this build: a restored server gives records before its operator has confirmed.
const Bug = PagesBeforeConfirmation
