package hub

import "google.golang.org/protobuf/types/known/timestamppb"

var errPeriod = refuse(InvalidArgument, "from, until: the period ends before it begins, or one of the two is no time; nothing was read: give a period that ends after it begins")

// checkPeriod refuses bounds between which no time lies. An absent one bounds nothing.
func checkPeriod(from, until *timestamppb.Timestamp) error {
	for _, t := range []*timestamppb.Timestamp{from, until} {
		if t != nil && !t.IsValid() {
			return errPeriod
		}
	}
	if from != nil && until != nil && !from.AsTime().Before(until.AsTime()) {
		return errPeriod
	}
	return nil
}
