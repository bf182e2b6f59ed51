package push

// String names a verdict for logs and metrics; "unknown" for one that is none.
func (v Verdict) String() string {
	switch v {
	case Accepted:
		return "accepted"
	case Dead:
		return "dead"
	case Aside:
		return "aside"
	case Later:
		return "later"
	case Broken:
		return "broken"
	case Refused:
		return "refused"
	}
	return "unknown"
}
