//go:build planted && resolve_clears_all

package planted

// Bug is the mistake of this build: RESOLVE removes candidates that its author never saw.
const Bug = ResolveClearsAll
