// Package sdk is what an app on a tablet uses: charts that are there without a network, entries that are safe on the
// tablet before the screen says so, and a synchronisation that may be cut off anywhere.
//
// It promises that an entry is on disk when the call that made it returns; that nothing is deleted
// by an answer that was lost, or by a store that does not open; and that the state it shows is true: on this tablet,
// safe on the server with a receipt, or in need of somebody's attention.
//
// It never decides between two people's values, never gives medical advice, and never writes an entry or a token
// into a log. Everything but SignIn, Sync, Watch and what asks the server by its nature (held entries, search, trends,
// export, how an app is reached by push) works without a network. A Tablet may be used by several goroutines at once. Apps on Android and iOS use package mobile below this one.
package sdk
