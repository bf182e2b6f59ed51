package secret

import (
	"strings"
	"testing"
)

func TestHash(t *testing.T) {
	h, err := New("right", Demo)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(h.String())
	if err != nil {
		t.Fatal(err)
	}
	if !again.Fits("right") || again.Fits("wrong") || again.Fits("") || again.String() != h.String() {
		t.Errorf("%s does not fit as it should", h)
	}
	if Decoy(Demo).Fits("") {
		t.Error("something fits the decoy")
	}
	if other, _ := New("right", Demo); other.String() == h.String() {
		t.Error("two hashes of a secret are equal")
	}
}

func TestCosts(t *testing.T) {
	if !Demo.Weak() || Strong.Weak() || least.Weak() || !Demo.Below(Strong) {
		t.Error("costs are judged wrongly")
	}
}

func TestParseRefuses(t *testing.T) {
	h, err := New("right", Demo)
	if err != nil {
		t.Fatal(err)
	}
	good := h.String()
	for name, phc := range map[string]string{
		"empty": "", "plain": "secret", "argon2i": strings.Replace(good, "argon2id", "argon2i", 1),
		"version": strings.Replace(good, "v=19", "v=16", 1), "no time": strings.Replace(good, "t=1", "t=0", 1),
		"huge": strings.Replace(good, "m=8192", "m=4194304", 1), "cut": good[:len(good)-4],
		"more": good + "$", "sign": strings.Replace(good, "t=1", "t=+1", 1), "bcrypt": "$2a$10$abcdefghijklmnopqrstuv",
	} {
		if _, err := Parse(phc); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
