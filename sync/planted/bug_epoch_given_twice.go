//go:build planted && epoch_given_twice

package planted

// Bug is the mistake of this build: an epoch's number is the next one of the log, and so is given twice after a restore.
const Bug = EpochGivenTwice
