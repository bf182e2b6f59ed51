// Package webhook calls an https address of somebody's own receiver for each push, signed, so that the receiver can ring a
// bell where no app runs.
//
// # What is sent
//
// A POST with the body
//
//	{"version":1,"delivery":"<32 hex digits>","group":"<32 hex digits>","kind":"alert","severity":"critical",
//	 "sent":"2026-04-01T03:04:05Z","deadline":"2026-04-01T03:19:05Z"}
//
// and the headers
//
//	Content-Type: application/json
//	Idempotency-Key: <the delivery's 32 hex digits>
//	Tsunagu-Signature: t=1775012645,v1=<64 hex digits>
//
// kind is "alert", "digest", "test", "heartbeat", "unreachable" or "answer". severity is "critical", "urgent", "notice" or
// "none". group is empty if it is about no group of alerts; a receiver shows one thing for each group, and a later push
// takes the place of an earlier one. Both times are UTC. A receiver ignores fields that it does not know; a change that it
// must know of has another version.
//
// v1 is the HMAC-SHA256, by the key that was made when the target was registered, of the digits of t, a full stop, and the
// body's bytes as they came. A receiver computes it over those bytes before it parses them, compares without telling by its
// time how much was right, refuses a t that is more than five minutes from its own clock, and takes a delivery that it has
// seen for a repetition: after a timeout the same one is sent again. Verify does the first three.
//
// # How a receiver answers
//
// 2xx: taken. 410: gone for good, nothing is sent there again until it is registered anew. 429 and 503 with Retry-After:
// the same again then, after an hour at most; 408, 425 and 5xx: the same again soon. 401, 403 and 404 put the target aside,
// and the operator is told. Any other answer, a redirect too, refuses this message for good. What an answer says beside
// that is not read. A receiver has ten seconds, if the operator set no other time, to answer.
//
// # What it promises
//
// Nothing about a patient is sent. An address inside a network, of this machine or of a cloud's own services is never
// called: that is decided by the address that a connection is about to be made to, after the name was looked up, so a name
// that changes its address gains nothing. Redirects are not followed and the environment's proxies are not used. The address
// is a secret of its owner: it is in no error, code or log line.
//
// Hospitals run receivers inside their networks. An operator may name such hosts (Options.AllowHosts): then exactly this
// host may have a private address. This machine and the addresses of a cloud's own services stay closed to it.
package webhook
