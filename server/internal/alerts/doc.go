// Package alerts answers what people ask and say about alerts: how they are reached, which alerts run in their charts, what
// they answer, which limits, policies and rotas hold. It stands on the hub and on the server's own tables.
//
// It promises that every call is judged by its caller: whatever may not be read looks like what does not exist, who may
// write what to a chart is decided by the hub alone, and an organisation's policy or rota is changed only by people of it
// who may. The policy of a chart is set by the physicians and nurses of its team, each for their own organisation, and any of
// them may replace what another one made. A call that is made again with the same ids stores nothing twice, and what somebody else changed in between is
// never overwritten. What is wrong with a limit, a policy or a rota is said when it is saved, with what happens meanwhile.
//
// It never raises an alert, never takes a step of an escalation and never ends one: it stores, and wakes the dispatcher.
// It starts no goroutine, reads no clock and writes no log. No error and no text of it names a patient or repeats what
// somebody wrote.
package alerts
