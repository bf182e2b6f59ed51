//go:build planted && equal_moves_marker

package planted

// Bug is the mistake of this build: an equal value written concurrently gets the later writer as owner.
const Bug = EqualMovesMarker
