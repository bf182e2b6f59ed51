//go:build planted && successors_not_held

package planted

// Bug is the mistake of this build: successors of a held mutation go through.
const Bug = SuccessorsNotHeld
