// Package mail sends each push as a mail through a server that takes mail for forwarding (submission, RFC 6409).
//
// It promises that nothing about a patient is sent: a mail says that there is something, how soon to look, and that reading
// it answers nothing. Passwords and mails go over TLS or not at all; only a server on this machine may be spoken to plainly,
// and only if the operator says so. An address is one address, and nothing that somebody registered can add a line to a
// mail. The Message-ID is the delivery's id, so that a mail that was sent twice is shown once, and mails of one group form
// one thread. Accepted means that the server took the mail. It says nothing about a mailbox, and less about a person:
// mail is for those who have no app, not in place of one.
//
// It keeps no connection open, retries nothing and never logs: what a server answers may quote the address, so only its
// code is looked at.
package mail
