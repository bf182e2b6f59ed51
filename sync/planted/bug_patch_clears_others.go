//go:build planted && patch_clears_others

package planted

// Bug is the mistake of this build: a PATCH removes candidates of others.
const Bug = PatchClearsOthers
