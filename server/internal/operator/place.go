package operator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// maxSocketPath is the longest path of a socket that every system takes.
const maxSocketPath = 103

// place is where a socket lies. A path that is too long for a socket is reached through its opened folder.
type place struct {
	path   string   // as the operator knows it
	name   string   // as the system is asked for it
	folder *os.File // nil if the path is short enough
}

func reach(path string) (*place, error) {
	at := &place{path: path, name: path}
	if len(path) <= maxSocketPath {
		return at, nil
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return at, nil // it is not there: no server either
	}
	short := fmt.Sprintf("/proc/self/fd/%d", folder.Fd())
	if _, err := os.Stat(short); err != nil {
		_ = folder.Close()
		return nil, fmt.Errorf("the path of %s is too long for a socket (%d bytes at most); commands cannot reach the server: move the data folder to a shorter path", path, maxSocketPath)
	}
	at.name, at.folder = short+"/"+filepath.Base(path), folder
	return at, nil
}

// listen makes the socket anew, for its owner only.
func (p *place) listen() (net.Listener, error) {
	if err := os.Remove(p.name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the socket %s that an earlier server left cannot be removed; commands cannot reach the server: remove it by hand: %w", p.path, err)
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: p.name, Net: "unix"})
	if err == nil {
		listener.SetUnlinkOnClose(false) // remove does it, while the folder is still open
		err = os.Chmod(p.name, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("the socket %s cannot be made; commands cannot reach the server: check the folder and its file system: %w", p.path, err)
	}
	return ownOnly{listener}, nil
}

func (p *place) dial(ctx context.Context) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "unix", p.name)
}

// remove takes the socket away.
func (p *place) remove() {
	_ = os.Remove(p.name)
	p.close()
}

func (p *place) close() {
	if p.folder != nil {
		_ = p.folder.Close()
	}
}

// ownOnly takes connections of the server's own user, and of root, only.
type ownOnly struct{ *net.UnixListener }

func (l ownOnly) Accept() (net.Conn, error) {
	for {
		conn, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		if mayAsk(conn) {
			return conn, nil
		}
		_ = conn.Close()
	}
}
