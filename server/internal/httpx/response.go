package httpx

import (
	"io"
	"net/http"
	"time"
)

// response counts what is answered, and gives every write its own deadline: an answer may take as long as it needs, a
// reader that takes nothing may not.
type response struct {
	http.ResponseWriter
	control *http.ResponseController
	patient time.Duration
	status  int
	bytes   int64
}

func newResponse(w http.ResponseWriter, patient time.Duration) *response {
	return &response{ResponseWriter: w, control: http.NewResponseController(w), patient: patient}
}

// WriteHeader remembers the status.
func (r *response) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts, with a fresh deadline.
func (r *response) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.extend()
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Flush sends what was written, with a fresh deadline.
func (r *response) Flush() {
	r.extend()
	_ = r.control.Flush()
}

// Unwrap lets a ResponseController find the connection.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// extend is best effort: a writer without deadlines has none to extend.
func (r *response) extend() {
	if r.patient > 0 {
		_ = r.control.SetWriteDeadline(time.Now().Add(r.patient))
	}
}

// body counts what is read of a request.
type body struct {
	io.ReadCloser
	bytes int64
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes += int64(n)
	return n, err
}
