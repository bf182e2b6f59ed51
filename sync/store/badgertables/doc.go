// Package badgertables tells whether a table of Badger is whole, before Badger is let at it.
//
// Badger reads tables in goroutines of its own and panics there at some kinds of damage, which nobody can catch: the
// process would end, at every start, without a word. Server and tablets both keep their store in Badger and neither may
// know the other, so the check lies here, between them, beside the port that both engines stand on.
//
// It promises to read every byte that Badger would rely on, and to answer with an error instead of a panic whatever
// stands there. It opens no file and changes nothing: whoever has the folder hands it the bytes. It says nothing about
// what a table holds.
package badgertables
