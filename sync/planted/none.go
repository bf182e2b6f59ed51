//go:build !planted

package planted

// Bug is the mistake of this build.
const Bug = None
