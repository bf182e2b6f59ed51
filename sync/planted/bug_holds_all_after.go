//go:build planted && holds_all_after

package planted

// Bug is the mistake of this build: whatever comes for a record after something held is held behind it.
const Bug = HoldsAllAfter
