// Package synthetic makes the chart of people who do not exist: a visiting-nurse station with its patients, a group
// home with its residents, and the physicians, care managers and pharmacists around them, day by day.
//
// It promises that the same Config gives the same writes on every machine and in every later version, that every
// record keeps the rules of the contract and needs no further confirmation, and that whoever got ill is known with the
// hour it began and the hour it was worst (Course), so that whatever watches over charts can be measured against it.
//
// It never reads a clock and never draws from a random source of the system. Nobody in it is real: names, addresses,
// insurance numbers and institutions are drawn from invented ranges. Nothing in it is medical advice.
package synthetic
