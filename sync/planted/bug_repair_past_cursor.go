//go:build planted && repair_past_cursor

package planted

// Bug is the mistake of this build: a repair lays down what is newer than the cursor.
const Bug = RepairPastCursor
