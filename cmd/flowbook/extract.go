package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"flowbook/flowlib"
	"flowbook/flowlib/capture"
	"flowbook/flowlib/meter"

	"github.com/spf13/cobra"
)

// extractFlags are the flags of flowbook extract.
type extractFlags struct {
	recipe     meter.Recipe
	dialect    meter.Dialect
	read       capture.Options
	inner      bool
	reader     string
	disorder   string
	order      string
	format     string
	columns    string
	out        string
	accounting string
	packets    string
	diff       string
	workers    int
}

func (a *app) extract() *cobra.Command {
	var f extractFlags
	c := &cobra.Command{
		Use:   "extract -o FILE|DIR|- CAPTURE...",
		Short: "Measure the flows of captures: one row a flow",
		Long: `Measure the flows of pcap and pcapng captures (also .gz and .zst; - is
standard input).

With one capture, -o is a file or - for standard output. With several
captures or a directory, -o is a directory and NAME.pcap becomes
NAME.pcap_Flow.csv, as with the original tool. Several flow timeouts are
measured in one pass; tables that do not name the timeout (CSV with all
columns) then go to a directory a timeout, DIR/120s and DIR/3s.

Rows come in the order of the packets that began them, then the longer
timeout first, and memory grows with the active flows only. Every packet is
accounted for, on standard error and in --accounting FILE.json.`,
		Example: `  flowbook extract -o flows.csv capture.pcap
  flowbook extract --flow-timeout 120s,3s --format parquet -o flows.parquet capture.pcap
  flowbook extract --dialect cic2018 --order original -o - capture.pcap
  flowbook extract --diff cic2018,clean capture.pcap
  tcpdump -w - | flowbook extract --columns features -o - -`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return a.runExtract(c.Context(), f, args) },
	}
	f.flags(c)
	return c
}

func (f *extractFlags) flags(c *cobra.Command) {
	s := c.Flags()
	s.StringVar(&f.recipe.Dialect, "dialect", "clean", "flow meter to behave as: clean, cic2018 (the paper's tool, bugs included), cic2021")
	s.DurationSliceVar(&f.recipe.Timeouts, "flow-timeout", []time.Duration{120 * time.Second}, "longest flow, from its first packet; several by commas, measured in one pass")
	s.DurationVar(&f.recipe.Activity, "activity-timeout", 5*time.Second, "gap that makes a flow idle")
	s.BoolVar(&f.recipe.Idle, "idle-timeout", false, "count flow timeouts from the flow's last packet (correction C14; clean only)")
	s.IntVar(&f.recipe.MaxFlows, "max-flows", 0, "5-tuples with open flows at once; one more evicts the one silent for longest, counted (0: no limit)")
	s.StringVar(&f.format, "format", "csv", "csv or parquet")
	s.StringVar(&f.columns, "columns", "", "all (the 84 of CICFlowMeter; csv only) or features (key, counts, the 23 features, lineage); default all in csv, features in parquet")
	s.StringVar(&f.order, "order", "packets", "rows in the order of the packets that began them, or original: as the tool writes them (cic dialects)")
	s.StringVar(&f.reader, "reader", "fast", "fast, or gopacket for everything through gopacket; the result is the same")
	s.BoolVar(&f.inner, "inner", false, "look into tunnels (IP in IP, 6in4, GRE, VXLAN, GTP-U): the packet inside counts (clean only)")
	s.StringVar(&f.disorder, "disorder", "keep", "packets that go back in time: keep, drop, or sort=WINDOW such as sort=100ms")
	s.IntVar(&f.workers, "workers", runtime.NumCPU(), "captures measured at once, or workers that share one capture; the result is the same for any number")
	s.StringVarP(&f.out, "out", "o", "", "file, directory or - (required, but for --diff)")
	s.StringVar(&f.accounting, "accounting", "", "also write the account of the packets to this JSON file")
	s.StringVar(&f.packets, "packets", "", "also write the byte offset of every packet of every flow to this CSV file (one capture)")
	s.StringVar(&f.diff, "diff", "", "compare two dialects on the capture, such as cic2018,clean: which columns differ, by how much, through which correction")
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
	if f.diff != "" {
		return a.runDiff(f, paths)
	}
	many = many || isDir(f.out)
	if err := f.checkOut(paths, many); err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(extractGarbage))
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

// extracted is what came of one capture.
type extracted struct {
	account account
	bad     error // of the capture
	fatal   error // of the output
}

