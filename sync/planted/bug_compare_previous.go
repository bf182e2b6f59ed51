//go:build planted && compare_previous

package planted

// Bug is the mistake of this build: foreign is judged from the chain's previous version.
const Bug = ComparePrevious
