// Package experiment trains what the paper's tables need: four models and what
// they must beat, under three presets, on any data set, and leaves a results
// directory for package paper.
package experiment