// extractEach measures the captures, several at once, and reports on them in
// their order.
func (a *app) extractEach(ctx context.Context, f extractFlags, paths []string, many bool) (accounts []account, bad []error, err error) {
	progress := a.bar(len(paths))
	atOnce := min(f.workers, len(paths))
	f.workers /= atOnce
	flowlib.InOrder(len(paths), atOnce, func(i int) extracted {
		return a.extractOne(ctx, f, paths[i], many)
	}, func(i int, ex extracted) bool {
		if ex.bad != nil {
			bad = append(bad, ex.bad)
		}
		for _, p := range ex.account.Packets {
			a.say("%s: %v", ex.account.Capture, p)
		}
		accounts = append(accounts, ex.account)
		progress.set(len(accounts), filepath.Base(paths[i]))
		err = ex.fatal
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

// check refuses flags that make no sense and fills in what follows from them.
func (f *extractFlags) check() error {
	if f.columns == "" {
		f.columns = map[string]string{"csv": "all", "parquet": "features"}[f.format]
	}
	f.recipe.FeaturesOnly = f.columns == "features"
	f.recipe.OriginalOrder = f.order == "original"
	f.recipe.Offsets = f.packets != ""
	f.read = capture.Options{Gopacket: f.reader == "gopacket", Inner: f.inner, Disorder: capture.Disorder(f.disorder)}
	switch {
	case f.format != "csv" && f.format != "parquet":
		return usageError("--format is %q: known are csv and parquet", f.format)
	case f.columns != "all" && f.columns != "features":
		return usageError("--columns is %q: known are all and features", f.columns)
	case f.format == "parquet" && f.columns == "all":
		return usageError("--columns all is for csv; parquet has the columns of --columns features")
	case f.order != "packets" && f.order != "original":
		return usageError("--order is %q: known are packets and original", f.order)
	case f.reader != "fast" && f.reader != "gopacket":
		return usageError("--reader is %q: known are fast and gopacket", f.reader)
	case f.inner && f.recipe.Dialect != meter.Clean.Name:
		return usageError("--inner is for the dialect clean, found %s", f.recipe.Dialect)
	case f.out == "" && f.diff == "":
		return usageError("--out is missing\nusage: flowbook extract -o FILE|DIR|- CAPTURE...")
	case f.format == "parquet" && f.out == "-":
		return usageError("--format parquet needs a file or a directory, not -")
	case f.workers < 1:
		return usageError("--workers is %d, expected 1 or more", f.workers)
	}
	for _, err := range []error{f.recipe.Check(), f.read.Disorder.Check()} {
		if err != nil {
			return usageError("%v", err)
		}
	}
	f.dialect, _ = meter.Named(f.recipe.Dialect)
	return nil
}

// checkOut refuses outputs that would overwrite each other or an input, and
// standard output for more than one thing.
func (f *extractFlags) checkOut(paths []string, many bool) error {
	split := len(f.recipe.Timeouts) > 1 && f.columns == "all"
	switch {
	case f.out == "-" && (many || split):
		return usageError("-o is -: several tables need a directory")
	case f.out == "-" && (f.accounting == "-" || f.packets == "-"):
		return usageError("-o and --accounting or --packets are both -: only one fits on standard output")
	case f.packets != "" && len(paths) > 1:
		return usageError("--packets is for one capture, found %d", len(paths))
	case split && !isDir(f.out) && exists(f.out):
		return usageError("-o is a file: the tables of several timeouts need a directory")
	}
	from := map[string]string{}
	for _, path := range paths {
		for _, to := range f.tables(path, many) {
			if other, taken := from[to]; taken {
				return usageError("%s and %s would both be written to %s", other, path, to)
			}
			from[to] = path
			if sameFile(to, path) {
				return usageError("-o would overwrite the capture %s", path)
			}
		}
	}
	return nil
}

// tables is where the flows of a capture go, a file a timeout or one for all:
// in a directory to NAME_Flow.csv beside each other, as with the original tool.
func (f *extractFlags) tables(capture string, many bool) []string {
	name := filepath.Base(capture) + "_Flow." + f.format
	if capture == "-" {
		name = "stdin_Flow." + f.format
	}
	if len(f.recipe.Timeouts) > 1 && f.columns == "all" {
		var to []string
		for _, t := range f.recipe.Timeouts {
			to = append(to, filepath.Join(f.out, meter.TimeoutName(t), name))
		}
		return to
	}
	if !many {
		return []string{f.out}
	}
	return []string{filepath.Join(f.out, name)}
}

// isDir says whether a path is a directory or is written as one.
func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || strings.HasSuffix(path, "/")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// openCapture opens a capture; - is standard input.
func (f *extractFlags) openCapture(path string) (*capture.Reader, error) {
	if path != "-" {
		return f.read.Open(path)
	}
	in, err := f.read.NewReader("standard input", os.Stdin)
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return in, nil
}
