package care

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func TestSummariesOfTheDay(t *testing.T) {
	for _, c := range []struct {
		body   *carev1.Body
		ja, en string
	}{
		{&carev1.Body{Kind: &carev1.Body_PatientProfile{PatientProfile: &carev1.PatientProfile{
			Name: &carev1.PersonName{Text: "架空 花子", Kana: "カクウ ハナコ"}, Sex: carev1.Sex_SEX_FEMALE, BirthDate: "1938-05-02",
			CareLevel: &carev1.CareLevelPeriod{Level: carev1.CareLevel_CARE_LEVEL_CARE_3},
			Devices:   []*carev1.PatientDevice{{Kind: carev1.DeviceKind_DEVICE_KIND_URINARY_CATHETER, Size: "16Fr"}},
			Spo2Scale: &carev1.Spo2ScaleDecision{Scale: 2}}}},
			"架空 花子 （カクウ ハナコ） 女 1938-05-02生 要介護3 留置カテーテル16Fr SpO2スケール2",
			"架空 花子 (カクウ ハナコ) female born 1938-05-02 care level 3 urinary catheter 16Fr SpO2 scale 2"},
		{&carev1.Body{Kind: &carev1.Body_Visit{Visit: &carev1.Visit{
			Kind: carev1.VisitKind_VISIT_KIND_NURSING, PlannedStart: clock(9, 0), PlannedMinutes: 60, StaffName: "架空 看護師",
			Companions: []*carev1.Actor{{Name: "架空 学生"}}, Purpose: "点滴", Progress: &carev1.VisitProgress{State: 1}}}},
			"訪問看護 予定 2026-11-23 09:00 60分 架空 看護師 同行: 架空 学生 点滴",
			"nursing visit planned 2026-11-23 09:00 60 min 架空 看護師 with 架空 学生 点滴"},
		{&carev1.Body{Kind: &carev1.Body_Visit{Visit: &carev1.Visit{
			Kind: carev1.VisitKind_VISIT_KIND_NURSING, PlannedStart: clock(9, 0), Emergency: true,
			Progress: &carev1.VisitProgress{State: 3, Started: clock(9, 5), Ended: clock(10, 0)}}}},
			"【緊急】 訪問看護 終了 2026-11-23 09:05〜10:00", "[emergency] nursing visit ended 2026-11-23 09:05 to 10:00"},
		{&carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: &carev1.DailyCare{
			Meal:  &carev1.Meal{Time: 2, StapleTenths: proto.Uint32(8), SideTenths: proto.Uint32(0), Help: 3, Choking: proto.Bool(true)},
			Fluid: &carev1.Fluid{Ml: 0}, Stool: &carev1.Stool{Amount: 4, Bristol: proto.Uint32(4)}, Sleep: &carev1.Sleep{Finding: 1, SleptMinutes: proto.Uint32(390)}}}},
			"昼食 主食8割 副食0割 一部介助 むせあり 水分0mL 便中等量 ブリストル4 巡視: 入眠中 睡眠6.5時間",
			"lunch staple 8/10 sides 0/10 with some help choked fluid 0 mL stool medium Bristol 4 round: asleep slept 6.5 h"},
		{&carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: &carev1.DailyCare{Incident: 2, Remarks: "転倒",
			Bathing: &carev1.Bathing{StopReason: "発熱"}, OralCare: &carev1.OralCare{Reason: "拒否"}}}},
			"【事故】 入浴中止: 発熱 口腔ケア未実施 理由: 拒否 転倒", "[accident] not bathed: 発熱 no mouth care reason: 拒否 転倒"},
		{&carev1.Body{Kind: &carev1.Body_Task{Task: &carev1.Task{Title: "再検温", Due: clock(15, 0), Urgent: true,
			Assignee: &carev1.TaskAssignee{Role: carev1.Role_ROLE_NURSE}, Progress: &carev1.TaskProgress{State: 1}}}},
			"【至急】 再検温 未着手 期限: 2026-11-23 15:00 担当: 看護師", "[urgent] 再検温 open due 2026-11-23 15:00 for a nurse"},
		{&carev1.Body{Kind: &carev1.Body_ReadMark{ReadMark: &carev1.ReadMark{At: clock(8, 30)}}}, "既読 2026-11-23 08:30", "read 2026-11-23 08:30"},
		{&carev1.Body{Kind: &carev1.Body_Episode{Episode: &carev1.CareEpisode{Kind: 3, Place: "架空病院", Reason: "肺炎", SuspendsDoses: true,
			Period: &carev1.EpisodePeriod{Start: clock(10, 0), PlannedEnd: clock(24, 0)}}}},
			"入院 2026-11-23 10:00〜 終了予定: 2026-11-24 00:00 架空病院 理由: 肺炎 （与薬休止）",
			"hospital stay since 2026-11-23 10:00 expected until 2026-11-24 00:00 架空病院 reason: 肺炎 (no doses)"},
	} {
		if ja, en := Summary(c.body); ja != c.ja || en != c.en {
			t.Errorf("got  %s\n     %s\nwant %s\n     %s", ja, en, c.ja, c.en)
		}
	}
}

// Every state of something due has words of its own.
func TestDueTitles(t *testing.T) {
	for s := DueOpen; s <= DueSuspended; s++ {
		if ja, en := DueTitle(s); ja == "記録を参照" || en == "see record" {
			t.Errorf("state %d has no words", s)
		}
	}
	if _, en := DueTitle(99); en != "see record" {
		t.Errorf("a state that is none reads as %s", en)
	}
}

