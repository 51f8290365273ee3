// Package control makes data sets whose best possible score is known, to try a
// pipeline on before its scores on real traffic are believed:
//
//	Signal   classes differ by a chosen strength: the pipeline must find them,
//	         and cannot score above what the overlap of the classes allows
//	Leak     classes do not differ, but the windows of a superflow are nearly
//	         equal: only windows of one superflow on both sides help
//	Nothing  classes do not differ and every window is new: nothing helps
//
// A control set is a dataset.Set in memory, with hosts, captures and
// superflows, and can be split, scaled and learned like any other. Its columns
// are named control 1, control 2, …: they measure nothing.
package control
