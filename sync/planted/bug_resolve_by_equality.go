//go:build planted && resolve_by_equality

package planted

// Bug is the mistake of this build: RESOLVE takes effect only on the very version that it names.
const Bug = ResolveByEquality
