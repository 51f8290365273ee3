// Command stablehlo writes the XLA programs of the paper's networks as text:
//
//	go run ./modellib/internal/stablehlo DIR
//
// DIR/MODEL-eval.mlir and DIR/MODEL-step.mlir are the modules that go-xla hands
// to the plugin, for a batch of 64 windows of 20 × 24 and heads of 7 and 21.
// tools/aot.py compiles them ahead of time for a GPU that need not be there.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"flowbook/modellib/backend"
	"flowbook/modellib/fit"
	"flowbook/modellib/models"

	"github.com/google/renameio/v2"
	"k8s.io/klog/v2"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./modellib/internal/stablehlo DIR")
		os.Exit(2)
	}
	if err := dump(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "stablehlo:", err)
		os.Exit(1)
	}
}

func dump(dir string) error {
	c, err := backend.Open("xla:cpu")
	if err != nil {
		return err
	}
	defer c.Close()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, name := range []string{"cnn", "gru", "cnn-gru"} {
		programs, err := programsOf(c, name)
		if err != nil {
			return err
		}
		for i, kind := range []string{"eval", "step"} {
			path := filepath.Join(dir, name+"-"+kind+".mlir")
			if err := renameio.WriteFile(path, []byte(programs[i]), 0o644); err != nil {
				return err
			}
			fmt.Println(path)
		}
	}
	return nil
}

// programsOf compiles a model and returns its two programs, the shorter first:
// a training step holds the evaluation and its gradient.
func programsOf(c *backend.Choice, name string) ([]string, error) {
	m, err := models.New(name, false)
	if err != nil {
		return nil, err
	}
	var log capture
	if err := log.start(); err != nil {
		return nil, err
	}
	p, err := fit.Compile(c.Backend, fit.Spec{Model: m, Batch: 64,
		Input: models.Input{Steps: 20, Features: 24, Layout: models.Time},
		Heads: []models.Head{{Task: "type", Classes: 7}, {Task: "app", Classes: 21}}}, true)
	if err != nil {
		return nil, err
	}
	p.Close() // waits until both are compiled
	if len(log.programs) != 2 {
		return nil, fmt.Errorf("%s: go-xla logged %d programs, expected 2", name, len(log.programs))
	}
	slices.SortFunc(log.programs, func(a, b string) int { return len(a) - len(b) })
	return log.programs, nil
}

// capture takes the programs out of go-xla's log, the only place that shows
// them: at verbosity 2 it logs each before it is compiled.
type capture struct {
	mu       sync.Mutex
	programs []string
}

func (c *capture) start() error {
	var level klog.Level
	if err := level.Set("2"); err != nil {
		return err
	}
	klog.SetSlogLogger(slog.New(c))
	return nil
}

func (c *capture) Handle(_ context.Context, r slog.Record) error {
	if program, ok := strings.CutPrefix(r.Message, "StableHLO program:\n"); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.programs = append(c.programs, program)
	}
	return nil
}

func (c *capture) Enabled(context.Context, slog.Level) bool { return true }
func (c *capture) WithAttrs([]slog.Attr) slog.Handler       { return c }
func (c *capture) WithGroup(string) slog.Handler            { return c }
