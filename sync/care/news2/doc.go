// Package news2 scores one set of vital signs on the National Early Warning Score 2, as the Royal College of
// Physicians published it in 2017 (© Royal College of Physicians 2017: National Early Warning Score (NEWS) 2, Charts 1
// and 2).
//
// It promises that the score is never partial: with an item missing there is no total, only a lower bound and the names
// of what is missing; and that a single 3 is told whatever else is missing. It never chooses the SpO2 scale, never reads
// consciousness out of the Japan Coma Scale, and never alters a score for what is usual for a patient. It does not
// replace judgement, and is not for children under 16 or in pregnancy.
package news2
