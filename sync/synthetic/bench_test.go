package synthetic_test

import "testing"

// BenchmarkWorld makes four weeks of twenty patients and nine residents.
func BenchmarkWorld(b *testing.B) {
	for b.Loop() {
		for range world(1).Writes() {
		}
	}
}
