package care

import (
	"strconv"
	"strings"
)

// Slot ids of a day, as in Dosage.slots and, after the date, in MedicationLog.slot. They are points of the patient's
// day and not clock times; where they lie is the patient's or the site's setting. Clock hours are "hour-00" to
// "hour-23" in the patient's zone. A site may use further ids.
const (
	SlotWakeUp  = "wake-up" // 起床時
	SlotBedtime = "bedtime" // 就寝前
)

// meal holds the slots of one meal by the digit of the dosage code, 1 to 5: before, just before, just after, after,
// and two hours after (食間). Index 0 is unused.
type meal [6]string

var (
	breakfast = meal{"", "before-breakfast", "just-before-breakfast", "just-after-breakfast", "after-breakfast",
		"between-breakfast-lunch"}
	lunch  = meal{"", "before-lunch", "just-before-lunch", "just-after-lunch", "after-lunch", "between-lunch-dinner"}
	dinner = meal{"", "before-dinner", "just-before-dinner", "just-after-dinner", "after-dinner",
		"between-dinner-bedtime"}
)

// mealWords are the words for the digits 1 to 5, after the name of the meal.
var mealWords = [6]title{1: {"前", "before "}, {"直前", "just before "}, {"直後", "just after "}, {"後", "after "},
	{"後2時間（食間）", "2 hours after "}}

var slotTitles = func() map[string]title {
	t := map[string]title{SlotWakeUp: {"起床時", "on waking"}, SlotBedtime: {"就寝前", "at bedtime"}}
	for _, m := range []struct {
		slots meal
		name  title
	}{{breakfast, title{"朝食", "breakfast"}}, {lunch, title{"昼食", "lunch"}}, {dinner, title{"夕食", "dinner"}}} {
		for n := 1; n < len(m.slots); n++ {
			t[m.slots[n]] = title{m.name.ja + mealWords[n].ja, mealWords[n].en + m.name.en}
		}
	}
	return t
}()

// SlotTitle names a slot for people; a slot that this build does not know is named by its id.
func SlotTitle(slot string) (ja, en string) {
	if t, ok := slotTitles[slot]; ok {
		return t.ja, t.en
	}
	hour, isHour := strings.CutPrefix(slot, "hour-")
	if n, err := strconv.Atoi(hour); isHour && len(hour) == 2 && err == nil && n >= 0 && n < 24 {
		return strconv.Itoa(n) + "時", "at " + hour + ":00"
	}
	return slot, slot
}

// hourSlot returns "hour-08" for 8.
func hourSlot(hour int) string { return "hour-" + strconv.Itoa(100 + hour)[1:] }
