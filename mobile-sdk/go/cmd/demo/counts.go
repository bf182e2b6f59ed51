package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
)

// counts are what the server says of itself: entries of all logs, those of them that it derived, records with values to decide, writes ever held.
type counts struct {
	Entries, Derived, Records, Conflicts, Held, Inbox int
}

// counts asks the running server, as its operator would.
func (s *server) counts(ctx context.Context) (c counts, err error) {
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	out, err := exec.CommandContext(ctx, program(s.dir, "tsunagu"), "stats", "--json", "--data", filepath.Join(s.dir, "server"), "--directory", s.directory).Output()
	if err == nil {
		err = json.Unmarshal(out, &c)
	}
	if err != nil {
		return c, fmt.Errorf("the server does not say what it counts: %w", err)
	}
	return c, nil
}
