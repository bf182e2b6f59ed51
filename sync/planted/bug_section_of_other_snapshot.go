//go:build planted && section_of_other_snapshot

package planted

// Bug is the mistake of this build: a section is taken at another snapshot than the cursor.
const Bug = SectionOfOtherSnapshot
