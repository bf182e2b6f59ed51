// Package care says what a chart holds: the kinds of records with their merge policies, read from the contract;
// which values the contract refuses and which ones need a second look; how scales, dosage codes and doses are read
// and put into words; which doses and visits of a day are due, and what an admission, an absence or a death does to them.
//
// Everything here is a pure function of its arguments, so that a tablet without network comes to the same answer as
// the server. Nothing here gives medical advice. Limits are physiology and instrument sense chosen for this project;
// whoever runs it has them approved by a physician or a nurse lead.
package care
