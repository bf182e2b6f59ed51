//go:build planted && equal_keeps_marker

package planted

// Bug is the mistake of this build: an equal value written concurrently keeps its owner.
const Bug = EqualKeepsMarker
