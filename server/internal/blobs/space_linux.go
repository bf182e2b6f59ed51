package blobs

import "syscall"

// freeBytes is what an ordinary user may still write.
func freeBytes(folder string) (uint64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(folder, &st); err != nil {
		return 0, err
	}
	return st.Bavail * uint64(st.Bsize), nil
}
