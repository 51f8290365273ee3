package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"flowbook/flowlib"
	"flowbook/flowlib/capture"
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/meter"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"
)

// extractFlags are the flags of flowbook extract.
type extractFlags struct {
	recipe     meter.Recipe
	timeout    time.Duration
	format     string
	out        string
	accounting string
}

func (a *app) extract() *cobra.Command {
	var f extractFlags
	c := &cobra.Command{
		Use:   "extract -o FILE|DIR|- CAPTURE...",
		Short: "Measure the flows of captures: one row a flow",
		Long: `Measure the flows of pcap and pcapng captures (also .gz and .zst).

With one capture, -o is a file or - for standard output. With several
captures or a directory, -o is a directory and NAME.pcap becomes
NAME.pcap_Flow.csv, as with the original tool. Every packet is accounted
for, on standard error and in --accounting FILE.json.`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			f.recipe.Timeouts = []time.Duration{f.timeout}
			return a.runExtract(c.Context(), f, args)
		},
	}
	c.Flags().StringVar(&f.recipe.Dialect, "dialect", "clean", "flow meter to behave as: clean, cic2018 (the paper's tool, bugs included)")
	c.Flags().DurationVar(&f.timeout, "flow-timeout", 120*time.Second, "longest flow, from its first packet")
	c.Flags().DurationVar(&f.recipe.Activity, "activity-timeout", 5*time.Second, "gap that makes a flow idle")
	c.Flags().StringVar(&f.format, "format", "csv", "csv or parquet")
	c.Flags().StringVarP(&f.out, "out", "o", "", "file, directory or - (required)")
	c.Flags().StringVar(&f.accounting, "accounting", "", "also write the account of the packets to this JSON file")
	required(c, "out")
	return c
}

// account is one capture's entry in the accounting file.
type account struct {
	Capture string             `json:"capture"`
	Flows   int                `json:"flows"`
	Packets []meter.Accounting `json:"packets"`
	Error   string             `json:"error,omitempty"`
}

func (a *app) runExtract(ctx context.Context, f extractFlags, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	paths, many, err := captures(args)
	if err != nil {
		return err
	}
	accounts := []account{}
	var bad []error
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return err
		}
		acc, bad1, err := a.extractOne(f, path, many)
		if err != nil {
			return err
		}
		if bad1 != nil {
			bad = append(bad, bad1)
		}
		accounts = append(accounts, acc)
	}
	if f.accounting != "" {
		if err := writeJSON(f.accounting, accounts); err != nil {
			return err
		}
	}
	if len(bad) == len(paths) && !anyFlows(accounts) {
		return errors.Join(bad...)
	}
	return badInputs(bad)
}

func anyFlows(accounts []account) bool {
	for _, acc := range accounts {
		if acc.Flows > 0 {
			return true
		}
	}
	return false
}

func (f extractFlags) check() error {
	if f.format != "csv" && f.format != "parquet" {
		return usageError("--format is %q: known are csv and parquet", f.format)
	}
	if f.format == "parquet" && f.out == "-" {
		return usageError("--format parquet needs a file or a directory, not -")
	}
	if err := f.recipe.Check(); err != nil {
		return usageError("%v", err)
	}
	return nil
}

// extractOne measures one capture. What was good before an error in the
// capture is written; that error comes back as bad.
func (a *app) extractOne(f extractFlags, path string, many bool) (acc account, bad, err error) {
	acc.Capture = path
	ex, bad := flowlib.Extract(path, f.recipe)
	if bad != nil {
		acc.Error = bad.Error()
	}
	if ex == nil {
		return acc, bad, nil
	}
	flows := ex.Flows[0]
	acc.Flows, acc.Packets = len(flows), ex.Accounting
	for _, p := range ex.Accounting {
		a.say("%s: %v", path, p)
	}
	to := f.out
	if many {
		to = filepath.Join(f.out, filepath.Base(path)+"_Flow."+f.format)
	}
	return acc, bad, a.writeFlows(f, to, flows)
}

func (a *app) writeFlows(f extractFlags, to string, flows []meter.Flow) error {
	if f.format == "parquet" {
		return flowio.WriteParquet(to, flows)
	}
	if to == "-" {
		return flowio.WriteCIC(a.out, f.recipe.Dialect, flows)
	}
	return writeFile(to, func(w io.Writer) error {
		return flowio.WriteCIC(w, f.recipe.Dialect, flows)
	})
}

// captures lists the capture files of the arguments, directories expanded;
// many says that results go to a directory.
func captures(args []string) (paths []string, many bool, err error) {
	many = len(args) > 1
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, false, err
		}
		if !info.IsDir() {
			paths = append(paths, arg)
			continue
		}
		many = true
		found := 0
		err = filepath.WalkDir(arg, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && capture.IsName(p) {
				paths = append(paths, p)
				found++
			}
			return err
		})
		if err != nil {
			return nil, false, err
		}
		if found == 0 {
			return nil, false, fmt.Errorf("%s: no capture file (.pcap, .pcapng, .cap, also .gz and .zst) in this directory", arg)
		}
	}
	return paths, many, nil
}

// writeFile writes a file beside its place and renames it.
func writeFile(path string, fill func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	t, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o666))
	if err != nil {
		return err
	}
	defer t.Cleanup()
	if err := fill(t); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return t.CloseAtomicallyReplace()
}

func writeJSON(path string, v any) error {
	return writeFile(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	})
}
