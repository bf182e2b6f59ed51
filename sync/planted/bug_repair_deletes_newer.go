//go:build planted && repair_deletes_newer

package planted

// Bug is the mistake of this build: a repair takes a page that comes late, and deletes a record that is newer than the
// page's snapshot. Both guards are gone, since either of them alone prevents the harm.
const Bug = RepairDeletesNewer
