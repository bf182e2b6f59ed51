package sheet_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/sheet"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

var rewrite = flag.Bool("rewrite", false, "write the files of testdata anew")

var noon = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// nurse and doctor are invented.
var (
	nurse  = &carev1.Actor{PersonId: "sato", Name: "佐藤 彩", Role: carev1.Role_ROLE_NURSE, OrganisationId: "station"}
	doctor = &carev1.Actor{PersonId: "tanaka", Name: "田中 誠", Role: carev1.Role_ROLE_PHYSICIAN, OrganisationId: "midori"}
)

// written is a record with everything that the server adds to it.
func written(n byte, at time.Time, by *carev1.Actor, body *carev1.Body) *chartv1.TimelineItem {
	id := make([]byte, 16)
	id[15] = n
	return &chartv1.TimelineItem{
		StreamId: "yamada/care",
		Version:  &syncv1.RecordVersion{Version: &syncv1.Version{Epoch: 1, Seq: uint64(n)}, Sha256: make([]byte, 32)},
		Record: &carev1.Record{
			Id: id, Body: body, Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE,
			Envelope: &carev1.Envelope{Effective: timestamppb.New(at)},
			Arrival:  &carev1.Arrival{Received: timestamppb.New(at.Add(time.Minute)), Author: by, DeviceId: "tablet-a"},
		},
	}
}

func vitals(v *carev1.VitalSigns) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: v}}
}

func number[T any](v T) *T { return &v }

// standingOfYamada is what holds: all that an ambulance crew looks for, and an order that ended.
func standingOfYamada() []*chartv1.TimelineItem {
	began := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	profile := &carev1.PatientProfile{
		Name: &carev1.PersonName{Text: "架空 花子", Kana: "カクウ ハナコ"}, Sex: carev1.Sex_SEX_FEMALE, BirthDate: "1938-05-02",
		Address:   &carev1.Address{PostalCode: "1000001", Text: "架空県つなぐ市1-2-3", Access: "鍵はポスト"},
		CareLevel: &carev1.CareLevelPeriod{Level: carev1.CareLevel_CARE_LEVEL_CARE_3, ValidFrom: "2026-04-01"},
		Contacts: []*carev1.Contact{{
			Name: &carev1.PersonName{Text: "架空 太郎"}, Relation: "長男", MainCarer: true,
			Phones: []*carev1.Phone{{Number: "000-0000-0001", Label: "携帯"}},
		}},
		UsualVitals: &carev1.UsualVitals{TemperatureTenthsC: number(int32(362)), Spo2Percent: number(uint32(90)), WeightG: number(uint32(48500)), Oxygen: &carev1.Oxygen{}},
		Spo2Target:  &carev1.Spo2Target{LowPercent: 88, HighPercent: 92},
		Alerts:      []*carev1.Alert{{Kind: carev1.AlertKind_ALERT_KIND_CO2_NARCOSIS, Text: "酸素は 1L/分まで"}},
	}
	allergy := &carev1.Allergy{
		Category: carev1.AllergyCategory_ALLERGY_CATEGORY_DRUG, Substance: &carev1.CodedText{Text: "ペニシリン"},
		Criticality: carev1.AllergyCriticality_ALLERGY_CRITICALITY_HIGH, Status: carev1.AllergyStatus_ALLERGY_STATUS_ACTIVE,
		Verification: carev1.AllergyVerification_ALLERGY_VERIFICATION_CONFIRMED,
	}
	directive := &carev1.AdvanceDirective{
		Type: carev1.DirectiveType_DIRECTIVE_TYPE_DNAR, State: carev1.DirectiveState_DIRECTIVE_STATE_IN_FORCE, StatedOn: "2026-10-03",
		Signer: "架空 太郎", SignerRelation: "長男", PaperLocation: "冷蔵庫の扉", WhatToDo: "まず訪問看護へ連絡",
	}
	cancer := &carev1.Condition{
		Name: &carev1.CodedText{Text: "肺癌"}, Status: carev1.ConditionStatus_CONDITION_STATUS_ACTIVE, Principal: true, Onset: "2026-04",
		Uninformed: &carev1.Uninformed{AsOf: "2026-10-01", Note: "長男のみ告知済み"},
	}
	sheetOf := &carev1.PhysicianInstruction{
		Type: carev1.InstructionType_INSTRUCTION_TYPE_VISITING_NURSE, PeriodFrom: "2026-10-01", PeriodTo: "2026-12-15",
		Diagnoses: []*carev1.CodedText{{Text: "慢性閉塞性肺疾患"}}, LivingGuidance: "SpO2 85%以下で連絡。\n転倒に注意。", Physician: "田中 誠",
		Clinic: "みどり内科", Issued: "2026-09-28", State: carev1.InstructionState_INSTRUCTION_STATE_ISSUED,
	}
	order := func(name string, state carev1.OrderState) *carev1.Body {
		return &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
			Drug: &carev1.Drug{Name: name}, State: state, StartDate: "2026-10-01", Prescriber: "みどり内科 田中医師", HoldRule: "食事がとれないときは休薬",
			Dosage: &carev1.Dosage{AmountThousandths: 500, Unit: "錠", Slots: []string{"after-breakfast"}},
		}}}
	}
	items := []*chartv1.TimelineItem{
		written(1, began, nurse, &carev1.Body{Kind: &carev1.Body_PatientProfile{PatientProfile: profile}}),
		written(2, began, nurse, &carev1.Body{Kind: &carev1.Body_Allergy{Allergy: allergy}}),
		written(3, began, doctor, &carev1.Body{Kind: &carev1.Body_AdvanceDirective{AdvanceDirective: directive}}),
		written(4, began, doctor, &carev1.Body{Kind: &carev1.Body_Condition{Condition: cancer}}),
		written(5, began, doctor, &carev1.Body{Kind: &carev1.Body_Instruction{Instruction: sheetOf}}),
		written(6, began, doctor, order("グリメピリド錠1mg", carev1.OrderState_ORDER_STATE_ACTIVE)),
		written(7, began, doctor, order("アムロジピン錠5mg", carev1.OrderState_ORDER_STATE_STOPPED)),
	}
	items[4].Remarks = []*chartv1.Remark{{Ja: "指示書：まもなく期限（2026-12-15まで）", En: "instruction: ends soon, on 2026-12-15"}}
	entered := items[4].GetRecord().GetEnvelope()
	entered.Performer, entered.Enterer = doctor, nurse
	items[5].Record.Candidates = []*carev1.Candidate{{
		Body: order("グリメピリド錠0.5mg", carev1.OrderState_ORDER_STATE_ACTIVE), Author: doctor, Received: timestamppb.New(noon),
	}}
	return items
}

