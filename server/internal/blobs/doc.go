// Package blobs keeps the content of photos and files: unfinished uploads in a folder, whole ones in a folder or in an
// S3-compatible store.
//
// It promises that what is called complete was checked against its hash and is durable; that whatever lies on a disk or
// travels to a store elsewhere is sealed; that a changed byte is noticed and never served; that a process which is killed
// leaves a blob whole or unfinished, never anything between; and that nothing is collected which any entry or inbox item
// mentions. It never decides who may have a blob, and never logs.
package blobs

import (
	"context"
	"io"
	"time"
)

// Bucket keeps whole, sealed objects by name: 64 hexadecimal digits, and for a thumbnail ".t" behind them. It may be
// used by many goroutines at once.
type Bucket interface {
	// Adopt makes a file the object of that name, in place of whatever has it, and takes the file away. The file is on
	// disk already. When Adopt returns without an error the object is durable; with one, the file may still be there.
	Adopt(ctx context.Context, name, file string) error
	// Open opens an object. An error that is fs.ErrNotExist: there is none.
	Open(ctx context.Context, name string) (Object, error)
	// Each calls fn for every object, in no order. An error of fn ends it and is returned.
	Each(ctx context.Context, fn func(Listed) error) error
	// Remove removes an object. One that is not there is removed.
	Remove(ctx context.Context, name string) error
}

// Object is an open object.
type Object interface {
	io.ReaderAt
	io.Closer
}

// Listed is an object in a list.
type Listed struct {
	Name string
	Size int64
	// Modified is when it was adopted.
	Modified time.Time
}
