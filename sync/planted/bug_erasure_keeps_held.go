//go:build planted && erasure_keeps_held

package planted

// Bug is the mistake of this build: an erasure leaves what was held.
const Bug = ErasureKeepsHeld
