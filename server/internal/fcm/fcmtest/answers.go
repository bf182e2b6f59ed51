package fcmtest

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Answer is what the server answers.
type Answer struct {
	// Status is that of HTTP. 0: the connection is dropped without an answer.
	Status int
	// Body is the body; that of 200 is made by the server.
	Body string
	// RetryAfter is the header: seconds or a date. Empty: none.
	RetryAfter string
	// Latency is how long the answer takes.
	Latency time.Duration
}

// After returns the answer with a header Retry-After.
func (a Answer) After(retryAfter string) Answer {
	a.RetryAfter = retryAfter
	return a
}

// Slow returns the answer, that much later.
func (a Answer) Slow(latency time.Duration) Answer {
	a.Latency = latency
	return a
}

// Accepted takes the push.
func Accepted() Answer { return Answer{Status: http.StatusOK} }

// Dropped drops the connection after the request was read.
func Dropped() Answer { return Answer{} }

// Unregistered: the app is gone.
func Unregistered() Answer {
	return failure(http.StatusNotFound, "NOT_FOUND", "Requested entity was not found.", code("UNREGISTERED"))
}

// InvalidArgument complains of a field; "message.token" is the registration.
func InvalidArgument(field string) Answer {
	return failure(http.StatusBadRequest, "INVALID_ARGUMENT", "Request contains an invalid argument.", code("INVALID_ARGUMENT"),
		fmt.Sprintf(`{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":%q,"description":"Invalid value"}]}`, field))
}

// NotAToken complains of the registration in words only, as Firebase does mostly.
func NotAToken() Answer {
	return failure(http.StatusBadRequest, "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token", code("INVALID_ARGUMENT"))
}

// SenderIDMismatch: the registration is another project's.
func SenderIDMismatch() Answer {
	return failure(http.StatusForbidden, "PERMISSION_DENIED", "SenderId mismatch", code("SENDER_ID_MISMATCH"))
}

// QuotaExceeded: too much was sent.
func QuotaExceeded() Answer {
	return failure(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "Quota exceeded.", code("QUOTA_EXCEEDED"))
}

// Unavailable: the server is busy.
func Unavailable() Answer {
	return failure(http.StatusServiceUnavailable, "UNAVAILABLE", "The service is currently unavailable.", code("UNAVAILABLE"))
}

// Internal: the server failed.
func Internal() Answer {
	return failure(http.StatusInternalServerError, "INTERNAL", "Internal error encountered.", code("INTERNAL"))
}

// ThirdPartyAuth: the credentials for Apple, or for web push, are wrong.
func ThirdPartyAuth() Answer {
	return failure(http.StatusUnauthorized, "UNAUTHENTICATED", "Auth error from APNS or Web Push Service", code("THIRD_PARTY_AUTH_ERROR"))
}

// Unauthenticated: the request has no token, or one that is not valid.
func Unauthenticated() Answer {
	return failure(http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
}

// PermissionDenied: the account may not send.
func PermissionDenied() Answer {
	return failure(http.StatusForbidden, "PERMISSION_DENIED", "Permission 'cloudmessaging.messages.create' denied on resource.")
}

// NotFound is a page of a server that is not Firebase.
func NotFound() Answer {
	return Answer{Status: http.StatusNotFound, Body: "<!DOCTYPE html><title>Error 404 (Not Found)</title>"}
}

func failure(status int, name, message string, details ...string) Answer {
	list := ""
	for i, d := range details {
		if i > 0 {
			list += ","
		}
		list += d
	}
	return Answer{Status: status, Body: fmt.Sprintf(`{"error":{"code":%d,"message":%q,"status":%q,"details":[%s]}}`, status, message, name, list)}
}

func code(name string) string {
	return fmt.Sprintf(`{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":%q}`, name)
}

// messageName is how Firebase names a push that it took.
func messageName(in Request, number int) string {
	if in.DryRun {
		return "projects/" + in.Project + "/messages/fake_message_id"
	}
	return "projects/" + in.Project + "/messages/" + strconv.Itoa(number)
}

// write sends the answer, unless whoever asked has gone.
func (a Answer) write(w http.ResponseWriter, r *http.Request, name string) {
	if a.Latency > 0 {
		select {
		case <-time.After(a.Latency):
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	if a.Status == 0 {
		panic(http.ErrAbortHandler)
	}
	if a.RetryAfter != "" {
		w.Header().Set("Retry-After", a.RetryAfter)
	}
	body := a.Body
	if body == "" && a.Status == http.StatusOK {
		body = fmt.Sprintf(`{"name":%q}`, name)
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(a.Status)
	_, _ = w.Write([]byte(body))
}
