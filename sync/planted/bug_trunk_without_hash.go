//go:build planted && trunk_without_hash

package planted

// Bug is the mistake of this build: a trunk is taken for what it says without comparing the record's hash.
const Bug = TrunkWithoutHash
