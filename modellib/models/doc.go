// Package models has the networks, one architecture a file.
//
// A model is a small value: its hyperparameters, with JSON tags. It says which
// parameters it has and how its graph is built from them; it holds no
// weights and knows nothing of training. Parameters have Keras' names and
// layout ("conv1/kernel"), so weights go to and from Keras as they are.
//
// New gives a model by its name, With other hyperparameters, Outline its
// layers for a drawing. Any model goes with any heads: one for a single task,
// several for a multi-task network.
//
// To add a model, write a file with a type that implements Model and name it
// in the map of registry.go; docs/models.md shows it.
package models
