// Package house holds the test that keeps imports pointing one way.
package house
