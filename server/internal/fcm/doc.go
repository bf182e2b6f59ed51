// Package fcm sends pushes through Firebase Cloud Messaging. It is the only package that knows Firebase's library.
//
// It promises that one Send is one request: the library would repeat a request that failed, for minutes if it is told to
// wait, and an alert must not stand still while another device could be told. What the answer means is read from the
// answer itself, status, codes and header, before anything wraps it; its words are never passed on. It holds no push and
// no registration, starts no goroutine, and never writes a registration, a key or what Firebase wrote into an error.
//
// Nothing about a patient is in what it sends: ids that mean nothing elsewhere, a kind, a severity and fixed words.
package fcm
