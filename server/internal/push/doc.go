// Package push is what every way out of the server to a person has in common: a message, where it goes, and what became
// of it.
//
// It promises that nothing about a patient leaves the server: a Message has no field for it. What a person needs to know
// they read after signing in. A channel tries once and says what the answer means; when to try again, and who else is
// told, is decided by whoever asked. It keeps nothing and reads no clock of its own.
package push
