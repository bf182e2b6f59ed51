//go:build planted && cursor_before_data

package planted

// Bug is the mistake of this build: a device saves its cursor before the data.
const Bug = CursorBeforeData
