package hub

import (
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Invent gives a hub a schema that there is not, and how mutations are lifted to it from the one before.
func (h *Hub) Invent(newest uint32, lift func(*syncv1.Mutation) *carev1.Record) {
	h.schema = schemas{newest, map[uint32]upcast{newest - 1: lift}}
}
