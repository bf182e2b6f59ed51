//go:build !race

package hub_test

// large is a large chart's number of records.
const large = 100_000
