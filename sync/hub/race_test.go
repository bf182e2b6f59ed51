//go:build race

package hub_test

// large is a large chart's number of records. The race detector costs ten times as much, and has nothing to find in it.
const large = 10_000
