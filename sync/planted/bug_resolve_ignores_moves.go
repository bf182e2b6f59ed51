//go:build planted && resolve_ignores_moves

package planted

// Bug is the mistake of this build: RESOLVE takes effect although the value had moved.
const Bug = ResolveIgnoresMoves
