package care

import (
	"strconv"
	"strings"
	"time"
)

// Title says in words what the code adds; empty for one that is not decoded here. Amounts are in the order's unit.
func (s *Supplement) Title(unit string) (ja, en string) {
	switch s.Kind {
	case SupplementUneven:
		n, units := strconv.Itoa(s.Time), strconv.Itoa(s.Units)
		return n + "回目" + units + unit, "dose " + n + " of the day: " + units + unit
	case SupplementWeekdays:
		var j, e []string
		for _, d := range s.Weekdays {
			j, e = append(j, weekdayNames[d]), append(e, d.String())
		}
		return strings.Join(j, "・") + "曜日", "on " + strings.Join(e, ", ")
	case SupplementEveryOther:
		return "1日おき", "every other day"
	case SupplementDates:
		return s.datesTitle()
	case SupplementWeekly:
		return "週1回", "once a week"
	default:
		return "", ""
	}
}

func (s *Supplement) datesTitle() (ja, en string) {
	var days []string
	for _, d := range s.Days {
		days = append(days, strconv.Itoa(d))
	}
	ja, en = "毎月", "every month"
	if s.Month != 0 {
		ja, en = strconv.Itoa(int(s.Month))+"月", s.Month.String()
	}
	return ja + strings.Join(days, "・") + "日", "on day " + strings.Join(days, ", ") + " of " + en
}

var weekdayNames = [...]string{
	time.Sunday: "日", time.Monday: "月", time.Tuesday: "火", time.Wednesday: "水", time.Thursday: "木", time.Friday: "金",
	time.Saturday: "土",
}
