// Package chart is the reading side of a chart, as far as it needs no store: thinning a series without losing an
// extreme, finding words in what people wrote, and writing a chart out as a page that can be read and printed.
//
// Everything here is a pure function of its arguments: it reads no clock, keeps nothing between two calls, and decides
// nothing about who may read what. What it is given is written out or counted; whoever calls it has checked the grants.
package chart
