package fcm

import (
	"strconv"
	"time"

	"firebase.google.com/go/v4/messaging"
)

// web: a browser shows a push whose tag it shows already anew, with its sound, because a step of an escalation that makes
// no sound is none.
func (s sheet) web() *messaging.WebpushConfig {
	urgency := "low"
	if s.loud {
		urgency = "high"
	}
	return &messaging.WebpushConfig{
		Headers: map[string]string{
			"TTL":     strconv.FormatInt(int64(s.life/time.Second), 10),
			"Urgency": urgency,
			"Topic":   s.collapse,
		},
		Notification: &messaging.WebpushNotification{
			Title: s.words.Title, Body: s.words.Text,
			Language:           s.language,
			Tag:                s.collapse,
			Renotify:           s.loud,
			Silent:             !s.loud,
			RequireInteraction: s.critical,
		},
	}
}
