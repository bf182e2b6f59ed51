package synthetic_test

import (
	"bytes"
	"crypto/sha256"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/synthetic"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// unwritten are the kinds that nobody in the world writes: drafts are signed on the spot, and alerts, which only a server
// derives, have no answers, limits or instructions yet.
var unwritten = []string{
	"draft_note", "alert", "alert_response", "alert_threshold", "temporary_instruction", "instruction_receipt",
}

// TestEveryKindIsThere: a world has records of every kind that is finished when it is written, each in the stream that
// its kind names; only what is said within a station stands in its own.
func TestEveryKindIsThere(t *testing.T) {
	for seed := range uint64(seeds) {
		seen := map[string]int{}
		for _, write := range written(seed) {
			kind, ok := care.KindOf(write.Record.GetBody())
			if !ok {
				continue
			}
			seen[kind.Name]++
			usual := map[carev1.StreamClass]string{
				carev1.StreamClass_STREAM_CLASS_CARE: synthetic.CareStream(write.Chart), carev1.StreamClass_STREAM_CLASS_CLINICAL: synthetic.ClinicalStream(write.Chart),
			}[kind.DefaultStream]
			said := write.Record.GetBody().GetSignedNote() != nil || write.Record.GetBody().GetReadMark() != nil
			if write.Stream != usual && !said {
				t.Errorf("seed %d: %s stands in %s", seed, kind.Name, write.Stream)
			}
		}
		for _, kind := range care.Kinds() {
			if there := seen[kind.Name] > 0; there == slices.Contains(unwritten, kind.Name) {
				t.Errorf("seed %d has %s: %t", seed, kind.Name, there)
			}
		}
	}
}

// TestEpisodesFollowTheCourses: who goes to hospital has a stay that ends with the discharge, who dies an end.
func TestEpisodesFollowTheCourses(t *testing.T) {
	for seed := range uint64(courseSeeds) {
		w := world(seed)
		end := w.Start().AddDate(0, 0, w.Days())
		for _, one := range w.Courses() {
			stay := last(seed, one.Chart, carev1.EpisodeKind_EPISODE_KIND_HOSPITAL_STAY)
			death := last(seed, one.Chart, carev1.EpisodeKind_EPISODE_KIND_DEATH)
			if (one.Kind == synthetic.EndOfLife) != (death != nil) || (!one.Admitted.IsZero()) != (stay != nil) {
				t.Errorf("seed %d %s: stay %v, death %v", seed, one.Kind, stay, death)
				continue
			}
			if death != nil && !death.GetPeriod().GetStart().AsTime().Equal(one.Worst) {
				t.Errorf("seed %d: died %s, written %v", seed, one.Worst, death)
			}
			if stay == nil {
				continue
			}
			back := one.Discharged.Add(2 * time.Hour).Before(end)
			if !stay.GetPeriod().GetStart().AsTime().Equal(one.Admitted) || back != stay.GetPeriod().GetEnd().AsTime().Equal(one.Discharged) {
				t.Errorf("seed %d: %s to %s, written %v", seed, one.Admitted, one.Discharged, stay)
			}
		}
	}
}

// last is what was written last about an episode of the kind; nil for none.
func last(seed uint64, chart string, kind carev1.EpisodeKind) *carev1.CareEpisode {
	var found *carev1.CareEpisode
	for _, write := range writtenIn(seed, chart) {
		if e := write.Record.GetBody().GetEpisode(); e.GetKind() == kind {
			found = e
		}
	}
	return found
}

// TestVisitsGoTheirWay: planned, begun, ended, by the nurse who went; an emergency begins without a plan.
func TestVisitsGoTheirWay(t *testing.T) {
	planned, begun, ended := carev1.VisitState_VISIT_STATE_PLANNED, carev1.VisitState_VISIT_STATE_STARTED, carev1.VisitState_VISIT_STATE_ENDED
	emergencies := 0
	for seed := range uint64(seeds) {
		ways := map[synthetic.ID][]carev1.VisitState{}
		unplanned := map[synthetic.ID]bool{}
		for _, write := range written(seed) {
			v := write.Record.GetBody().GetVisit()
			if v == nil {
				continue
			}
			ways[write.RecordID] = append(ways[write.RecordID], v.GetProgress().GetState())
			unplanned[write.RecordID] = v.GetEmergency()
			if v.GetStaffId() != write.Person || v.GetEmergency() != (v.GetPlannedStart() == nil) {
				t.Fatalf("seed %d: %s writes %v", seed, write.Person, v)
			}
		}
		for id, way := range ways {
			want := []carev1.VisitState{planned, begun, ended}
			if unplanned[id] {
				want = want[1:]
				emergencies++
			}
			if !slices.Equal(way, want) {
				t.Errorf("seed %d: a visit goes %v", seed, way)
			}
		}
	}
	if emergencies == 0 {
		t.Error("nobody is visited in an emergency")
	}
}

// TestSheetsAreInForce: every patient who lives has a sheet in force on every day, for longer than one lasts, and no
// special one stands that the rules refuse.
func TestSheetsAreInForce(t *testing.T) {
	w := synthetic.New(synthetic.Config{Seed: 6, Start: start, Weeks: 32, Patients: 10, Residents: -1})
	people := rights(w)
	sheets := map[string][]*carev1.PhysicianInstruction{}
	specials := 0
	for n := range w.Days() {
		for _, write := range w.Day(n) {
			s := write.Record.GetBody().GetInstruction()
			if s == nil {
				continue
			}
			checkRecord(t, people, write)
			verdict := care.JudgeSpecial(s, sheets[write.Chart])
			if verdict != care.SpecialNotOne && verdict != care.SpecialAllowed {
				t.Errorf("day %d: %s", n, verdict)
			}
			if verdict == care.SpecialAllowed {
				specials++
			}
			sheets[write.Chart] = append(sheets[write.Chart], s)
		}
		for _, chart := range w.Directory().Charts {
			if !dead(w, chart.ID, n) && !inForce(sheets[chart.ID], w.Start().AddDate(0, 0, n).Format(time.DateOnly)) {
				t.Fatalf("%s has no sheet in force on day %d", chart.ID, n)
			}
		}
	}
	if specials == 0 {
		t.Error("there is no special instruction")
	}
}

func inForce(sheets []*carev1.PhysicianInstruction, day string) bool {
	return slices.ContainsFunc(sheets, func(s *carev1.PhysicianInstruction) bool {
		return s.GetType() == carev1.InstructionType_INSTRUCTION_TYPE_VISITING_NURSE && care.InstructionStatusAt(s, day).InForce()
	})
}

func dead(w *synthetic.World, chart string, day int) bool {
	return slices.ContainsFunc(w.Courses(), func(c synthetic.Course) bool {
		return c.Chart == chart && c.Kind == synthetic.EndOfLife && c.Worst.Before(w.Start().AddDate(0, 0, day))
	})
}

// TestWhoDecidesWhat: the second scale of SpO2 is a physician's decision for somebody on oxygen.
func TestWhoDecidesWhat(t *testing.T) {
	for seed := range uint64(seeds) {
		decided := 0
		for _, write := range written(seed) {
			scale := write.Record.GetBody().GetPatientProfile().GetSpo2Scale()
			if scale.GetScale() != 2 {
				continue
			}
			decided++
			if scale.GetDecidedBy().GetPersonId() != write.Person || scale.GetDecidedBy().GetRole() != carev1.Role_ROLE_PHYSICIAN {
				t.Errorf("seed %d: decided by %v, written by %s", seed, scale.GetDecidedBy(), write.Person)
			}
		}
		if decided != 1 {
			t.Errorf("seed %d: the scale is decided %d times", seed, decided)
		}
	}
}

// TestTheUninformed: one patient has not been told, and nothing that the whole team reads names the disease.
func TestTheUninformed(t *testing.T) {
	for seed := range uint64(seeds) {
		secret := map[string]string{}
		for _, write := range written(seed) {
			if c := write.Record.GetBody().GetCondition(); c.GetUninformed() != nil {
				secret[write.Chart] = c.GetName().GetText()
			}
		}
		if len(secret) != 1 {
			t.Errorf("seed %d: %d have not been told", seed, len(secret))
		}
		for chart, name := range secret {
			for _, write := range writtenIn(seed, chart) {
				content, err := proto.Marshal(write.Record)
				if err != nil {
					t.Fatal(err)
				}
				if write.Stream != synthetic.ClinicalStream(chart) && bytes.Contains(content, []byte(name)) {
					t.Errorf("seed %d: the care stream names the disease: %v", seed, write.Record)
				}
			}
		}
	}
}

// TestTasksAndReadMarks: tasks are written and done, and a handover is read by somebody else than its author.
func TestTasksAndReadMarks(t *testing.T) {
	author := map[string]string{}
	open, done := 0, 0
	for _, write := range written(1) {
		body := write.Record.GetBody()
		author[string(write.RecordID[:])+write.Operation.String()] = write.Person
		if task := body.GetTask(); task != nil {
			open++
			if !care.TaskOpen(task) {
				done++
			}
		}
		if mark := body.GetReadMark(); mark != nil {
			wrote := author[string(mark.GetRecordId())+syncv1.Operation_OPERATION_CREATE.String()]
			if mark.GetPersonId() != write.Person || wrote == write.Person {
				t.Errorf("%s marks what %s wrote for %s", write.Person, wrote, mark.GetPersonId())
			}
		}
	}
	if done == 0 || open < 2*done {
		t.Errorf("%d writes of tasks, %d done", open, done)
	}
}

// TestEveryProfessionVisits: each of them keeps visits of its own kind.
func TestEveryProfessionVisits(t *testing.T) {
	seen := map[carev1.VisitKind]string{}
	for _, write := range written(1) {
		if v := write.Record.GetBody().GetVisit(); v != nil {
			seen[v.GetKind()] = strings.TrimRight(write.Person, "-0123456789")
		}
	}
	for kind, job := range map[carev1.VisitKind]string{
		carev1.VisitKind_VISIT_KIND_NURSING: "nurse", carev1.VisitKind_VISIT_KIND_THERAPY: "therapist",
		carev1.VisitKind_VISIT_KIND_PHYSICIAN: "doctor", carev1.VisitKind_VISIT_KIND_HOUSE_CALL: "doctor",
		carev1.VisitKind_VISIT_KIND_PHARMACIST: "pharmacist", carev1.VisitKind_VISIT_KIND_CARE_MANAGER: "manager",
	} {
		if seen[kind] != job {
			t.Errorf("%s is made by %q", kind, seen[kind])
		}
	}
}

// TestEverythingBelongsToAnEpisode: what happens in an episode names it, by the record that opened it.
func TestEverythingBelongsToAnEpisode(t *testing.T) {
	for seed := range uint64(seeds) {
		kinds := map[synthetic.ID]carev1.EpisodeKind{}
		named := map[carev1.EpisodeKind]int{}
		for _, write := range written(seed) {
			if e := write.Record.GetBody().GetEpisode(); e != nil {
				kinds[write.RecordID] = e.GetKind()
			}
			of := write.Record.GetEnvelope().GetEpisode()
			if of == nil {
				continue
			}
			named[of.GetKind()]++
			if kinds[synthetic.ID(of.GetId())] != of.GetKind() {
				t.Fatalf("seed %d: %v names an episode that is not there", seed, write.Record)
			}
		}
		for _, kind := range []carev1.EpisodeKind{
			carev1.EpisodeKind_EPISODE_KIND_HOME_CARE, carev1.EpisodeKind_EPISODE_KIND_FACILITY_STAY, carev1.EpisodeKind_EPISODE_KIND_HOSPITAL_STAY,
		} {
			if named[kind] == 0 {
				t.Errorf("seed %d: nothing belongs to %s", seed, kind)
			}
		}
	}
}

// TestFilesAreWhatRecordsSay: each file is named by its record with its size and hash, letters are text, photos pictures.
func TestFilesAreWhatRecordsSay(t *testing.T) {
	letters, photos := 0, 0
	for _, write := range written(1) {
		refs := write.Record.GetEnvelope().GetBlobs()
		if len(refs) != len(write.Files) {
			t.Fatalf("%d files, %d named", len(write.Files), len(refs))
		}
		for i, f := range write.Files {
			sum := sha256.Sum256(f.Content)
			if !bytes.Equal(refs[i].GetSha256(), sum[:]) || refs[i].GetSize() != uint64(len(f.Content)) {
				t.Errorf("%s is not what its record says", f.Title)
			}
			if f.MediaType != "image/png" {
				letters++
				continue
			}
			photos++
			if picture, err := png.Decode(bytes.NewReader(f.Content)); err != nil || picture.Bounds().Dx() < 100 {
				t.Errorf("a photo is no picture: %v", err)
			}
		}
	}
	if letters == 0 || photos == 0 {
		t.Errorf("%d letters, %d photos", letters, photos)
	}
}
