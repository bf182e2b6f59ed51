// Package store is the port between the core and whatever keeps the streams.
//
// It is worded in the domain: streams, entries, records, mutations. Values are opaque to an engine: the core encodes
// them (tsunagu.store.v1) and an engine gives back the bytes it was given. Keys are typed, so that an engine may lay
// them out as it likes.
//
// An engine promises what the comments below say; package storetest checks it. An engine never merges, never looks
// into a value, and never answers before what it answers is durable.
package store

import (
	"context"
	"errors"
)

// Errors that an engine may return. The text of each says what is safe and what to do; none carries a value or a key.
var (
	// ErrClosed: the store was closed. Nothing of this call was stored.
	ErrClosed = errors.New("the store is closed; nothing was stored, try again when the server is up")
	// ErrFull: too little space is left. Nothing of this call was stored; reading goes on.
	ErrFull = errors.New("the disk is nearly full; nothing was stored, reading goes on: free some space and send again")
	// ErrTooLarge: a closure wrote more than the limits allow, or there were too many closures. Nothing of the closure
	// was stored.
	ErrTooLarge = errors.New("more than one commit holds; nothing was stored, send it in smaller parts")
	// ErrDamaged: what was read is not what was written.
	ErrDamaged = errors.New("the store is damaged; stop the server, keep the folder and restore from a backup")
	// ErrUnknownOutcome: the commit failed in a way that leaves open whether it is on disk. The engine refuses all
	// further work; the process has to end and open the store again, and the clients' retries find out.
	ErrUnknownOutcome = errors.New("the commit's outcome is unknown; the server stops and its clients send again")
)

// ID is the id of a record or a mutation: a UUID.
type ID [16]byte

// Stream names a stream. Every key of an engine begins with it.
type Stream struct {
	// Tenant is the installation's customer; no read or write crosses it.
	Tenant string
	// Name is the stream's id within the tenant.
	Name string
}

// Organisation names the inbox of an organisation.
type Organisation struct {
	Tenant string
	Name   string
}

// Place is a record's place in a stream's timeline.
type Place struct {
	// EffectiveMs is the effective time in milliseconds since 1970 UTC.
	EffectiveMs int64
	// Seq is the version's sequence number.
	Seq uint64
}

// Store keeps the streams. It may be used by many goroutines at once.
type Store interface {
	// Update runs the closures in order, each against what was committed and what the closures before it wrote, and
	// commits what they wrote durably before it returns. The answer holds one error per closure, nil for what is
	// stored. A closure that returns an error or panics is discarded alone and has no effect; its error is returned
	// at its place. If the commit fails, every closure in it has that error: an engine may need several commits for
	// one call, each holding whole closures, in order. A context that ends before a closure begins stores nothing of
	// it; once a closure has begun, the answer is waited for.
	//
	// Closures run one at a time, over all callers, and may run again: they must have no effect outside the Tx. They
	// must not call the Store.
	Update(ctx context.Context, closures ...func(Tx) error) []error
	// View runs fn against one snapshot. Long work belongs into several views: an engine may end one that takes
	// longer than it allows.
	View(ctx context.Context, fn func(Reader) error) error
	// Dump calls fn for every row, all from one snapshot, for as long as ctx allows, however long that takes. The same
	// contents give the same rows in the same order, whatever the engine. An error of fn ends it and is returned.
	Dump(ctx context.Context, fn func(Row) error) error
	// Close waits for what runs, refuses what comes, and leaves everything on disk. Calling it again does nothing.
	Close() error
}

