//go:build planted && judges_at_once

package planted

// Bug is the mistake of this build: mutations of the request that shows a lost history are judged at once.
const Bug = JudgesAtOnce
