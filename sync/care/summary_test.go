package care

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func unmarshal(t *testing.T, raw json.RawMessage, m proto.Message) {
	t.Helper()
	if err := protojson.Unmarshal(raw, m); err != nil {
		t.Fatal(err)
	}
}

func TestSummary(t *testing.T) {
	for _, c := range []struct{ body, ja, en string }{
		{`{"vitalSigns":{"temperatureTenthsC":368,"pulsePerMin":72,"systolicMmhg":120,"diastolicMmhg":70,"spo2Percent":97}}`,
			"体温36.8 脈拍72 血圧120/70 SpO2 97%", "T 36.8 P 72 BP 120/70 SpO2 97%"},
		{`{"vitalSigns":{"temperatureTenthsC":370,"absent":[{"item":"VITAL_ITEM_SPO2","reason":"ABSENT_REASON_NOT_MEASURABLE"}]}}`,
			"体温37.0 SpO2 測定不能", "T 37.0 SpO2 not measurable"},
		{`{"vitalSigns":{"systolicMmhg":80,"pulseIrregular":true,"pulsePerMin":0,"absent":[{"item":"VITAL_ITEM_DIASTOLIC","reason":"ABSENT_REASON_NOT_MEASURABLE"}]}}`,
			"脈拍0 不整 血圧80/– 拡張期血圧 測定不能", "P 0 irregular BP 80/– Diastolic pressure not measurable"},
		{`{"vitalSigns":{"respirationsPerMin":16,"oxygen":{"supplemental":true,"flowTenthsLPerMin":15,"fio2Percent":28},"weightG":52500,"heightMm":1585}}`,
			"呼吸16 酸素 1.5L/min FiO2 28% 体重52.5kg 身長158.5cm", "R 16 O2 1.5L/min FiO2 28% weight 52.5kg height 158.5cm"},
		{`{"vitalSigns":{"oxygen":{},"glucose":{"outOfRange":"GLUCOSE_OUT_OF_RANGE_HI"},"pain":{"notAssessable":true}}}`,
			"室内気 血糖Hi 疼痛 評価不能", "room air glucose Hi pain not assessable"},
		{`{"vitalSigns":{"glucose":{"mgPerDl":126},"pain":{"score":3},"jcs":{"level":20,"modifiers":["JCS_MODIFIER_RESTLESSNESS"]},"consciousness":"CONSCIOUSNESS_VOICE","gcs":{"eye":3,"motor":5}}}`,
			"血糖126mg/dL JCS Ⅱ-20-R 呼びかけに反応(V) GCS E3VTM5 疼痛NRS 3", "glucose 126mg/dL JCS Ⅱ-20-R responds to voice (V) GCS E3VTM5 pain NRS 3"},
		{`{"draftNote":{"format":"NOTE_FORMAT_SOAP","subjective":"よく眠れた","plan":"経過\n観察"}}`, "S: よく眠れた P: 経過 観察", "S: よく眠れた P: 経過 観察"},
		{`{"draftNote":{"format":"NOTE_FORMAT_FREE"}}`, "（本文なし）", "(no text)"},
		{`{"signedNote":{"format":"NOTE_FORMAT_HANDOVER","handoverTo":"夜勤","text":"水分を促す","important":true}}`,
			"【重要】 申し送り（夜勤） 水分を促す", "[important] handover to 夜勤: 水分を促す"},
		{`{"medicationOrder":{"drug":{"name":"アムロジピン錠5mg"},"dosage":{"amountThousandths":1000,"unit":"錠","slots":["after-breakfast","hour-21","visit"]},"state":"ORDER_STATE_STOPPED"}}`,
			"【中止】 アムロジピン錠5mg 1回1錠 朝食後・21時・visit", "[stopped] アムロジピン錠5mg 1錠 a dose after breakfast, at 21:00, visit"},
		{`{"medicationOrder":{"drug":{"name":"X"},"dosage":{"amountThousandths":2500,"unit":"mL","prn":{"indication":"疼痛時","minIntervalMinutes":360,"maxPerDay":3}},"state":"ORDER_STATE_ACTIVE"}}`,
			"X 1回2.5mL 頓用 疼痛時 6時間以上あける 1日3回まで", "X 2.5mL a dose when needed: 疼痛時 at least 6 h apart at most 3 a day"},
		{`{"medicationOrder":{"drug":{"name":"X"},"dosage":{"amountThousandths":1000,"unit":"錠","text":"疼痛時","prn":{"indication":"疼痛時","maxPerDay":3}},"state":"ORDER_STATE_ON_HOLD","stateReason":"検査","holdRule":"SBP<90","instructions":"食後に","endDate":"2026-11-30"}}`,
			"【保留】 理由: 検査 X 1回1錠 疼痛時 頓用 疼痛時 1日3回まで 保留の条件: SBP<90 食後に 2026-11-30まで",
			"[on hold] reason: 検査 X 1錠 a dose 疼痛時 when needed: 疼痛時 at most 3 a day hold if: SBP<90 食後に until 2026-11-30"},
		{`{"medicationLog":{"slot":"2026-11-23/after-breakfast","outcome":"DOSE_OUTCOME_GIVEN"}}`, "2026-11-23 朝食後 与薬", "2026-11-23 after breakfast given"},
		{`{"medicationLog":{"slot":"2026-11-23/bedtime","outcome":"DOSE_OUTCOME_REFUSED","reason":"眠い"}}`, "2026-11-23 就寝前 拒否 理由: 眠い", "2026-11-23 at bedtime refused reason: 眠い"},
		{`{"medicationLog":{"prnIndication":"疼痛","drug":{"name":"X"},"outcome":42,"amountThousandths":500,"unit":"錠"}}`, "頓用 疼痛 X 記録を参照 0.5錠", "when needed: 疼痛 X see record 0.5錠"},
	} {
		b := &carev1.Body{}
		unmarshal(t, json.RawMessage(c.body), b)
		if ja, en := Summary(b); ja != c.ja || en != c.en {
			t.Errorf("%s:\n got %q, %q\nwant %q, %q", c.body, ja, en, c.ja, c.en)
		}
	}
}

// Whatever a body holds, its summary is one bounded line of valid text.
func TestSummaryIsOneLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text") + strings.Repeat(rapid.StringN(0, 5, -1).Draw(t, "more"), 60)
		for _, b := range []*carev1.Body{
			draftBody(&carev1.DraftNote{Text: text, Focus: text}), vitalsBody(&carev1.VitalSigns{Observation: text}),
			orderBody(&carev1.MedicationOrder{Drug: &carev1.Drug{Name: text}, Dosage: &carev1.Dosage{Slots: []string{text}}}),
			logBody(&carev1.MedicationLog{Slot: text, Reason: text, Outcome: 3}),
		} {
			ja, en := Summary(b)
			for _, s := range []string{ja, en} {
				if n := utf8.RuneCountInString(s); n > maxSummary || strings.ContainsAny(s, "\n\r\t") {
					t.Fatalf("%d characters: %q", n, s)
				}
			}
		}
	})
}

func TestTitlesAreComplete(t *testing.T) {
	for n := range carev1.VitalItem_name {
		if _, en := ItemTitle(carev1.VitalItem(n)); n != 0 && en == "Item" {
			t.Errorf("item %d has no title", n)
		}
	}
	for _, c := range vectors[usageVector](t, "usage_code.json") {
		for _, s := range c.Slots {
			if ja, _ := SlotTitle(s); ja == s {
				t.Errorf("slot %s has no title", s)
			}
		}
	}
}
