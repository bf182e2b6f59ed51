// Package chart is the reading side of a chart, as far as it needs no store: thinning a series without losing an
// extreme or a point that has to be seen, and finding words in what people wrote.
//
// Everything here is a pure function of its arguments: it reads no clock, keeps nothing between two calls, and decides
// nothing about who may read what: whoever calls it has checked the grants.
package chart
