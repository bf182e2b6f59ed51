// Command planted builds the simulator once for each mistake of package planted and checks that it finds it. A
// simulator that does not see a mistake that is there proves nothing about those that may be there.
//
//	go run ./sync/simtest/cmd/planted
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/planted"
)

func main() {
	seeds := flag.Int("seeds", 2000, "how many histories a mistake may hide in")
	flag.Parse()
	dir, err := os.MkdirTemp("", "planted")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	missed := 0
	for _, bug := range planted.All {
		if !found(dir, string(bug), *seeds) {
			missed++
		}
	}
	os.RemoveAll(dir)
	if missed > 0 {
		fmt.Printf("%d of %d planted mistakes were not found\n", missed, len(planted.All))
		os.Exit(1)
	}
	fmt.Printf("all %d planted mistakes were found\n", len(planted.All))
}

// found builds the simulator with one mistake and tells whether it complains.
func found(dir, bug string, seeds int) bool {
	binary := filepath.Join(dir, "sim-"+bug)
	build := exec.Command("go", "build", "-tags", "planted,"+bug, "-o", binary, "./sync/simtest/cmd/sim")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Printf("%-24s does not build: %v\n", bug, err)
		return false
	}
	out, err := exec.Command(binary, "-seeds", strconv.Itoa(seeds)).CombinedOutput()
	if err == nil {
		fmt.Printf("%-24s NOT FOUND in %d histories\n", bug, seeds)
		return false
	}
	for _, line := range strings.Split(string(out), "\n") {
		if strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "   ") {
			fmt.Printf("%-24s found: %s\n", bug, strings.TrimSpace(line))
			return true
		}
	}
	fmt.Printf("%-24s the simulator ended without a finding: %v\n%s\n", bug, err, out)
	return false
}
