package blob

import (
	"slices"
	"strings"
)

// Media types that are more than a row of bytes.
const (
	JPEG   = "image/jpeg"
	PNG    = "image/png"
	Binary = "application/octet-stream"
)

// shown are the media types that an app may open. Whatever else a record says is offered for download only: a browser
// must not be brought to run what somebody attached.
var shown = []string{
	JPEG, PNG, "image/heic", "image/heif", "application/pdf", "text/plain",
	"application/xml", "text/xml", "application/hl7-cda+xml",
}

// MediaType is the media type under which a blob is given out: the one that its record says, without parameters, if
// that may be shown.
func MediaType(said string) string {
	base, _, _ := strings.Cut(strings.ToLower(said), ";")
	if base = strings.TrimSpace(base); slices.Contains(shown, base) {
		return base
	}
	return Binary
}

// Pictured tells whether a thumbnail is made of a media type.
func Pictured(mediaType string) bool { return mediaType == JPEG || mediaType == PNG }
