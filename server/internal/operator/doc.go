// Package operator is the way from the commands of a machine to the server that runs on it: a Unix socket in the data
// folder, and small HTTP over it.
//
// It promises that only the server's own user (and root) gets through, that every body has a bound, and that a backup
// which the server could not finish ends as an error on the other side, never as a short file. It decides nothing: what
// may be done is said by whoever may open the socket. A backup goes through it unencrypted, sealing key and all; the
// command on the other side encrypts it. It is not for devices and never on a network.
package operator
