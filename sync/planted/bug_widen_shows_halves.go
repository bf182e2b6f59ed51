//go:build planted && widen_shows_halves

package planted

// Bug is the mistake of this build: a month that is being fetched is shown before it is whole.
const Bug = WidenShowsHalves
