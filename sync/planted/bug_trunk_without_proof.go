//go:build planted && trunk_without_proof

package planted

// Bug is the mistake of this build: a trunk is a bare sequence number, also after a restore.
const Bug = TrunkWithoutProof
