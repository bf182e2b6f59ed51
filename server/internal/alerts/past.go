package alerts

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

const (
	// maxPast bounds the groups that one page of ended ones looks at. A page may so be short and not the last.
	maxPast = 5000
	// maxWindow bounds the groups that are held at once.
	maxWindow = 512
	// firstWindow is how much time is looked at first.
	firstWindow = 24 * time.Hour
)

// past goes back through the groups of a tenant. A store reads in order of key, and the ids of groups go by time: so it
// goes from one window of time to the one before it, longer ones where little happened and shorter ones where much did.
type past struct {
	reader store.Reader
	tenant string
	// mine tells by the chart whether a group may be wanted: those of other charts are passed over without being read.
	mine   func(chart string) bool
	wanted func(*storev1.Escalation) bool
	// weigh is how much of room a group takes. A page ends when there is none left.
	weigh func(*storev1.Escalation) int
	room  int

	found  []*storev1.Escalation
	looked int
}

// passed is one group of a window, with its id as keys have it; nil if it is of a chart that is not looked at.
type passed struct {
	id    string
	group *storev1.Escalation
}

// full tells whether a page takes no more.
func (p *past) full(size int) bool {
	return p.looked >= maxPast || len(p.found) >= size || p.room <= 0
}

// before finds groups with ids below one, newest first. Empty: from the newest on. It returns how many were asked for, and
// below which id to go on; empty if there are no more.
func (p *past) before(id string, now time.Time, size int) ([]*storev1.Escalation, string, error) {
	high, from := id, now.UnixMilli()
	if id == "" {
		high = topID
	} else {
		from = msOf(id)
	}
	for span := firstWindow.Milliseconds(); ; {
		if p.full(size) {
			return p.found, high, nil
		}
		low := max(from-span, 0)
		window, whole, err := p.window(idFrom(low), high, span > 1)
		if err != nil {
			return nil, "", err
		}
		if !whole {
			span = max(span/8, 1)
			continue
		}
		for _, e := range slices.Backward(window) {
			if len(p.found) >= size || p.room <= 0 {
				return p.found, high, nil
			}
			if high = e.id; e.group != nil && p.wanted(e.group) {
				p.found = append(p.found, e.group)
				p.room -= p.weigh(e.group)
			}
		}
		if low == 0 {
			return p.found, "", nil
		}
		if high, from = idFrom(low), low; len(window) < maxWindow/4 {
			span *= 4
		}
	}
}

// window reads the groups from one id on and below another. It is not whole if there are too many of them and a shorter
// one will do.
func (p *past) window(low, high string, divisible bool) (all []passed, whole bool, err error) {
	whole = true
	err = p.reader.ServerRows(p.tenant, store.TableEscalation, below(low), func(key string, raw []byte) error {
		if key >= high {
			return store.ErrStop
		}
		p.looked++
		if whole = len(all) < maxWindow || !divisible; !whole {
			return store.ErrStop
		}
		one := passed{id: key}
		if chart, ok := chartOf(raw); ok && p.mine(chart) {
			one.group, _ = decode[storev1.Escalation](raw) // of one that cannot be read the dispatcher has told the operator
		}
		all = append(all, one)
		return nil
	})
	return all, whole, err
}

// chartField is the number of chart_id in an Escalation.
const chartField protowire.Number = 2

// chartOf finds the chart in the row of a group, and reads nothing else of it.
func chartOf(raw []byte) (chart string, ok bool) {
	for len(raw) > 0 {
		number, kind, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return "", false
		}
		raw = raw[n:]
		if number == chartField && kind == protowire.BytesType {
			value, n := protowire.ConsumeBytes(raw)
			return string(value), n >= 0
		}
		if n = protowire.ConsumeFieldValue(number, kind, raw); n < 0 {
			return "", false
		}
		raw = raw[n:]
	}
	return "", false
}

// topID is above every id.
const topID = "ffffffffffffffffffffffffffffffff"

// idFrom is below every id that is made from a time on and above those made before.
func idFrom(ms int64) string {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:], uint64(ms)<<16)
	return hex.EncodeToString(id[:])
}

// msOf is the time at which an id was made.
func msOf(id string) int64 {
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) < 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(raw) >> 16)
}

// below is a key just below an id that no id has: stores read what is above a key.
func below(id string) string { return id[:len(id)-1] }
