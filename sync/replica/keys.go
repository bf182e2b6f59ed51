package replica

import (
	"bytes"
	"encoding/binary"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// The layout of the store. Every family has a letter; a stream stands in a key with its length before it, so that
// no stream's keys are a prefix of another's.
const (
	keyDevice    = 'm' // → DeviceState
	keyAuthor    = 'a' // person → Author
	keyStream    = 's' // stream → StreamState
	keyRecord    = 'c' // stream, record → sync.v1.PageRecord: confirmed
	keyStaged    = 'g' // stream, record → sync.v1.PageRecord: of an unfinished fill
	keyDigest    = 'd' // stream, section → sync.v1.SectionDigest
	keyRepair    = 'f' // stream, section → Repair
	keyRescued   = 'x' // stream, record, epoch, seq → Rescued
	keyPayload   = 'q' // number → sync.v1.QueuedMutation
	keyOwn       = 't' // number → OwnMutation
	keyID        = 'i' // mutation → number
	keyPending   = 'P' // number → nothing: the order in which to push
	keyAnswered  = 'k' // stream, class, number → nothing: what is not pending
	keyLast      = 'p' // stream, record → id and payload hash of this store's last mutation of the record
	keyOpen      = 'w' // stream, record → OpenMutations
	keyRemoval   = 'e' // stream, or stream and record → nothing: what files beside the store still have of it has to go
	classWaiting = 1   // answered, the cursor has not reached it
	classShown   = 2   // held or rejected
	classRetired = 3
)

func deviceKey() []byte { return []byte{keyDevice} }

func authorKey(person string) []byte { return append([]byte{keyAuthor}, person...) }

// streamKey is the key of a family's whole stream: a key by itself, or a prefix. Ids of streams have at most 128
// bytes; longer ones are refused where they come in.
func streamKey(family byte, stream string) []byte {
	key := make([]byte, 0, 2+len(stream)+17)
	key = append(key, family, byte(len(stream)))
	return append(key, stream...)
}

func recordKey(family byte, stream string, id ID) []byte {
	return append(streamKey(family, stream), id[:]...)
}

// rescuedKey holds the version too: one record may be set aside more than once.
func rescuedKey(stream string, id ID, v *syncv1.Version) []byte {
	key := binary.BigEndian.AppendUint64(recordKey(keyRescued, stream, id), v.GetEpoch())
	return binary.BigEndian.AppendUint64(key, v.GetSeq())
}

func sectionKey(family byte, stream string, section uint32) []byte {
	return binary.BigEndian.AppendUint32(streamKey(family, stream), section)
}

func numberKey(family byte, no uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{family}, no)
}

func idKey(id []byte) []byte { return append([]byte{keyID}, id...) }

// streamIn is the stream of a key of a family that is kept by stream.
func streamIn(key []byte) string { return string(key[2 : 2+int(key[1])]) }

func classKey(stream string, class byte) []byte {
	return append(streamKey(keyAnswered, stream), class)
}

func classNumberKey(stream string, class byte, no uint64) []byte {
	return binary.BigEndian.AppendUint64(classKey(stream, class), no)
}

// numberOf is the number at the end of a key.
func numberOf(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(key)-8:]) }

// sectionOf is the section at the end of a key.
func sectionOf(key []byte) uint32 { return binary.BigEndian.Uint32(key[len(key)-4:]) }

// idOf is the record at the end of a key.
func idOf(key []byte) ID { return ID(key[len(key)-16:]) }

// collect returns up to limit keys under a prefix, above after, and whether that was all.
func collect(r Reader, prefix, after []byte, limit int) (keys [][]byte, all bool, err error) {
	all = true
	err = r.Scan(prefix, after, func(key, _ []byte) error {
		if len(keys) == limit {
			all = false
			return ErrStop
		}
		keys = append(keys, bytes.Clone(key))
		return nil
	})
	return keys, all, err
}
