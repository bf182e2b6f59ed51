//go:build planted && repairs_unfilled

package planted

// Bug is the mistake of this build: a section of a stream that is being filled anew is repaired.
const Bug = RepairsUnfilled
