// Package tune searches for hyperparameters, on the validation part only.
//
// A search draws settings at random from a space and trains them by successive
// halving (Jamieson and Talwalkar, 2016): all for a few epochs, the better
// third of them for three times as many, and so on; a search that keeps all is
// plain random search (Bergstra and Bengio, 2012), which the paper used. The
// first trial is the recipe as it is, so that a table shows what the search
// has gained over it.
//
// Everything is stored after every trial: a search that is stopped goes on
// where it was when it is run again. Settings depend on the search's seed and
// the trial's number only, so a search with more trials repeats the first ones.
package tune