// timelineOfYamada is what happened, newest first: each thing that needs a mark once, and text that would break a page.
func timelineOfYamada() []*chartv1.TimelineItem {
	reading := written(20, noon, nurse, vitals(&carev1.VitalSigns{
		TemperatureTenthsC: number(int32(378)), PulsePerMin: number(uint32(96)), SystolicMmhg: number(uint32(132)), DiastolicMmhg: number(uint32(74)),
		Spo2Percent: number(uint32(87)), Observation: "息切れあり",
	}))
	reading.Record.Arrival.TimeUncertain = true
	note := written(21, noon.Add(-time.Hour), nurse, &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Subjective: "「苦しい」" + hostile, Objective: "שלום \u202e逆 " + strings.Repeat("ｗ", 80),
	}}})
	note.Record.Envelope.EffectiveEnd = timestamppb.New(noon.Add(-30 * time.Minute))
	note.Record.Envelope.Zone = "Asia/Seoul"
	note.Record.Envelope.Blobs = []*carev1.BlobRef{{Sha256: make([]byte, 32), Size: 2048, MediaType: "image/jpeg", Title: "下腿の写真"}}
	orderID := make([]byte, 16)
	orderID[15] = 6
	dose := written(22, noon.Add(-2*time.Hour), nurse, &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
		OrderId: orderID, Slot: "2026-11-22/after-breakfast", Outcome: carev1.DoseOutcome_DOSE_OUTCOME_GIVEN,
	}}})
	dose.PossibleDuplicates = [][]byte{make([]byte, 16)}
	retracted := written(23, noon.Add(-26*time.Hour), nurse, vitals(&carev1.VitalSigns{TemperatureTenthsC: number(int32(401))}))
	retracted.Record.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED
	retracted.Record.LastChange = &carev1.Change{Author: nurse, Reason: "別の方の値"}
	erased := written(24, noon.Add(-27*time.Hour), nurse, nil)
	erased.Record.Status = carev1.RecordStatus_RECORD_STATUS_ERASED
	return []*chartv1.TimelineItem{reading, note, dose, retracted, erased}
}

func aboutYamada() sheet.About {
	a := sheet.About{
		Chart: "yamada", Patient: "架空 花子", At: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), By: nurse,
		Conflicts: sheet.Count{N: 1}, Held: sheet.Count{N: 2, More: true},
	}
	a.Latest = timelineOfYamada()[:1]
	return a
}

// TestGolden: the three files of one small chart are, byte by byte, those of testdata. Look at a page that changed in a
// browser and on paper before it is written anew with -rewrite.
func TestGolden(t *testing.T) {
	var page, document, byLine strings.Builder
	for name, file := range map[string]struct {
		out *strings.Builder
		w   sheet.Writer
	}{
		"chart.html":   {&page, sheet.NewHTML(&page, aboutYamada())},
		"chart.json":   {&document, sheet.NewJSON(&document, aboutYamada())},
		"chart.ndjson": {&byLine, sheet.NewNDJSON(&byLine, aboutYamada())},
	} {
		write(t, file.w, append(standingOfYamada(), timelineOfYamada()...))
		path := filepath.Join("testdata", name)
		if *rewrite {
			if err := os.WriteFile(path, []byte(file.out.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || string(want) != file.out.String() {
			t.Errorf("%s is not what is committed (%v): look at it, then go test ./sync/sheet -rewrite", name, err)
		}
	}
	head, _, _ := strings.Cut(page.String(), "基本情報")
	for _, want := range []string{
		"カクウ ハナコ", "1938-05-02（昭和13年） 88歳", "aged 88", "酸素は 1L/分まで", "ペニシリン", "心肺蘇生を試みない（DNAR）", "冷蔵庫の扉", "【未告知",
		"グリメピリド錠1mg", "要判断（下に別の値があります）", "まもなく期限", "000-0000-0001", "2026-11-22 12:00", "時刻不確か",
		"【取扱注意】", "1件の記録に", "2件以上の入力が",
	} {
		if !strings.Contains(head, want) {
			t.Errorf("the head of the page lacks %q", want)
		}
	}
	if strings.Contains(head, "アムロジピン錠5mg") {
		t.Error("an order that was stopped stands among the current medicines")
	}
	balanced(t, page.String())
}
