package badger

import (
	"fmt"
	"log/slog"
	"time"

	driver "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// layoutVersion is the version of the layout in keys.go. It stands in the driver's manifest.
const layoutVersion = 1

// formatVersion is the version of what the store holds, and stands in the sentinel: a program that does not know it refuses
// the folder. oldestFormat is the oldest that this program reads; such a folder is of the newest from its first opening on.
//
// Since 2 a log has entries that the server derived, which an older program takes for damage.
const (
	formatVersion = 2
	oldestFormat  = 1
)

// memTableBytes decides what one commit holds, which is 15 % of it: 3.6 MiB. store.MaxClosureBytes is 3 MiB, with
// more counted for each write than the driver does, so that a closure that is within its budget always fits: a request
// of 1 MiB, its merged records and all that goes with them. Twice as much would cost memory for nothing.
const memTableBytes = 24 << 20

// driverOptions are the driver's settings, all that matter, each with its reason.
func driverOptions(o Options) driver.Options {
	return driver.DefaultOptions(o.Dir).
		WithSyncWrites(true). // what is acknowledged is on disk
		WithMemTableSize(memTableBytes).
		WithNumMemtables(2).
		WithNumLevelZeroTables(4). // each compaction reads, decrypts and verifies again: half as many
		WithBlockSize(8 << 10).    // a new table decrypts its index once per block when it is verified
		WithNumLevelZeroTablesStall(8).
		WithNumCompactors(2). // the least that it takes
		WithBlockCacheSize(32 << 20).
		WithIndexCacheSize(16 << 20).
		WithValueLogFileSize(64 << 20). // stays empty; the default would reserve 2 GiB
		WithValueThreshold(1 << 20).    // above store.MaxValueBytes: a value log does not report a failed fsync
		WithNumVersionsToKeep(1).
		WithDetectConflicts(false).                        // one writer, which reads what it wrote: nothing to detect
		WithChecksumVerificationMode(options.OnTableRead). // other modes answer "not found" or crash
		WithVerifyValueChecksum(true).
		WithCompactL0OnClose(true).
		WithMetricsEnabled(false). // its counters are shared by every store of a process
		WithEncryptionKey(o.Key).
		WithEncryptionKeyRotationDuration(10 * 24 * time.Hour).
		WithExternalMagic(layoutVersion).
		WithLogger(driverLog{o.Logger})
}

// driverLog passes on what the driver says. Its debug lines hold keys and are dropped.
type driverLog struct{ log *slog.Logger }

func (l driverLog) Errorf(format string, args ...any)   { l.log.Error(fmt.Sprintf(format, args...)) }
func (l driverLog) Warningf(format string, args ...any) { l.log.Warn(fmt.Sprintf(format, args...)) }
func (l driverLog) Infof(format string, args ...any)    { l.log.Debug(fmt.Sprintf(format, args...)) }
func (l driverLog) Debugf(string, ...any)               {}
