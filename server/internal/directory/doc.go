// Package directory keeps organisations, people, devices, charts and grants: read from one file, answered from memory.
//
// It promises that a file is taken whole or not at all, that a problem is told with its line and never with a name or
// a secret of the file, and that every answer is of one file: a reload is seen at once by whoever asks next. It writes
// nothing.
//
// A grant that ends gets an `until`; it is not deleted. A mutation written while it held and sent afterwards is judged
// by it, and a stream exists as long as a chart and a grant name it.
package directory
