package care

import (
	"errors"
	"strconv"
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Errors of the parsers of readings.
var (
	ErrTemperature = errors.New("care: not a temperature in °C")
	ErrGlucose     = errors.New("care: not a glucose reading in mg/dL, Lo or Hi")
)

// ParseTemperature reads a temperature in °C and returns tenths, so that no value falls between two bands: more than
// one decimal is rounded half up, exactly, "36.05" to 361. Digits may be full-width, the decimal sign a point or a
// comma. It does not judge the value; Check does.
func ParseTemperature(s string) (tenths int32, err error) {
	s, err = fold(s)
	if err != nil {
		return 0, err
	}
	whole, decimals, point := strings.Cut(strings.ReplaceAll(s, ",", "."), ".")
	if !digits(whole, 1, 3) || point && !digits(decimals, 1, 8) {
		return 0, ErrTemperature
	}
	for _, c := range whole {
		tenths = tenths*10 + (c - '0')
	}
	tenths *= 10
	if len(decimals) > 0 {
		tenths += int32(decimals[0] - '0')
	}
	if len(decimals) > 1 && decimals[1] >= '5' {
		tenths++
	}
	return tenths, nil
}

// ParseGlucose reads what a capillary meter shows: whole mg/dL, "Lo" or "Hi". It does not judge the value.
func ParseGlucose(s string) (*carev1.Glucose, error) {
	s, err := fold(s)
	if err != nil {
		return nil, err
	}
	switch s {
	case "LO", "LOW":
		return glucoseOutOfRange(carev1.GlucoseOutOfRange_GLUCOSE_OUT_OF_RANGE_LO), nil
	case "HI", "HIGH":
		return glucoseOutOfRange(carev1.GlucoseOutOfRange_GLUCOSE_OUT_OF_RANGE_HI), nil
	}
	if !digits(s, 1, 4) {
		return nil, ErrGlucose
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return nil, ErrGlucose
	}
	return &carev1.Glucose{Reading: &carev1.Glucose_MgPerDl{MgPerDl: uint32(n)}}, nil
}

func glucoseOutOfRange(r carev1.GlucoseOutOfRange) *carev1.Glucose {
	return &carev1.Glucose{Reading: &carev1.Glucose_OutOfRange{OutOfRange: r}}
}

// digits tells whether s is all ASCII digits, from least to most of them.
func digits(s string, least, most int) bool {
	_, rest := leading(s, func(c byte) bool { return c >= '0' && c <= '9' })
	return rest == "" && len(s) >= least && len(s) <= most
}
