//go:build planted && drops_of_ended_chain

package planted

// Bug is the mistake of this build: a new chain removes the candidate of an ended one.
const Bug = DropsOfEndedChain
