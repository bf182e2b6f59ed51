// Package replica is the device's side of the sync protocol: a sequential state machine over a small store.
//
// It promises, as sync/doc/protocol.md says it: what was written is durable when Write returns, and stays until the
// server proved that it has it and a backup covers it; its bytes are sent unchanged, however often; what is shown is
// what the server confirmed with the device's own pending changes on top; a stream is shown at one cursor or the
// other, never in between, wherever the device is switched off.
//
// A device may hold months back to a point only: what is older is on the server and fetched when asked for, and a month
// is shown once it is whole. What the device holds is compared with the server by digests, and what differs is mended
// for few bytes.
//
// It never merges, never deletes what may be the only copy, and never reads a clock, a source of randomness or a
// network: times and ids are arguments, requests are returned and answers handed in. It starts no goroutine and is
// not safe for concurrent use; whoever shares one guards it.
package replica
