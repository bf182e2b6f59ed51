// Package backup is the format of backups: everything that a server needs to be itself again, as one encrypted stream.
//
// It promises that a backup which was cut or altered anywhere is refused, also one that ends between two of its parts:
// the encryption (age) has an end that cannot be cut, and the last part counts and digests everything before it. It
// holds little in memory, however large the store is. It never opens a store and never changes a data folder.
//
// The sealing key travels inside, so that receipts and author seals still prove something after the server was lost:
// whoever can open a backup can also forge those. The store's key does not: a restored store gets a new one. Whoever
// has the public key can make a backup that opens; only read backups from where you wrote them to.
//
// The stream, inside encryption and compression (zstd), is a row of frames: one byte that says what it is, four bytes
// of length, and as many bytes. They stand in this order: header, keys, directory file, rows, blobs, trailer.
package backup
