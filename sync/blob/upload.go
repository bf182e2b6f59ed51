package blob

// Upload says what a device brings.
type Upload struct {
	Name
	// Device brings it. Each has unfinished uploads of its own: what one sends cannot spoil what another does.
	Device string
	// Size and MediaType are what the record says.
	Size      uint64
	MediaType string
	// Blind: the device brings it and may not read the stream it belongs to. It is not told what is there already, which
	// would tell whether somebody's chart has a document that it knows.
	Blind bool
}

// Progress is how far an upload is.
type Progress struct {
	// Complete: the blob is here, checked and durable.
	Complete bool
	// Next is the number of the chunk that is missing next.
	Next uint32
}
