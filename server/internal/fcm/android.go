package fcm

import "firebase.google.com/go/v4/messaging"

// The notification channels that the Android app makes. A person sets there what may sound through "do not disturb".
const (
	ChannelCritical = "tsunagu_critical"
	ChannelUrgent   = "tsunagu_urgent"
	ChannelNotice   = "tsunagu_notice"
)

// android: for a device that is off Firebase keeps four collapse keys, so somebody who comes back to alerts of five
// patients sees four of them and the rest in the app. Without a key all of them would collapse into one.
func (s sheet) android() *messaging.AndroidConfig {
	life := s.life
	c := &messaging.AndroidConfig{
		CollapseKey: s.collapse,
		Priority:    "normal",
		TTL:         &life,
		Notification: &messaging.AndroidNotification{
			Title: s.words.Title, Body: s.words.Text,
			Tag:        s.collapse,
			ChannelID:  ChannelNotice,
			Priority:   messaging.PriorityDefault,
			Visibility: messaging.VisibilityPrivate,
		},
	}
	if s.loud {
		c.Priority = "high"
		c.Notification.ChannelID, c.Notification.Priority, c.Notification.DefaultSound = ChannelUrgent, messaging.PriorityHigh, true
	}
	if s.critical {
		c.Notification.ChannelID, c.Notification.Priority = ChannelCritical, messaging.PriorityMax
	}
	return c
}
