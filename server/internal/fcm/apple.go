package fcm

import (
	"strconv"

	"firebase.google.com/go/v4/messaging"
)

// apple: what is loud is time-sensitive, which sounds through a focus but not on a muted phone. Sounding there too takes
// the entitlement for critical alerts, which Apple grants app by app: Config.AppleCritical.
func (s sheet) apple(entitled bool) *messaging.APNSConfig {
	aps := &messaging.Aps{
		Alert:    &messaging.ApsAlert{Title: s.words.Title, Body: s.words.Text},
		ThreadID: s.collapse,
		// An extension of the app may then confirm that the push has come while the app itself is closed.
		MutableContent: true,
		CustomData:     map[string]any{"interruption-level": "passive"},
	}
	priority := "5"
	if s.loud {
		priority, aps.Sound = "10", "default"
		aps.CustomData["interruption-level"] = "time-sensitive"
	}
	if s.critical && entitled {
		aps.Sound, aps.CriticalSound = "", &messaging.CriticalSound{Critical: true, Name: "default", Volume: 1}
		aps.CustomData["interruption-level"] = "critical"
	}
	return &messaging.APNSConfig{
		Headers: map[string]string{
			"apns-push-type":   "alert",
			"apns-priority":    priority,
			"apns-expiration":  s.expiration(),
			"apns-collapse-id": s.collapse,
		},
		Payload: &messaging.APNSPayload{Aps: aps},
	}
}

// expiration is in seconds since 1970 UTC; "0" is now or never.
func (s sheet) expiration() string {
	if s.life == 0 {
		return "0"
	}
	return strconv.FormatInt(s.until.Unix(), 10)
}
