// Package controls asks of a score why it should be believed. It runs the
// models of package baseline, which need no accelerator, on a data set and its
// split, in ways whose result is known beforehand if all is well:
//
//	Planted     control sets with a signal, a leak or nothing in them
//	Shuffled    labels shuffled between captures, or drawn at random
//	Importance  one feature at a time disturbed, or a family hidden, or alone
//	Contaminating  only what must not matter: ports, addresses, times
//	Sequence    does the order of the steps matter, or would means do
//	OpenWorld   an application that training never saw
//	Shift       other groups, other days, other access networks, VPN
//
// Every score is of out-of-fold predictions, with the interval over the groups
// of the split.
package controls
