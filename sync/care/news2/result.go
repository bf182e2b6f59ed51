package news2

// Missing returns the parameters without a reading, in the order of the chart; nil for a complete score.
func (r Result) Missing() []Parameter {
	var missing []Parameter
	for p := range parameters {
		if !r.Parts[p].Measured {
			missing = append(missing, p)
		}
	}
	return missing
}

// Complete tells whether all seven were measured, and Sum is the total.
func (r Result) Complete() bool {
	return len(r.Missing()) == 0
}

// Reds returns the parameters that score 3, in the order of the chart, of an incomplete score too.
func (r Result) Reds() []Parameter {
	var reds []Parameter
	for p := range parameters {
		if r.Parts[p].Points == Red {
			reds = append(reds, p)
		}
	}
	return reds
}

// Risk is the clinical risk of a complete score, and RiskUnknown of any other.
func (r Result) Risk() Risk {
	if !r.Complete() {
		return RiskUnknown
	}
	return r.AtLeast()
}

// AtLeast is the risk that the readings at hand already amount to: for an incomplete score the true one may be higher.
func (r Result) AtLeast() Risk {
	switch {
	case r.Sum >= emergencyFrom:
		return High
	case r.Sum >= urgentFrom:
		return Medium
	case len(r.Reds()) > 0:
		return LowMedium
	}
	return Low
}
