//go:build planted && narrow_drops_standing

package planted

// Bug is the mistake of this build: a device that gives up months drops what stands too.
const Bug = NarrowDropsStanding
