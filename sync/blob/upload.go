package blob

// Upload says what a device brings.
type Upload struct {
	Name
	// Device brings it. Each has unfinished uploads of its own: what one sends cannot spoil what another does.
	Device string
	// Size and MediaType are what the record says.
	Size      uint64
	MediaType string
}

// Progress is how far an upload is.
type Progress struct {
	// Complete: the blob is here, checked and durable.
	Complete bool
	// Next is the number of the chunk that is missing next.
	Next uint32
}
