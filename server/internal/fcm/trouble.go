package fcm

// The codes in push.Outcome.Trouble.
const (
	// Unregistered: the app is gone from the device, or got another registration.
	Unregistered = "unregistered"
	// NotAToken: what was registered is no registration.
	NotAToken = "not-a-token"
	// OtherSender: the registration belongs to another project.
	OtherSender = "other-sender"
	// InstallationIDs: the target is an installation id, which this version cannot send to.
	InstallationIDs = "installation-ids-need-a-newer-library"
	// NotOurs: the target is no device of Firebase's.
	NotOurs = "not-for-firebase"
	// Quota: too much was sent.
	Quota = "quota"
	// Unavailable: Firebase, or its server of tokens, is busy or down.
	Unavailable = "unavailable"
	// Internal: Firebase failed.
	Internal = "internal"
	// Timeout: no answer in time; it may have been sent.
	Timeout = "timeout"
	// Connection: no connection, or one that broke; it may have been sent.
	Connection = "connection"
	// ThirdParty: Firebase may not send to Apple, or to browsers. Only that platform is cut off.
	ThirdParty = "third-party-auth"
	// Credentials: the service account is not, or no longer, allowed to send.
	Credentials = "credentials"
	// WrongProject: there is no such project, or something between us and Firebase answers.
	WrongProject = "wrong-project"
	// NotFirebase: what answers is not Firebase.
	NotFirebase = "not-firebase"
	// Refused: Firebase refuses the message itself.
	Refused = "message-refused"
)

var advice = map[string]string{
	Unregistered:    "the app is gone from that device; others are tried: the person opens the app once to be reached there again",
	NotAToken:       "what a device registered is no registration; it is kept and not used, others are tried: look at the app that registered it",
	OtherSender:     "a device registered with another project; it is kept and not used, others are tried: check that the app and this server use the same project",
	InstallationIDs: "a device registered by its installation id, which this version cannot send to; it is kept and not used, others are tried: let the app register its token, or update the server",
	NotOurs:         "a target that is no device of Firebase's was to be reached through it; it is kept and not used: report this as a fault of the server",
	Quota:           "it takes no more pushes for now; they wait and other ways are tried: if this lasts, raise the quota in the Google Cloud console",
	Unavailable:     "it is busy or down; pushes wait and other ways are tried: nothing has to be done unless it lasts",
	Internal:        "it failed inside; pushes wait and other ways are tried: look at the Firebase status page",
	Timeout:         "it does not answer in time; pushes are tried again: check the network if this lasts",
	Connection:      "it cannot be reached; pushes are tried again: check the network, the firewall and the proxy",
	ThirdParty:      "it may not send to Apple devices, or to browsers; nobody is reached there: renew the APNs key or the web push certificate in the Firebase console",
	Credentials:     "it refuses the service account; no push goes out: check that the key still exists, that the account may send (Firebase Cloud Messaging API Admin), that the API is switched on, and that this machine's clock is right",
	WrongProject:    "there is no such project, or something on the way answers in its place; no push goes out: check the project's id and the proxy",
	NotFirebase:     "something on the way answers in its place; no push goes out: check the proxy and the endpoint",
	Refused:         "it refuses the message itself; sent again it would be refused again: report this as a fault of the server",
}

// Advice is a sentence for the operator: what it is, what is safe, what to do.
func Advice(trouble string) string {
	if words, known := advice[trouble]; known {
		return words
	}
	return "it gave an answer that is not known here; pushes are tried again: report this as a fault of the server"
}
