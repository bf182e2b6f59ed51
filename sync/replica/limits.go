package replica

// Limits of the device's side. Those of the wire are in sync/doc/protocol.md.
const (
	// maxMutations is how many mutations one request carries.
	maxMutations = 1000
	// maxRequestBytes is how large a request may get before compression: it leaves room below the wire's 1 MiB.
	maxRequestBytes = 900 << 10
	// maxPositions is how many positions one request carries.
	maxPositions = 4096
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
	// verifyEveryMs is how often the digests are added up anew; verifyRecords is when a turn of it ends.
	verifyEveryMs = 24 * 60 * 60 * 1000
	verifyRecords = 20_000
	// maxSections is how many digests one request carries; the next one has the others. One stream has at most
	// maxStreamSections: eighty years.
	maxSections       = 500
	maxStreamSections = 1000
	// compareFrom is from how many records on a section is compared in parts before anything is fetched; compareParts
	// is in how many, and up to fetchUpTo records of a part are fetched. One damaged record among 100,000 costs three
	// comparisons and fetchUpTo records.
	compareFrom  = 32
	compareParts = 32
	fetchUpTo    = 4
	// maxRanges is how many ranges of a section are repaired one by one; more are fetched in one go.
	maxRanges = 16
	// maxRepairAttempts is how often a section is fetched before the device waits for its cursor to move.
	maxRepairAttempts = 4
)
