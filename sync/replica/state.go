package replica

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
)

// marshal is deterministic, so that the same run leaves the same bytes.
var marshal = proto.MarshalOptions{Deterministic: true}

// load reads the message under a key into m; false if there is none.
func load(r Reader, key []byte, m proto.Message) (bool, error) {
	value, err := r.Get(key)
	if value == nil || err != nil {
		return false, err
	}
	if err := proto.Unmarshal(value, m); err != nil {
		return false, fmt.Errorf("%w (a value of family %q)", ErrDamaged, key[0])
	}
	return true, nil
}

func save(tx Tx, key []byte, m proto.Message) error {
	value, err := marshal.Marshal(m)
	if err != nil {
		return err
	}
	if value == nil {
		value = []byte{}
	}
	return tx.Set(key, value)
}

func loadDevice(r Reader) (*devicev1.DeviceState, error) {
	d := &devicev1.DeviceState{}
	_, err := load(r, deviceKey(), d)
	return d, err
}

// loadStream returns the stream's state. One that the device never had is like one that is gone.
func loadStream(r Reader, stream string) (*devicev1.StreamState, error) {
	s := &devicev1.StreamState{}
	found, err := load(r, streamKey(keyStream, stream), s)
	s.StreamId, s.Gone = stream, s.GetGone() || !found
	return s, err
}

func saveStream(tx Tx, s *devicev1.StreamState) error {
	return save(tx, streamKey(keyStream, s.GetStreamId()), s)
}

// loadStreams returns all streams, in order of their keys.
func loadStreams(r Reader) ([]*devicev1.StreamState, error) {
	var all []*devicev1.StreamState
	err := r.Scan([]byte{keyStream}, nil, func(_, value []byte) error {
		s := &devicev1.StreamState{}
		if err := proto.Unmarshal(value, s); err != nil {
			return fmt.Errorf("%w (a stream)", ErrDamaged)
		}
		all = append(all, s)
		return nil
	})
	return all, err
}

// visible tells whether the stream's confirmed records are shown.
func visible(s *devicev1.StreamState) bool {
	return (s.GetComplete() || s.GetShown()) && !s.GetRevoked() && !s.GetGone()
}

// hasWork tells whether work on the stream is due.
func hasWork(s *devicev1.StreamState) bool {
	return s.GetReoffer() != 0 || s.GetDropStaged() || s.GetPurge() || s.GetApply() != 0 || s.GetRetire() ||
		s.GetSweep() || s.GetNarrow() || s.GetCheck()
}
