package blob

import (
	"bytes"
	"crypto/sha256"
)

// Mentioned calls found with the object of every blob that an encoded message of a stream may mention: for every 32
// bytes in it that stand where a hash would, after their length. It looks at bytes and not at fields, so that whatever
// a newer app has put into a field that this program does not know counts too; what it calls in vain has no blob.
func (k Keys) Mentioned(tenant, stream string, message []byte, found func(object string)) {
	n := Name{Tenant: tenant, Stream: stream}
	for {
		at := bytes.IndexByte(message, sha256.Size)
		if at < 0 || len(message) < at+1+sha256.Size {
			return
		}
		message = message[at+1:]
		copy(n.SHA256[:], message)
		found(k.Object(n))
	}
}
