// Package api answers the procedures of the contract over Connect, gRPC and gRPC-Web: it authenticates, decodes,
// validates, calls the core, maps its errors and encodes.
//
// It promises that nothing of a request is decoded before its token was checked (SignIn, the only open procedure, is
// limited instead), that every error text is one made here or by the core for people to read, and that no inner error
// and no value of a request reaches a client's error or its caller's log. It never merges, never decides who may read
// what (the core does), reads no environment and writes no log: what happened is told through Hooks.
package api
