// Package httpx is the server's HTTP layer: protocols, limits, compression, headers, request ids, one log line per
// request.
//
// It promises that a request is bounded in bytes, time and memory before anybody looks into it, and that nothing that
// a request carries (but the id that its sender chose for it) reaches a log or a metric. It knows no procedure.
package httpx
