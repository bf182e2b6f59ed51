//go:build planted && owns_unseen

package planted

// Bug is the mistake of this build: a predecessor that its author was not shown counts as seen.
const Bug = OwnsUnseen
