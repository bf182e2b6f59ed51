package main

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

var (
	wholeNumber = regexp.MustCompile(`^[0-9]{1,9}$`)
	decimals    = regexp.MustCompile(`^([0-9]{1,6})(?:\.([0-9]{1,3}))?$`)
	yjCode      = regexp.MustCompile(`^[0-9]{7}[0-9A-Z]([0-9]{3}[0-9A-Z]|[0-9]ZZZ)$`)
	pressures   = regexp.MustCompile(`^([0-9]{1,3})/([0-9]{1,3})$`)
	errNumber   = errors.New("not a number as it is written here")
)

// narrow turns what a Japanese keyboard writes, such as １２０／７０, into ASCII. It changes no value.
func narrow(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　':
			return ' '
		}
		return r
	}, s))
}

func whole(s string) (uint32, error) {
	s = narrow(s)
	if !wholeNumber.MatchString(s) {
		return 0, errNumber
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err
}

// scaled reads a decimal number in units of 1/10^places. A number with more decimals is an error: a value is never
// rounded behind the back of whoever wrote it.
func scaled(s string, places int) (uint32, error) {
	m := decimals.FindStringSubmatch(narrow(s))
	if m == nil || len(m[2]) > places {
		return 0, errNumber
	}
	n, err := strconv.ParseUint(m[1]+m[2]+strings.Repeat("0", places-len(m[2])), 10, 32)
	return uint32(n), err
}

// minutes reads 6h, 30m or 90.
func minutes(s string) (uint32, error) {
	s, per := strings.ToLower(narrow(s)), uint32(1)
	if hours, is := strings.CutSuffix(s, "h"); is {
		s, per = hours, 60
	}
	n, err := whole(strings.TrimSuffix(s, "m"))
	if err == nil && n > 100_000 {
		err = errNumber
	}
	return n * per, err
}

// items are the readings by the names of their flags.
var items = map[string][]carev1.VitalItem{
	"temp": {carev1.VitalItem_VITAL_ITEM_TEMPERATURE}, "pulse": {carev1.VitalItem_VITAL_ITEM_PULSE},
	"bp": {carev1.VitalItem_VITAL_ITEM_SYSTOLIC, carev1.VitalItem_VITAL_ITEM_DIASTOLIC},
	"rr": {carev1.VitalItem_VITAL_ITEM_RESPIRATIONS}, "spo2": {carev1.VitalItem_VITAL_ITEM_SPO2},
	"weight": {carev1.VitalItem_VITAL_ITEM_WEIGHT}, "glucose": {carev1.VitalItem_VITAL_ITEM_GLUCOSE},
	"jcs": {carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS}, "pain": {carev1.VitalItem_VITAL_ITEM_PAIN},
	"oxygen": {carev1.VitalItem_VITAL_ITEM_OXYGEN},
}

// acvpu by letter.
var acvpu = map[string]carev1.Consciousness{
	"A": carev1.Consciousness_CONSCIOUSNESS_ALERT, "C": carev1.Consciousness_CONSCIOUSNESS_CONFUSED,
	"V": carev1.Consciousness_CONSCIOUSNESS_VOICE, "P": carev1.Consciousness_CONSCIOUSNESS_PAIN,
	"U": carev1.Consciousness_CONSCIOUSNESS_UNRESPONSIVE,
}
