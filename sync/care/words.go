package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// titleOf returns the words for a value, or `other` for one that this build does not know.
func titleOf[E comparable](words map[E]title, value E, other title) (ja, en string) {
	if t, ok := words[value]; ok {
		return t.ja, t.en
	}
	return other.ja, other.en
}

// seeRecord stands for a value that this build does not know.
var seeRecord = title{"記録を参照", "see record"}

// addTitle adds the words for a value, unless it is unset.
func addTitle[E ~int32](p *phrase, words map[E]title, value E, other title, jaBefore, enBefore string) {
	if value == 0 {
		return
	}
	ja, en := titleOf(words, value, other)
	p.add(jaBefore+ja, enBefore+en)
}

// EpisodeTitle names a kind of episode. One that this build does not know is "other".
func EpisodeTitle(k carev1.EpisodeKind) (ja, en string) {
	return titleOf(episodeTitles, k, title{"その他", "other"})
}

var episodeTitles = map[carev1.EpisodeKind]title{
	carev1.EpisodeKind_EPISODE_KIND_HOME_CARE:     {"在宅", "home care"},
	carev1.EpisodeKind_EPISODE_KIND_FACILITY_STAY: {"施設入所", "facility stay"},
	carev1.EpisodeKind_EPISODE_KIND_HOSPITAL_STAY: {"入院", "hospital stay"},
	carev1.EpisodeKind_EPISODE_KIND_ABSENCE:       {"外泊・外出", "absence"},
	carev1.EpisodeKind_EPISODE_KIND_DEATH:         {"死亡", "death"},
}
