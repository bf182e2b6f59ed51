//go:build planted && erasure_keeps_own

package planted

// Bug is the mistake of this build: a device keeps what its own people wrote to an erased record.
const Bug = ErasureKeepsOwn
