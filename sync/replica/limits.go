package replica

// Limits of the device's side. Those of the wire are in sync/doc/protocol.md.
const (
	// maxMutations is how many mutations one request carries.
	maxMutations = 1000
	// maxRequestBytes is how large a request may get before compression: it leaves room below the wire's 1 MiB.
	maxRequestBytes = 900 << 10
	// maxPositions is how many positions one request carries.
	maxPositions = 1000
	// maxHeldRefs is how many held mutations one request asks about; the next one asks about the others.
	maxHeldRefs = 200
	// maxBodyBytes and maxPayloadBytes: what is larger waits on the device, marked as too large.
	maxBodyBytes    = 64 << 10
	maxPayloadBytes = 96 << 10
	// maxKeptBytes: what is larger is refused, since the store itself could not hold it.
	maxKeptBytes = 384 << 10
	// smallManifest: with so few streams the positions themselves cost no more than asking first.
	smallManifest = 4
	// maxKept bounds the lists of mutations and repairs that are read at once: far above what a device ever keeps.
	maxKept = 1 << 20
	// stepRecords and stepBytes bound one transaction of the work that is due.
	stepRecords = 1000
	stepBytes   = 768 << 10
	// maxRepairAttempts is how often a section is fetched before the device waits for its cursor to move.
	maxRepairAttempts = 4
)
