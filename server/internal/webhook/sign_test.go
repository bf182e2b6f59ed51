package webhook

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const tolerance = 5 * time.Minute

// The vector is for those who write a receiver in another language; it was computed with openssl:
//
//	printf '1775012645.{"version":1}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
const vector = "t=1775012645,v1=3a8249b64c5a8ff9024530826e00188014a031cbcacec650d33521e97bced8ac"

func TestSignatureVector(t *testing.T) {
	content := []byte(`{"version":1}`)
	if got := sign(key, content, noon); got != vector {
		t.Errorf("signed %s, want %s", got, vector)
	}
	if err := Verify(key, vector, content, noon, tolerance); err != nil {
		t.Error(err)
	}
}

func TestVerify(t *testing.T) {
	content := []byte(`{"version":1}`)
	good := sign(key, content, noon)
	old := sign([]byte("another key that was used before"), content, noon)
	_, v1, _ := strings.Cut(good, ",")
	for header, want := range map[string]error{
		good: nil,
		" v1=zz , " + v1 + " , t=1775012645, v2=x": nil,
		old + "," + v1:              nil,
		"":                          ErrSignature,
		"t=1775012645":              ErrSignature,
		v1:                          ErrSignature,
		old:                         ErrSignature,
		"t=1775012646," + v1:        ErrSignature,
		"t=+1775012645," + v1:       ErrSignature,
		good + ",t=1775012645":      ErrSignature,
		"t=1775012645,v1=":          ErrSignature,
		"t=1775012645,v0=" + v1[3:]: ErrSignature,
		good[:len(good)-2]:          ErrSignature,
		strings.Repeat("v1=00,", maxSignatures) + good: ErrSignature,
	} {
		if err := Verify(key, header, content, noon, tolerance); !errors.Is(err, want) || (want == nil) != (err == nil) {
			t.Errorf("%.80q: %v, want %v", header, err, want)
		}
	}
	if err := Verify(key[:MinKey-1], sign(key[:MinKey-1], content, noon), content, noon, tolerance); !errors.Is(err, ErrSignature) {
		t.Errorf("a short key was trusted: %v", err)
	}
}

func TestVerifyTime(t *testing.T) {
	content := []byte(`{}`)
	header := sign(key, content, noon)
	for late, want := range map[time.Duration]error{
		0: nil, tolerance: nil, -tolerance: nil, tolerance + time.Second: ErrTime, -tolerance - time.Second: ErrTime, 400 * 24 * time.Hour: ErrTime,
	} {
		if err := Verify(key, header, content, noon.Add(late), tolerance); !errors.Is(err, want) || (want == nil) != (err == nil) {
			t.Errorf("%s later: %v, want %v", late, err, want)
		}
	}
	for _, far := range []string{"9223372036854775807", "-9223372036854775808"} {
		header := "t=" + far + ",v1=" + hex.EncodeToString(digest(key, far, content))
		if err := Verify(key, header, content, noon, tolerance); !errors.Is(err, ErrTime) {
			t.Errorf("t=%s: %v", far, err)
		}
	}
}

func TestOneChangedBitIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SliceOfN(rapid.Byte(), MinKey, 64).Draw(t, "key")
		content := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "body")
		at := time.Unix(rapid.Int64Range(0, 1<<40).Draw(t, "t"), 0)
		header := sign(k, content, at)
		if err := Verify(k, header, content, at, tolerance); err != nil {
			t.Fatal(err)
		}
		bit := rapid.IntRange(0, 8*len(content)-1).Draw(t, "bit")
		content[bit/8] ^= 1 << (bit % 8)
		if Verify(k, header, content, at, tolerance) == nil {
			t.Fatal("a changed body was trusted")
		}
	})
}
