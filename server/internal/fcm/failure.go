package fcm

import "encoding/json"

const (
	fcmError        = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
	badRequest      = "type.googleapis.com/google.rpc.BadRequest"
	invalidArgument = "INVALID_ARGUMENT"

	// noToken is how Firebase says that a registration is none where it does not name the field. It is compared with and
	// never passed on; should Firebase change it, the push counts as refused and the operator is told all the same.
	noToken = "The registration token is not a valid FCM registration token"
)

// failure is the body of an answer that is not 200.
type failure struct {
	Error struct {
		Message string   `json:"message"`
		Details []detail `json:"details"`
	} `json:"error"`
}

type detail struct {
	Type       string      `json:"@type"`
	ErrorCode  string      `json:"errorCode"`
	Violations []violation `json:"fieldViolations"`
}

type violation struct {
	Field string `json:"field"`
}

// parseFailure returns an empty one for a body that is not Firebase's.
func parseFailure(body []byte) failure {
	var f failure
	if json.Unmarshal(body, &f) != nil {
		return failure{}
	}
	return f
}

// code is Firebase's own code; empty if there is none.
func (f failure) code() string {
	for _, d := range f.Error.Details {
		if d.Type == fcmError {
			return d.ErrorCode
		}
	}
	return ""
}

// isToken: nothing is wrong but the registration.
func (f failure) isToken() bool {
	named := 0
	for _, d := range f.Error.Details {
		if d.Type != badRequest {
			continue
		}
		for _, v := range d.Violations {
			if v.Field != "message.token" && v.Field != "token" {
				return false
			}
			named++
		}
	}
	return named > 0 || f.Error.Message == noToken
}
