//go:build planted && repair_deletes_newer

package planted

// Bug is the mistake of this build: a repair deletes a record that is newer than its snapshot.
const Bug = RepairDeletesNewer
