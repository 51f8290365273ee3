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
	"runtime"
	"strings"
	"time"

	"flowbook/flowlib"
	"flowbook/flowlib/capture"
	"flowbook/flowlib/flowio"
	"flowbook/flowlib/meter"

	"github.com/spf13/cobra"
)

// extractFlags are the flags of flowbook extract.
type extractFlags struct {
	recipe     meter.Recipe
	timeout    time.Duration
	format     string
	out        string
	accounting string
	workers    int
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
	c.Flags().StringVar(&f.recipe.Dialect, "dialect", "clean", "flow meter to behave as: clean, cic2018 (the paper's tool, bugs included), cic2021")
	c.Flags().DurationVar(&f.timeout, "flow-timeout", 120*time.Second, "longest flow, from its first packet")
	c.Flags().DurationVar(&f.recipe.Activity, "activity-timeout", 5*time.Second, "gap that makes a flow idle")
	c.Flags().StringVar(&f.format, "format", "csv", "csv or parquet")
	c.Flags().IntVar(&f.workers, "workers", runtime.NumCPU(), "captures measured at once; the result is the same for any number")
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
	many = many || isDir(f.out)
	if err := f.checkOut(paths, many); err != nil {
		return err
	}
	accounts, bad, err := a.extractEach(ctx, f, paths, many)
	if err != nil {
		return err
	}
	if err := a.writeAccounts(f.accounting, accounts); err != nil {
		return err
	}
	if len(bad) == len(paths) && !anyFlows(accounts) {
		return errors.Join(bad...)
	}
	return badInputs(bad)
}

// extractEach measures the captures with several workers and writes their
// flows in the order of the captures.
func (a *app) extractEach(ctx context.Context, f extractFlags, paths []string, many bool) (accounts []account, bad []error, err error) {
	progress := a.bar(len(paths))
	flowlib.ExtractAll(paths, f.recipe, f.workers, func(path string, ex flowlib.Result) bool {
		if err = ctx.Err(); err != nil {
			return false
		}
		if ex.Err != nil {
			bad = append(bad, ex.Err)
		}
		acc := account{Capture: path}
		err = a.extracted(f, &acc, ex, many)
		accounts = append(accounts, acc)
		progress.set(len(accounts), filepath.Base(path))
		return err == nil
	})
	progress.finish()
	return accounts, bad, err
}

// writeAccounts writes the accounting file, or prints it when it is called -.
func (a *app) writeAccounts(path string, accounts []account) error {
	switch path {
	case "":
		return nil
	case "-":
		return a.printJSON(accounts)
	}
	return writeJSON(path, accounts)
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
	if f.workers < 1 {
		return usageError("--workers is %d, expected 1 or more", f.workers)
	}
	if err := f.recipe.Check(); err != nil {
		return usageError("%v", err)
	}
	return nil
}

// extracted writes what was good in a capture and fills its account.
func (a *app) extracted(f extractFlags, acc *account, ex flowlib.Result, many bool) error {
	if ex.Err != nil {
		acc.Error = ex.Err.Error()
	}
	if ex.Extraction == nil {
		return nil
	}
	flows := ex.Flows[0]
	acc.Flows, acc.Packets = len(flows), ex.Accounting
	for _, p := range ex.Accounting {
		a.say("%s: %v", acc.Capture, p)
	}
	return a.writeFlows(f, f.table(acc.Capture, many), flows)
}

// checkOut refuses outputs that would overwrite each other or an input, and
// standard output for more than one thing.
func (f extractFlags) checkOut(paths []string, many bool) error {
	switch {
	case f.out == "-" && many:
		return usageError("-o is -: the tables of several captures need a directory")
	case f.out == "-" && f.accounting == "-":
		return usageError("-o and --accounting are both -: only one fits on standard output")
	}
	from := map[string]string{}
	for _, path := range paths {
		to := f.table(path, many)
		if other, taken := from[to]; taken {
			return usageError("%s and %s would both be written to %s", other, path, to)
		}
		from[to] = path
		if sameFile(to, path) {
			return usageError("-o would overwrite the capture %s", path)
		}
	}
	return nil
}

// table is where the flows of a capture go: in a directory to NAME_Flow.csv
// beside each other, as with the original tool.
func (f extractFlags) table(capture string, many bool) string {
	if !many {
		return f.out
	}
	return filepath.Join(f.out, filepath.Base(capture)+"_Flow."+f.format)
}

// isDir says whether a path is a directory or is written as one.
func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || strings.HasSuffix(path, "/")
}

func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
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
		if err != nil && len(args) == 1 {
			return nil, false, err
		}
		if err != nil || !info.IsDir() { // what is missing is bad input beside the good
			paths = append(paths, arg)
			continue
		}
		many = true
		found := 0
		err = filepath.WalkDir(arg, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.Type()&^fs.ModeSymlink == 0 && capture.IsName(p) { // files and links, no pipes
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

// writeFile makes the directory of a file and writes the file whole or not at all.
func writeFile(path string, fill func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return flowio.WriteFile(path, fill)
}

func writeJSON(path string, v any) error {
	return writeFile(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	})
}
