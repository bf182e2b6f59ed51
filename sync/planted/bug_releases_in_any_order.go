//go:build planted && releases_in_any_order

package planted

// Bug is the mistake of this build: what waited is released last first.
const Bug = ReleasesInAnyOrder
