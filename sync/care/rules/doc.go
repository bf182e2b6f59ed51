// Package rules says what in a chart a human must hear of: scores, limits that a physician set, courses over days, doses
// given twice, and what did not happen.
//
// Every rule is a pure function of the records that it is shown and of the time that it is told, so that a tablet without
// network comes to the same answer as the server, and says which window of the chart it saw. A rule never advises, never
// changes a published score for what is usual for the patient, and never silences another one. Limits that are not a
// physician's order are defaults for an organisation to approve (Defaults).
package rules
