// Package exercise is what the cells of the notebooks call beside the packages
// of the course: where a stage leaves its files, checks of answers, a mark for
// measured times and a progress bar that is silent where nobody watches.
package exercise
