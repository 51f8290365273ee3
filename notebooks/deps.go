//go:build notebookdeps

// Command notebooks is never run: it names what only cells import, so that `go
// mod tidy` keeps it in go.mod and `make` compiles it once, before the cells.
package main

import (
	_ "flowbook/notebooks/exercise"

	_ "github.com/janpfeifer/gonb/gonbui"
	_ "github.com/janpfeifer/gonb/gonbui/dom"
	_ "github.com/janpfeifer/gonb/gonbui/protocol"
)

func main() {}
