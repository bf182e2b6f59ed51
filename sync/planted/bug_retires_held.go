//go:build planted && retires_held

package planted

// Bug is the mistake of this build: a held mutation is done with once the cursor reaches its entry.
const Bug = RetiresHeld