// A value of a later build reads as the contract says, and never as nothing.
func TestWordsForLaterValues(t *testing.T) {
	for want, b := range map[string]*carev1.Body{
		"訪問 記録を参照":    {Kind: &carev1.Body_Visit{Visit: &carev1.Visit{Kind: 99, Progress: &carev1.VisitProgress{State: 99}}}},
		"再検温 記録を参照":   {Kind: &carev1.Body_Task{Task: &carev1.Task{Title: "再検温", Progress: &carev1.TaskProgress{State: 99}}}},
		"【事故】 転倒":     {Kind: &carev1.Body_DailyCare{DailyCare: &carev1.DailyCare{Incident: 99, Remarks: "転倒"}}},
		"その他":         {Kind: &carev1.Body_Episode{Episode: &carev1.CareEpisode{Kind: 99}}},
		"【注意】ラテックス以外": {Kind: &carev1.Body_PatientProfile{PatientProfile: &carev1.PatientProfile{Alerts: []*carev1.Alert{{Kind: 99, Text: "ラテックス以外"}}}}},
	} {
		if ja, _ := Summary(b); ja != want {
			t.Errorf("%q, want %q", ja, want)
		}
	}
	if !TaskOpen(&carev1.Task{Progress: &carev1.TaskProgress{State: 99}}) {
		t.Error("a task in a state of a later build is not open")
	}
}

func TestVisitsOfOnePersonAtOneTime(t *testing.T) {
	visit := func(staff string, hour int) *carev1.Record {
		r := visitRecord("v", clock(hour, 0), 1)
		r.GetBody().GetVisit().StaffId = staff
		return r
	}
	for _, c := range []struct {
		other *carev1.Record
		want  bool
	}{{visit("p-1", 9), true}, {visit("p-2", 9), false}, {visit("p-1", 10), false}, {visit("", 9), false}} {
		if PossibleDuplicate(visit("p-1", 9), c.other) != c.want {
			t.Errorf("%v: a possible duplicate is not %v", c.other, c.want)
		}
	}
	if PossibleDuplicate(visit("", 9), visit("", 9)) {
		t.Error("two visits that nobody was assigned to are duplicates")
	}
}

// TestReadBy: a mark counts for its author only, as long as it stands.
func TestReadBy(t *testing.T) {
	mark := &carev1.Record{Body: &carev1.Body{Kind: &carev1.Body_ReadMark{ReadMark: &carev1.ReadMark{PersonId: "p-1", RecordId: id16("h"), At: clock(8, 0)}}}}
	if person, record, ok := ReadBy(mark, &carev1.Actor{PersonId: "p-1"}); !ok || person != "p-1" || string(record) != string(id16("h")) {
		t.Errorf("%q has read %q: %v", person, record, ok)
	}
	for _, other := range []*carev1.Actor{{PersonId: "p-2"}, {}, nil} {
		if _, _, ok := ReadBy(mark, other); ok {
			t.Errorf("a mark by %v counts for p-1", other)
		}
	}
	if _, _, ok := ReadBy(visitRecord("v", nil, 1), &carev1.Actor{}); ok {
		t.Error("a visit is a mark")
	}
	mark.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED
	if _, _, ok := ReadBy(mark, &carev1.Actor{PersonId: "p-1"}); ok {
		t.Error("a retracted mark counts")
	}
}

func TestPlannedEnd(t *testing.T) {
	v := &carev1.Visit{PlannedStart: clock(9, 0), PlannedMinutes: 90}
	if got := PlannedEnd(v); !proto.Equal(got, clock(10, 30)) {
		t.Error(got)
	}
	if PlannedEnd(&carev1.Visit{PlannedStart: clock(9, 0)}) != nil || PlannedEnd(&carev1.Visit{PlannedMinutes: 9}) != nil {
		t.Error("an end that nobody planned")
	}
}

// No profile's number has a system of another number: the care insurance is not the health insurance.
func TestSystemsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range []string{SystemInsurer, SystemInsuredSymbol, SystemInsuredNumber, SystemInsuredBranch, SystemPublicPayer, SystemPublicInsured, SystemCareInsurer, SystemCareInsured} {
		if seen[s] || strings.HasPrefix(s, jpIDSystem) == strings.HasPrefix(s, "urn:tsunagu:") {
			t.Error(s)
		}
		seen[s] = true
	}
}

// Every top-level field has a name that fits into a Japanese sentence.
func TestFieldsOfTheDayHaveTitles(t *testing.T) {
	for _, m := range []proto.Message{&carev1.PatientProfile{}, &carev1.Visit{}, &carev1.DailyCare{}, &carev1.Task{}, &carev1.ReadMark{}, &carev1.CareEpisode{}} {
		fields := m.ProtoReflect().Descriptor().Fields()
		for i := range fields.Len() {
			if name := string(fields.Get(i).Name()); titleIn(m, name) == titleIn(m, "") {
				t.Errorf("%s has no title", fields.Get(i).FullName())
			}
		}
	}
	if got := Check(&carev1.Body{Kind: &carev1.Body_PatientProfile{}}); len(got) != 1 || got[0].Ja != "「氏名」を入力してください。" {
		t.Errorf("%+v", got)
	}
}

// Words of one table never hide those of another: a key stands in one of them.
func TestWordsForWritersStandOnce(t *testing.T) {
	if got, want := len(fieldTitles), len(firstFields)+len(clinicalFields)+len(dailyFields)+len(alertFields); got != want {
		t.Errorf("%d titles of fields in %d entries", got, want)
	}
	if got, want := len(messageRules), len(firstRules)+len(clinicalRules)+len(dailyRules)+len(alertRules); got != want {
		t.Errorf("%d rules in %d entries", got, want)
	}
}
