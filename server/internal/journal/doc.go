// Package journal is what a server must not forget even if it loses its store: which rights came into force, changed
// and ended, what is to be erased and what of it is done, who wrote charts out, when it was restored and confirmed, and
// what its backups cover.
//
// It is one file of lines, in a folder that may lie on another disk than the store. It promises that a line is on disk
// before it counts; that every line is chained to the one before it, so that a line which was changed, taken out or put in
// is noticed when the file is read; that a line which a crash left unfinished is cut off, since nothing rested on it; and
// that one process alone has it open.
//
// It never rewrites a line, and never holds a name, a value or a word of a chart: ids only.
package journal
