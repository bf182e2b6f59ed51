package care

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// japan is the zone of a chart that names none. It has had no summer time since 1951.
var japan = time.FixedZone("Asia/Tokyo", 9*60*60)

// wallClock writes a time as a chart without a zone of its own shows it: "11-23 09:00"; empty for none.
func wallClock(t *timestamppb.Timestamp) string {
	if t == nil || !t.IsValid() {
		return ""
	}
	return t.AsTime().In(japan).Format("01-02 15:04")
}