// Reader reads one snapshot. Bytes it hands out belong to the store, must not be changed, and are valid until the
// closure or callback returns; a nil answer without an error means that there is nothing under the key, an empty one
// that an empty value was put. A callback that returns ErrStop ends its scan without an error; any other error ends
// it and is returned. A Reader is used by one goroutine.
type Reader interface {
	// Head returns the encoded StreamHead.
	Head(s Stream) ([]byte, error)
	// Entry returns the encoded Entry at seq.
	Entry(s Stream, seq uint64) ([]byte, error)
	// Entries calls fn for every entry after seq, in order.
	Entries(s Stream, after uint64, fn func(seq uint64, entry []byte) error) error
	// Current calls fn for every entry after seq that is not superseded, in order.
	Current(s Stream, after uint64, fn func(seq uint64, entry []byte) error) error
	// Superseded tells whether the entry at seq is.
	Superseded(s Stream, seq uint64) (bool, error)
	// Record returns the encoded RecordState.
	Record(s Stream, id ID) ([]byte, error)
	// Records calls fn for every record with an id above after, in order of id.
	Records(s Stream, after ID, fn func(id ID, state []byte) error) error
	// Timeline calls fn for every place strictly before the given one, latest first: by time, then by seq. Places of
	// superseded entries are called too.
	Timeline(s Stream, before Place, fn func(p Place) error) error
	// Mutation returns the sequence number under a mutation's id, 0 if there is none.
	Mutation(s Stream, id ID) (uint64, error)
	// Waiting returns the mutations that were put down as waiting for one, in the order in which they were put.
	Waiting(s Stream, on ID) ([]ID, error)
	// Held calls fn for every sequence number put down with PutHeld, in order.
	Held(s Stream, fn func(seq uint64) error) error
	// Keyed returns the records that were put under a domain key, in order of id. Like Waiting, it returns a slice
	// that the caller may keep.
	Keyed(s Stream, key ID) ([]ID, error)
	// Digests calls fn for every section of a stream, in order.
	Digests(s Stream, fn func(section uint32, digest []byte) error) error
	// Digest returns the encoded digest of one section.
	Digest(s Stream, section uint32) ([]byte, error)
	// Inbox returns the encoded InboxItem.
	Inbox(o Organisation, id ID) ([]byte, error)
	// InboxSize returns how many items an inbox holds.
	InboxSize(o Organisation) (uint64, error)
	// InboxItems calls fn for every item of an inbox, in order of id.
	InboxItems(o Organisation, fn func(id ID, item []byte) error) error
	// Streams calls fn for every stream that has a head, by tenant and name.
	Streams(fn func(s Stream) error) error
	// Device returns what was put about a device.
	Device(tenant, id string) ([]byte, error)
	// Devices calls fn for every device of a tenant with an id above after, in order of id.
	Devices(tenant, after string, fn func(id string, device []byte) error) error
	// ServerRow returns a row of one of the server's own tables.
	ServerRow(k ServerKey) ([]byte, error)
	// ServerRows calls fn for every row of one of the server's own tables with a key above after, in order of key.
	ServerRows(tenant string, t ServerTable, after string, fn func(key string, row []byte) error) error
	// Due calls fn for every due mark up to a time in milliseconds since 1970 UTC, that time included, over all
	// tenants: earliest first, then by tenant, table and key. Where nothing is due it reads no further than the first
	// mark, so it may be asked often.
	Due(until int64, fn func(atMs int64, k ServerKey) error) error
}

// ErrStop ends a scan without an error.
var ErrStop = errors.New("stop the scan")

// Tx reads and writes. What it wrote it reads back; scans that begin after the write see it too, a scan that runs
// does not have to. Values given to it may be reused by the caller after the call. A write that returns an error fails
// its closure, whatever that returns. Putting down the same thing twice (a place, a waiting one, a held one, a key)
// is putting it down once. Nothing is deleted: what ends is overwritten with a state or superseded. What ErasePlace and
// EraseKeyed take out is the exception, since what has to go there is what it is looked up by; and what EraseDue takes
// out, since a mark that stayed would be read for ever.
type Tx interface {
	Reader
	// PutHead overwrites the head.
	PutHead(s Stream, head []byte) error
	// Append stores an entry under a sequence number above 0 that has none; ErrExists if it has one. Engines do not
	// ask that numbers be dense; the core does.
	Append(s Stream, seq uint64, entry []byte) error
	// ReplaceEntry overwrites an entry that exists, ErrAbsent if it does not: erasure, nothing else.
	ReplaceEntry(s Stream, seq uint64, entry []byte) error
	// Supersede marks an entry as not current any more. Whether there is one is not looked at.
	Supersede(s Stream, seq uint64) error
	// PutRecord overwrites the state of a record.
	PutRecord(s Stream, id ID, state []byte) error
	// PutPlace adds a place to the timeline.
	PutPlace(s Stream, p Place) error
	// ErasePlace takes a place out of the timeline, if it is there: erasure, nothing else.
	ErasePlace(s Stream, p Place) error
	// PutMutation overwrites the sequence number under a mutation's id.
	PutMutation(s Stream, id ID, seq uint64) error
	// PutWaiting puts down that a mutation waits for another one.
	PutWaiting(s Stream, on, waiting ID) error
	// PutHeld puts down that the entry at seq is HELD.
	PutHeld(s Stream, seq uint64) error
	// PutKeyed puts a record under a domain key.
	PutKeyed(s Stream, key, id ID) error
	// EraseKeyed takes a record from under a domain key, if it is there, and the key with its last record: erasure,
	// nothing else.
	EraseKeyed(s Stream, key, id ID) error
	// PutDigest overwrites the digest of a section.
	PutDigest(s Stream, section uint32, digest []byte) error
	// PutInbox stores an item under an id; the size of the inbox grows if it was not there.
	PutInbox(o Organisation, id ID, item []byte) error
	// PutDevice overwrites what is known about a device.
	PutDevice(tenant, id string, device []byte) error
	// PutServerRow overwrites a row of one of the server's own tables. ErrServerKey: there is no such table, or no key.
	PutServerRow(k ServerKey, row []byte) error
	// PutDue puts down that a row is to be looked at from a time on. Whether there is such a row is not looked at, and a
	// row may have several marks.
	PutDue(atMs int64, k ServerKey) error
	// EraseDue takes out a mark, if it is there. A mark only says "look at this row"; what is to be done stands in the
	// row, which is overwritten when it was done, and whoever looks has to ask it. So a mark whose deletion is lost, as
	// engines have lost some, costs one look and has nothing done twice. Put the row and erase its mark in one closure.
	EraseDue(atMs int64, k ServerKey) error
}
