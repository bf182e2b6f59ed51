package care

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// japan is the zone of a chart that names none. It has had no summer time since 1951.
var japan = time.FixedZone("Asia/Tokyo", 9*60*60)

// wallClock writes a time as a chart without a zone of its own shows it, always with its year: "2026-11-23 09:00"; empty
// for none. A chart is read for years.
func wallClock(t *timestamppb.Timestamp) string {
	if t == nil || !t.IsValid() {
		return ""
	}
	return t.AsTime().In(japan).Format("2006-01-02 15:04")
}

// wallClockBeside is wallClock for a time that stands beside another one: of the same day it is "09:00".
func wallClockBeside(t, other *timestamppb.Timestamp) string {
	whole, shown := wallClock(t), wallClock(other)
	if day := len(dayLayout); whole != "" && shown != "" && whole[:day] == shown[:day] {
		return whole[day+1:]
	}
	return whole
}
