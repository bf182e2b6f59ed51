//go:build planted && patches_one_field

package planted

// Bug is the mistake of this build: a PATCH of a whole record leaves what it does not say as it was.
const Bug = PatchesOneField
