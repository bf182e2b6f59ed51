package care

import (
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// What is asked about consciousness. ACVPU is never read out of the Japan Coma Scale: whoever is at the patient chooses it.
var (
	acvpuMissing = unlikelyEntry("consciousness",
		"JCSだけではNEWS2は未完了のままです。ACVPU（A 清明・C 新たな混乱・V 声に反応・P 痛みに反応・U 反応なし）を選ぶか、分からなければこのまま確定してください。",
		"With the JCS alone NEWS2 stays incomplete; choose ACVPU (A alert, C new confusion, V voice, P pain, U unresponsive), or confirm it if you cannot tell.")
	unrousableAlert = unlikelyEntry("consciousness",
		"JCSは刺激しても覚醒しない状態（100以上）ですが、ACVPUはA（清明）です。どちらが正しいか確かめてください。",
		"The JCS says that the patient does not wake (100 or more), and ACVPU says A, alert; correct the one that is wrong, or confirm both.")
	clearUnresponsive = unlikelyEntry("consciousness",
		"JCSは清明（0）ですが、ACVPUはV・P・U（意識障害）です。どちらが正しいか確かめてください。",
		"The JCS says that the patient is clear (0), and ACVPU says V, P or U; correct the one that is wrong, or confirm both.")
)

// doesNotWake is the first level of the Japan Coma Scale at which no stimulus wakes the patient.
const doesNotWake = 100

// CheckConsciousness asks for the ACVPU that a level of the Japan Coma Scale comes without, and doubts two that contradict
// each other. Before is what the record said until now, nil for a new one: what it said already is not asked again.
func CheckConsciousness(before, is *carev1.VitalSigns) []Finding {
	same := before != nil && proto.Equal(before.GetJcs(), is.GetJcs()) && before.GetConsciousness() == is.GetConsciousness()
	if is.GetJcs() == nil || same {
		return nil
	}
	level := is.GetJcs().GetLevel()
	switch is.GetConsciousness() {
	case carev1.Consciousness_CONSCIOUSNESS_UNSPECIFIED:
		return []Finding{acvpuMissing}
	case carev1.Consciousness_CONSCIOUSNESS_ALERT:
		if level >= doesNotWake {
			return []Finding{unrousableAlert}
		}
	case carev1.Consciousness_CONSCIOUSNESS_VOICE, carev1.Consciousness_CONSCIOUSNESS_PAIN, carev1.Consciousness_CONSCIOUSNESS_UNRESPONSIVE:
		if level == 0 {
			return []Finding{clearUnresponsive}
		}
	}
	return nil
}
