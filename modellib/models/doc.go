// Package models has the networks, one architecture a file.
//
// A model is a small value: its hyperparameters, with JSON tags. It says which
// parameters it has and how its graph is built from them; it holds no
// weights and knows nothing of training. Parameters have Keras' names and
// layout ("conv1/kernel"), so weights go to and from Keras as they are.
//
// To add a model, write a file with a type that implements Model and name it
// in the map of registry.go.
package models
